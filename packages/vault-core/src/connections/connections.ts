import { isVaultError, VaultError } from '../errors.js'
import type { Log } from '../log.js'
import type { Connection, ConnectionInput } from '../model/connection.js'
import type { ConnectionRegistry } from '../model/connection-registry.js'
import { CONNECTION_ID } from '../model/parse-connection.js'
import type { StoredConnections } from './stored-connections.js'

/** The connections of a vault: those in its code, and those that were put into the store. Code wins. */
export interface Connections extends ConnectionRegistry {
  /**
   * Stores a connection, or replaces it. Its client secret and private key are sealed. Every process uses it within a second.
   *
   * @throws {VaultError} `invalid_request`, naming each bad field; `conflict` when a connection in code has the id.
   */
  put(input: ConnectionInput): Promise<void>
  /**
   * Removes a stored connection. Credentials of it stay, and cannot be refreshed or revoked without it: disconnect them before.
   *
   * @throws {VaultError} `connection_not_found` when there is none in the store.
   */
  delete(connectionId: string): Promise<void>
}

export function createConnections(parts: { readonly code: ConnectionRegistry; readonly stored: StoredConnections }): Connections {
  const { code, stored } = parts
  const inCode = async (connectionId: string): Promise<Connection | undefined> => {
    try {
      return await code.get(connectionId)
    } catch (error) {
      if (isVaultError(error, 'connection_not_found')) return undefined
      throw error
    }
  }
  const isId = (connectionId: unknown): connectionId is string => typeof connectionId === 'string' && CONNECTION_ID.test(connectionId)
  return {
    async get(connectionId) {
      return (await inCode(connectionId)) ?? (isId(connectionId) ? await stored.get(connectionId) : undefined) ?? code.get(connectionId)
    },
    async list() {
      const own = await code.list()
      const ids = new Set(own.map(({ connectionId }) => connectionId))
      return [...own, ...(await stored.list()).filter(({ connectionId }) => !ids.has(connectionId))]
    },
    async put(input) {
      const connectionId = input?.connectionId
      if (isId(connectionId) && (await inCode(connectionId)))
        throw new VaultError(
          'conflict',
          `Connection "${connectionId}" is in the code of this application, and code wins. Choose another id, or take it out of the code.`,
          { connectionId },
        )
      await stored.put(input)
    },
    async delete(connectionId) {
      if (isId(connectionId) && (await stored.delete(connectionId))) return
      throw new VaultError(
        'connection_not_found',
        'There is no such connection in the store. Correct the id; those in code are not stored.',
      )
    },
  }
}

/** Says which stored connections are not used, as the code has others of their ids. To be asked at the start; failing it does no harm. */
export async function tellClashes(code: ConnectionRegistry, stored: StoredConnections, log: Log): Promise<void> {
  try {
    const ids = new Set((await code.list()).map(({ connectionId }) => connectionId))
    for (const { connectionId } of await stored.list())
      if (ids.has(connectionId))
        log.warn({ connectionId }, 'A connection is both in code and in the store. Code wins; remove the other, or rename one.')
  } catch (error) {
    log.debug({ err: error }, 'The connections in the store could not be read at the start.')
  }
}
