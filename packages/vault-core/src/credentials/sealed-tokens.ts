import type { SealContext, Sealer } from '../crypto/sealer.js'
import { Secret } from '../secret.js'
import type { CredentialContent, CredentialKey, CredentialRow } from '../storage/contract.js'

type TokenField = 'access_token' | 'refresh_token'
type SealPlace = Pick<CredentialRow, 'connectionId' | 'userId' | 'accountId' | 'epoch' | 'secretRev'>

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Opens the access token alone; the refresh token beside it stays sealed. */
export async function openAccessToken(sealer: Sealer, row: CredentialRow): Promise<Secret | undefined> {
  return row.accessToken === null ? undefined : openToken(sealer, row, 'access_token', row.accessToken)
}

export async function openRefreshToken(sealer: Sealer, row: CredentialRow): Promise<Secret | undefined> {
  return row.refreshToken === null ? undefined : openToken(sealer, row, 'refresh_token', row.refreshToken)
}

/** Opens both tokens of a write that was not made. */
export async function openTokens(
  sealer: Sealer,
  write: CredentialKey & Partial<CredentialContent>,
): Promise<{ readonly accessToken: Secret | undefined; readonly refreshToken: Secret | undefined }> {
  const { epoch = 0, secretRev = 0, accessToken, refreshToken } = write
  const place = { ...write, epoch, secretRev }
  return {
    accessToken: accessToken ? await openToken(sealer, place, 'access_token', accessToken) : undefined,
    refreshToken: refreshToken ? await openToken(sealer, place, 'refresh_token', refreshToken) : undefined,
  }
}

/** Seals both tokens for a row's next state, apart from each other, and takes the refresh token's fingerprint. */
export async function sealTokens(
  sealer: Sealer,
  place: CredentialKey & { readonly epoch: number; readonly secretRev: number },
  tokens: { readonly accessToken: Secret | undefined; readonly refreshToken: Secret | undefined },
): Promise<Pick<CredentialContent, 'epoch' | 'secretRev' | 'accessToken' | 'refreshToken' | 'refreshTokenFingerprint'>> {
  const { accessToken, refreshToken } = tokens
  return {
    epoch: place.epoch,
    secretRev: place.secretRev,
    accessToken: accessToken ? await sealToken(sealer, place, 'access_token', accessToken) : null,
    refreshToken: refreshToken ? await sealToken(sealer, place, 'refresh_token', refreshToken) : null,
    refreshTokenFingerprint: refreshToken ? await sealer.fingerprint(place.userId, refreshToken.reveal()) : null,
  }
}

/** Whether the same refresh token is sealed in both. */
export function hasSameRefreshToken(
  { refreshTokenFingerprint: one }: Fingerprinted,
  { refreshTokenFingerprint: other }: Fingerprinted,
): boolean {
  return one !== null && other !== null && one.length === other.length && one.every((byte, index) => byte === other[index])
}

type Fingerprinted = Pick<CredentialContent, 'refreshTokenFingerprint'>

async function sealToken(sealer: Sealer, place: SealPlace, field: TokenField, token: Secret): Promise<Uint8Array> {
  return sealer.seal(contextOf(place, field), encoder.encode(JSON.stringify({ v: 1, token: token.reveal() })))
}

async function openToken(sealer: Sealer, place: SealPlace, field: TokenField, blob: Uint8Array): Promise<Secret> {
  const { token } = JSON.parse(decoder.decode(await sealer.open(contextOf(place, field), blob))) as { token: string }
  return new Secret(token)
}

function contextOf(place: SealPlace, field: TokenField): SealContext {
  const { connectionId, userId, accountId, epoch, secretRev } = place
  return { connectionId, userId, accountId, field, epoch, secretRev }
}
