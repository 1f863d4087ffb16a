import { DEFAULT_ACCOUNT_ID } from '../model/account-id.js'
import type { Connection } from '../model/connection.js'
import type { DpopKeys } from '../oauth/dpop-key.js'
import type { ConsentedGrant, SavedGrant } from '../oauth/grant.js'
import type { Runtime } from '../runtime.js'
import { Secret } from '../secret.js'
import type { CredentialStore } from '../storage/contract.js'
import { readCredentialData } from './credential-data.js'

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
 * @param options.sinceMs - One that began before is begun anew.
 */
export async function beginGrant(
  { tenant, credentials, runtime, dpopKeys, saveGrant }: BeginGrantParts,
  { connectionId, dpop }: Connection,
  userId: string,
  { sinceMs = 0 }: { readonly sinceMs?: number } = {},
): Promise<void> {
  const row = await credentials.get({ tenant, connectionId, userId, accountId: DEFAULT_ACCOUNT_ID })
  const isThere = row !== null && row.status !== 'disconnected'
  if (isThere && readCredentialData(row).connectedAtMs >= sinceMs) return
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
    actor: { kind: 'system', id: 'vault' },
  })
}
