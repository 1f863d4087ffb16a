import { extensionOf, type NewCredential, Secret, type Vault, type VaultStore } from '@holdfast/vault-core'
import { writeCredentialData } from '../../../../packages/vault-core/src/credentials/credential-data.ts'
import { sealTokens } from '../../../../packages/vault-core/src/credentials/sealed-tokens.ts'
import type { CONNECTION_IDS } from './due-vault.ts'

/** A credential that falls due at a moment. Its refresh token is the first of its grant. */
export interface DueCredential {
  readonly grant: number
  readonly connectionId: (typeof CONNECTION_IDS)[number]
  readonly userId: string
  readonly accountId: string
  readonly dueAtMs: number
  readonly expiresAtMs: number
}

const TOKEN_LIFE_MS = 3_600_000
const AT_ONCE = 20

/** Puts them into the store as consents of almost an hour ago would stand there. */
export async function insertAll(vault: Vault, store: VaultStore, credentials: readonly DueCredential[]): Promise<void> {
  const waiting = [...credentials]
  const insertOneByOne = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) await store.credentials.insert(await rowOf(vault, next))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, insertOneByOne))
}

async function rowOf(
  vault: Vault,
  { grant, connectionId, userId, accountId, dueAtMs, expiresAtMs }: DueCredential,
): Promise<NewCredential> {
  const key = { tenant: vault.tenant, connectionId, userId, accountId }
  const tokens = { accessToken: new Secret(`access-${grant}-0`), refreshToken: new Secret(`refresh-${grant}-0`) }
  const issuedAtMs = expiresAtMs - TOKEN_LIFE_MS
  return {
    ...key,
    ...(await sealTokens(extensionOf(vault).sealer, { ...key, epoch: 1, secretRev: 1 }, tokens)),
    attemptId: `insert-${grant}`,
    status: 'active',
    expiresAtMs,
    dueAtMs,
    data: writeCredentialData({
      v: 1,
      tokenType: 'Bearer',
      scope: null,
      issuedAtMs,
      connectedAtMs: issuedAtMs,
      lastRefreshedAtMs: null,
      refreshTokenExpiresAtMs: null,
      subject: null,
      reason: null,
      failures: 0,
      retryAtMs: null,
      outcomeUnknown: false,
      sentTwiceAtMs: null,
      warnedOfEndMs: null,
      answer: null,
      tokenFence: 0,
    }),
  }
}
