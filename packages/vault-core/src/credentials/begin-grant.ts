import { DEFAULT_ACCOUNT_ID } from '../model/account-id.js'
import type { Connection } from '../model/connection.js'
import type { DpopKeys } from '../oauth/dpop-key.js'
import type { ConsentedGrant, SavedGrant, TokenSource } from '../oauth/grant.js'
import type { Runtime } from '../runtime.js'
import { Secret } from '../secret.js'
import type { CredentialRow, CredentialStore } from '../storage/contract.js'
import { type CredentialData, readCredentialData } from './credential-data.js'

export interface BeginGrantParts {
  readonly tenant: string
  readonly credentials: CredentialStore
  readonly runtime: Runtime
  readonly dpopKeys: DpopKeys
  readonly saveGrant: (grant: ConsentedGrant) => Promise<SavedGrant>
}

/**
 * Makes sure that there is a credential by the connection's own grant. The grant is what a refresh token is to a consent: the first token is a refresh,
 * made once by one process.
 *
 * @param source - What its tokens are made of, where they are: one that was made of another is begun anew.
 */
export async function beginGrant(
  { tenant, credentials, runtime, dpopKeys, saveGrant }: BeginGrantParts,
  { connectionId, dpop }: Connection,
  userId: string,
  source?: TokenSource,
): Promise<void> {
  const row = await credentials.get({ tenant, connectionId, userId, accountId: DEFAULT_ACCOUNT_ID })
  const isThere = row !== null && row.status !== 'disconnected'
  if (isThere && isBoundAs(dpop, row) && isOf(source, readCredentialData(row))) return
  await saveGrant({
    connectionId,
    userId,
    ...(dpop && { dpopKey: await dpopKeys.generate() }),
    tokens: {
      accessToken: undefined,
      refreshToken: new Secret('grant'),
      tokenType: undefined,
      expiresInS: undefined,
      refreshTokenExpiresInS: undefined,
      scope: undefined,
      idToken: undefined,
      properties: {},
      account: undefined,
      problems: [],
    },
    requestedScope: undefined,
    requestStartedAtMs: runtime.clock.now(),
    addAccount: false,
    replaceAccount: false,
    existing: isThere ? 'replace' : 'keep_connected',
    mayLackAccessToken: true,
    ...(source && { madeOf: source }),
    actor: { kind: 'system', id: 'vault' },
  })
}

/** Nobody connects such a credential again: it is bound to a key once its connection says so, and no more when that does not and nothing came of it. */
function isBoundAs(dpop: boolean, row: CredentialRow): boolean {
  const isBound = (readCredentialData(row).sealedDpopKey ?? null) !== null
  return isBound === dpop || (isBound && row.accessToken !== null)
}

function isOf(source: TokenSource | undefined, { madeOf }: CredentialData): boolean {
  return !source || (madeOf?.accountId === source.accountId && madeOf.connectedAtMs === source.connectedAtMs)
}
