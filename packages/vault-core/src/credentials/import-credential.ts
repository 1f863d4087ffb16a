import { type Actor, readActor } from '../events/actor.js'
import { labelIn } from '../model/account-label.js'
import type { ConnectionRegistry } from '../model/connection-registry.js'
import type { ConsentedGrant, SavedGrant } from '../oauth/grant.js'
import type { TokenResponse } from '../oauth/token-response.js'
import { refuseFields } from '../refuse-fields.js'
import type { Runtime } from '../runtime.js'
import { Secret } from '../secret.js'
import { storeKeyProblem } from '../storage/rules/store-key.js'

/** Tokens that were obtained elsewhere, by a client with the connection's client id: to others a provider refuses to refresh. */
export interface ImportedCredential {
  readonly connectionId: string
  readonly userId: string
  /** May have ended, or be left out beside a refresh token: the first call then gets another one. */
  readonly accessToken?: string
  /** The newest one. Whoever had it before must not refresh it any more. */
  readonly refreshToken?: string
  /** Default `Bearer`. */
  readonly tokenType?: 'Bearer'
  /** When the access token ends. Left out: nobody knows; it is used until it is refused. */
  readonly expiresAt?: Date
  /** When the refresh token ends, if the provider said so. */
  readonly refreshTokenExpiresAt?: Date
  /** What was granted, separated by spaces or commas. */
  readonly scope?: string
  /** The provider's id of the account, `sub` of its ID token: of several accounts of a user each is one. Left out: it is the only one. */
  readonly subject?: string
  /** By which the user knows the account: an e-mail address or a name. */
  readonly label?: string
}

export interface ImportCredentialOptions {
  /**
   * Put it in the place of a credential that the vault has of the same account, or of one that the user has disconnected. Default false: what the
   * vault has is newer, and stays, so that an import that was interrupted can be repeated as a whole.
   */
  readonly replace?: boolean
  /** Default: the system, `import`. */
  readonly actor?: Actor
}

export interface ImportOutcome {
  /** `kept`: the vault had one already. */
  readonly outcome: 'imported' | 'kept'
  readonly accountId: string
}

/** Makes `vault.importCredential`: see {@link Vault.importCredential}. */
export function createImportCredential(parts: {
  readonly connections: ConnectionRegistry
  readonly saveGrant: (grant: ConsentedGrant) => Promise<SavedGrant>
  readonly runtime: Runtime
}): (credential: ImportedCredential, options?: ImportCredentialOptions) => Promise<ImportOutcome> {
  const { connections, saveGrant, runtime } = parts
  return async (credential, options = {}) => {
    const { actor, replace } = checked(credential, options)
    const { connectionId, userId, scope, subject, label } = credential
    const { grant } = await connections.get(connectionId)
    if (grant && grant.type !== 'api_key') refuseFields({ connectionId: 'has a credential of its own: users have none there' })
    const nowMs = runtime.clock.now()
    const knownAs = labelIn({ name: label })
    const saved = await saveGrant({
      connectionId,
      userId,
      tokens: tokensOf(credential, nowMs),
      requestedScope: scope,
      requestStartedAtMs: nowMs,
      // Of an account that waits for consent this is no other one by mistake.
      addAccount: true,
      replaceAccount: false,
      existing: replace ? 'replace' : 'keep',
      mayLackAccessToken: true,
      actor: actor ?? { kind: 'system', id: 'import' },
      ...(subject !== undefined && { subject }),
      ...(knownAs !== undefined && { label: knownAs }),
    })
    return { outcome: saved.isKept ? 'kept' : 'imported', accountId: saved.accountId }
  }
}

function tokensOf(
  { accessToken, refreshToken, expiresAt, refreshTokenExpiresAt, scope }: ImportedCredential,
  nowMs: number,
): TokenResponse {
  return {
    accessToken: accessToken === undefined ? undefined : new Secret(accessToken),
    refreshToken: refreshToken === undefined ? undefined : new Secret(refreshToken),
    tokenType: 'Bearer',
    expiresInS: secondsUntil(expiresAt, nowMs),
    refreshTokenExpiresInS: secondsUntil(refreshTokenExpiresAt, nowMs),
    scope,
    idToken: undefined,
    properties: {},
    account: undefined,
    problems: [],
  }
}

/** Tables say of what has ended that it did so in 1970, or before: no store keeps a time before that, and none is needed. */
function secondsUntil(date: Date | undefined, nowMs: number): number | undefined {
  return date && Math.max(Math.floor((date.getTime() - nowMs) / 1000), -Math.floor(nowMs / 1000))
}

const KNOWN: ReadonlySet<string> = new Set([
  'connectionId',
  'userId',
  'accessToken',
  'refreshToken',
  'tokenType',
  'expiresAt',
  'refreshTokenExpiresAt',
  'scope',
  'subject',
  'label',
] satisfies (keyof ImportedCredential)[])

/** @throws {VaultError} `invalid_request`, naming each bad field, with nothing of what stood there. */
function checked(
  credential: ImportedCredential,
  options: ImportCredentialOptions,
): { readonly actor: Actor | undefined; readonly replace: boolean } {
  const given: Partial<Record<keyof ImportedCredential, unknown>> = credential ?? {}
  const { connectionId, userId, accessToken, refreshToken, tokenType, expiresAt, refreshTokenExpiresAt, scope, subject, label } = given
  const { replace = false } = options ?? {}
  const fields: Record<string, string> = {}
  const note = (field: string, problem: string | undefined): void => {
    if (problem !== undefined) fields[field] = problem
  }
  note('connectionId', storeKeyProblem(connectionId))
  note('userId', storeKeyProblem(userId))
  note('accessToken', accessToken === undefined ? undefined : tokenProblem(accessToken))
  note('refreshToken', refreshToken === undefined ? undefined : tokenProblem(refreshToken))
  if (accessToken === undefined && refreshToken === undefined)
    note('refreshToken', 'is missing, and `accessToken` too: one of them is needed')
  if (tokenType !== undefined && tokenType !== 'Bearer') note('tokenType', 'must be `Bearer`: a token bound to a key cannot be imported')
  note('expiresAt', dateProblem(expiresAt))
  note('refreshTokenExpiresAt', dateProblem(refreshTokenExpiresAt))
  note('scope', textProblem(scope, 16_384, /^[\x20-\x7e]*$/))
  note('subject', textProblem(subject, 255, /^\P{Cc}+$/u))
  note('label', textProblem(label, 256, /^\P{Cc}*$/u))
  if (typeof replace !== 'boolean') note('replace', 'must be true or false')
  for (const field of Object.keys(given))
    if (!KNOWN.has(field)) note(/^\w{1,40}$/.test(field) ? field : '(unknown)', 'is not a known field')
  const actor = readActor(options?.actor, fields)
  refuseFields(fields)
  return { actor, replace }
}

function tokenProblem(token: unknown): string | undefined {
  return typeof token === 'string' && /^[\x20-\x7e]{1,65536}$/.test(token) && token.trim() === token
    ? undefined
    : 'must be the token itself: visible ASCII, at most 65,536 characters, decrypted if it was kept encrypted'
}

function dateProblem(date: unknown): string | undefined {
  return date === undefined || (date instanceof Date && !Number.isNaN(date.getTime())) ? undefined : 'must be a valid Date, or be left out'
}

function textProblem(text: unknown, maximum: number, pattern: RegExp): string | undefined {
  if (text === undefined) return undefined
  const isText = typeof text === 'string' && text.length <= maximum && text.isWellFormed() && pattern.test(text)
  return isText ? undefined : `must be text of at most ${maximum} characters without control characters`
}
