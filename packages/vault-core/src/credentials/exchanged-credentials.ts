import { VaultError } from '../errors.js'
import { DEFAULT_ACCOUNT_ID } from '../model/account-id.js'
import type { Connection, TokenExchangeGrant } from '../model/connection.js'
import type { ConnectionRegistry } from '../model/connection-registry.js'
import type { TokenSource } from '../oauth/grant.js'
import { Secret } from '../secret.js'
import type { CredentialRow } from '../storage/contract.js'
import { accountIdOf, findAccount } from './accounts.js'
import { type BeginGrantParts, beginGrant } from './begin-grant.js'
import { readCredentialData } from './credential-data.js'
import type { CredentialSelector, Credentials, GetCredentialsOptions } from './credentials.js'

/** The credentials of users by token exchange: those on another connection, of which theirs here are made. */
export interface ExchangedCredentials {
  /**
   * Makes sure that the user is connected where his token comes from, and has a credential here.
   *
   * @throws {VaultError} As `getCredentials` of the other connection.
   */
  begin(connection: Connection, grant: TokenExchangeGrant, userId: string): Promise<void>
  /** The token that is given in exchange. @throws {VaultError} As `getCredentials` of the other connection. */
  subjectToken(grant: TokenExchangeGrant, userId: string): Promise<Secret>
}

type GetCredentialsOf = (selector: CredentialSelector, options?: GetCredentialsOptions) => Promise<Credentials>

/** @param get - Of users, of any connection. Called when there is something to do, not before. */
export function createExchangedCredentials(
  parts: BeginGrantParts & { readonly connections: ConnectionRegistry },
  get: () => GetCredentialsOf,
): ExchangedCredentials {
  const { tenant, credentials, connections } = parts

  async function begin(connection: Connection, grant: TokenExchangeGrant, userId: string, before: readonly string[]): Promise<void> {
    const { subjectConnectionId: connectionId } = grant
    const chain = [...before, connection.connectionId]
    if (chain.includes(connectionId)) throw exchangedForItself([...chain, connectionId])
    const subject = await connections.get(connectionId)
    // What that one is made of may have ended.
    if (subject.grant?.type === 'token_exchange') await begin(subject, subject.grant, userId, chain)
    const row = await findAccount(credentials, { tenant, connectionId, userId, accountId: DEFAULT_ACCOUNT_ID })
    // Nothing lives on here that was ended there; what it is, is told by who knows.
    if (row?.status !== 'active' && row?.status !== 'quarantined') await get()({ connectionId, userId })
    // What was made of a consent that another one has replaced, or of an account that is not the default one any more, is no good.
    await beginGrant(parts, connection, userId, row && sourceOf(row))
  }

  return {
    begin: (connection, grant, userId) => begin(connection, grant, userId, []),
    async subjectToken({ subjectConnectionId: connectionId }, userId) {
      const { accessToken } = await get()({ connectionId, userId }, { bearerOnly: true })
      return new Secret(accessToken)
    },
  }
}

function exchangedForItself(chain: readonly string[]): VaultError {
  const [connectionId = ''] = chain
  const problem = `leads back to where it began: ${chain.map((each) => `"${each}"`).join(' → ')}`
  return new VaultError(
    'invalid_configuration',
    `Connection "${connectionId}" exchanges its own tokens: \`grant.subjectConnectionId\` ${problem}.`,
    {
      connectionId,
      fields: { 'grant.subjectConnectionId': problem },
    },
  )
}

function sourceOf(row: CredentialRow): TokenSource {
  const data = readCredentialData(row)
  return { accountId: accountIdOf(row, data), connectedAtMs: data.connectedAtMs }
}
