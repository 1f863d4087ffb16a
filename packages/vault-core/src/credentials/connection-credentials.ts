import { toBase64, toBase64url } from '../crypto/base64.js'
import type { Sealer } from '../crypto/sealer.js'
import { VaultError } from '../errors.js'
import { DEFAULT_ACCOUNT_ID } from '../model/account-id.js'
import type { Connection } from '../model/connection.js'
import { isStatic } from '../model/connection-grant.js'
import type { ConnectionRegistry } from '../model/connection-registry.js'
import { Secret } from '../secret.js'
import { type BeginGrantParts, beginGrant } from './begin-grant.js'
import { CONNECTION_OWNER, wrongUser } from './connection-owner.js'
import { type CredentialSelector, Credentials } from './credentials.js'
import type { GetUserCredentials } from './get-credentials.js'
import type { NotedGetCredentials } from './measure-hand-outs.js'

/**
 * The same, and a connection's own credential where no user is named: a token by its `grant`, kept and refreshed as a user's is, or what stands
 * in the connection.
 */
export function withConnectionCredentials(
  get: GetUserCredentials,
  parts: BeginGrantParts & { readonly connections: ConnectionRegistry; readonly sealer: Sealer },
): NotedGetCredentials {
  const { connections, sealer } = parts

  return async (selector, options, note) => {
    const { connectionId, userId, accountId } = selector ?? {}
    if (userId === CONNECTION_OWNER) throw wrongUser('is no user of the application: leave `userId` out')
    // What is wrong with it is told where users' selectors are read.
    if (userId !== undefined || typeof connectionId !== 'string') return get(selector as CredentialSelector, options, note)
    const connection = await connections.get(connectionId)
    if (!connection.grant) throw wrongUser(`is missing: whose credential on connection "${connectionId}" is meant?`)
    if (accountId !== undefined && accountId !== DEFAULT_ACCOUNT_ID)
      throw new VaultError('invalid_request', '`accountId` goes with a `userId`.', { fields: { accountId: 'goes with a `userId`' } })
    if (isStatic(connection.grant)) return staticCredentials(sealer, connection)
    if (connection.grant.type === 'token_exchange') throw wrongUser('is missing: whose token is to be exchanged?')
    await beginGrant(parts, connection, CONNECTION_OWNER)
    return get({ connectionId, userId: CONNECTION_OWNER }, options, note)
  }
}

async function staticCredentials(sealer: Sealer, { connectionId, clientId, clientSecret, grant }: Connection): Promise<Credentials> {
  const secret = clientSecret?.reveal() ?? ''
  const isBasic = grant?.type === 'basic'
  const accessToken = isBasic ? toBase64(new TextEncoder().encode(`${clientId}:${secret}`)) : secret
  return new Credentials({
    connectionId,
    userId: CONNECTION_OWNER,
    accountId: DEFAULT_ACCOUNT_ID,
    tokenType: isBasic ? 'Basic' : 'Bearer',
    scope: undefined,
    expiresAt: undefined,
    fingerprint: toBase64url(await sealer.fingerprint(CONNECTION_OWNER, accessToken)),
    properties: {},
    accessToken: new Secret(accessToken),
  })
}
