import { randomToken } from '../crypto/random-token.js'
import type { PageQuery } from '../documents/page-query.js'
import { VaultError } from '../errors.js'
import type { Log } from '../log.js'
import type { ConnectionInput } from '../model/connection.js'
import type { ConnectionRegistry, HeldConnections } from '../model/connection-registry.js'
import { CONNECTION_ID } from '../model/parse-connection.js'
import type { Runtime } from '../runtime.js'
import type { Page } from '../storage/contract.js'
import { type ConnectionChanges, changeConnection } from './connection-changes.js'
import { type ConnectionInfo, connectionInfo } from './connection-info.js'
import type { StoredConnections } from './stored-connections.js'

export type { ConnectionChanges } from './connection-changes.js'
export type { ConnectionInfo } from './connection-info.js'

/** The connections of a vault: those in its code, and those that were put into the store. Code wins. */
export interface Connections extends ConnectionRegistry {
  /** What may be shown of a connection. @throws {VaultError} `connection_not_found`. */
  describe(connectionId: string): Promise<ConnectionInfo>
  /** What may be shown of all that can be read: those in code first, all of them on the first page. @throws {VaultError} `invalid_request`. */
  describeAll(query?: PageQuery): Promise<Page<ConnectionInfo>>
  /**
   * Stores a new connection. Its client secret and private key are sealed. Every process uses it within a second.
   *
   * @param input - Without `connectionId`, the vault makes one: `con_…`.
   * @throws {VaultError} `invalid_request`, naming each bad field; `conflict` when the id is taken.
   */
  create(input: NewConnection): Promise<ConnectionInfo>
  /** Stores a connection, or replaces it. @throws {VaultError} `invalid_request`, naming each bad field; `conflict` when a connection in code has the id. */
  put(input: ConnectionInput): Promise<void>
  /**
   * Changes fields of a stored connection; undefined takes one away. Client secret and private key stay unless they are mentioned, and must be given
   * again when the endpoints that they serve change, or when the secret would be handed out by another `grant`: so nobody who cannot read them can
   * send them, or what they sign, elsewhere.
   *
   * @throws {VaultError} `connection_not_found`; `invalid_request`, naming each bad field; `conflict` with reason `in_code`.
   */
  update(connectionId: string, changes: ConnectionChanges): Promise<ConnectionInfo>
  /**
   * Removes a stored connection. Credentials of it stay, and cannot be refreshed or revoked without it: disconnect them before.
   *
   * @throws {VaultError} `connection_not_found` when there is none; `conflict` with reason `in_code` for one in code.
   */
  delete(connectionId: string): Promise<void>
}

export type NewConnection = Omit<ConnectionInput, 'connectionId'> & { readonly connectionId?: string }

export function createConnections(parts: {
  readonly code: HeldConnections
  readonly stored: StoredConnections
  readonly runtime: Runtime
}): Connections {
  const { code, stored, runtime } = parts
  const isId = (connectionId: unknown): connectionId is string => typeof connectionId === 'string' && CONNECTION_ID.test(connectionId)

  function assertNotInCode(connectionId: string): void {
    if (!code.find(connectionId)) return
    throw new VaultError(
      'conflict',
      `Connection "${connectionId}" is in the code of this application, and code wins. Choose another id, or take it out of the code.`,
      { connectionId, reason: 'in_code' },
    )
  }

  return {
    async get(connectionId) {
      return code.find(connectionId) ?? (isId(connectionId) ? await stored.get(connectionId) : undefined) ?? code.get(connectionId)
    },

    async list() {
      const own = await code.list()
      const ids = new Set(own.map(({ connectionId }) => connectionId))
      return [...own, ...(await stored.list()).filter(({ connectionId }) => !ids.has(connectionId))]
    },

    async describe(connectionId) {
      const own = code.find(connectionId)
      if (own) return connectionInfo(own)
      const info = isId(connectionId) ? await stored.describe(connectionId) : undefined
      // The registry has the error for what is not there.
      return info ?? connectionInfo(await code.get(connectionId))
    },

    async describeAll(query = {}) {
      const own = await code.list()
      const ids = new Set(own.map(({ connectionId }) => connectionId))
      const page = await stored.page(query)
      const first = query.cursor === undefined ? own.map((connection) => connectionInfo(connection)) : []
      return { ...page, items: [...first, ...page.items.filter(({ connectionId }) => !ids.has(connectionId))] }
    },

    async create(input) {
      const connectionId = input?.connectionId ?? `con_${randomToken(runtime.random, 16)}`
      assertNotInCode(connectionId)
      return stored.write(connectionId, (open) => {
        if (open === undefined) return { ...input, connectionId }
        throw new VaultError('conflict', 'There is a connection of this id. Choose another id.', { fields: { connectionId: 'is taken' } })
      })
    },

    async put(input) {
      if (isId(input?.connectionId)) assertNotInCode(input.connectionId)
      await stored.write(String(input?.connectionId), () => input)
    },

    async update(connectionId, changes) {
      assertNotInCode(connectionId)
      if (!isId(connectionId)) throw notStored()
      return stored.write(connectionId, async (open) => {
        if (open !== undefined) return changeConnection(await open(), changes)
        throw notStored()
      })
    },

    async delete(connectionId) {
      assertNotInCode(connectionId)
      if (isId(connectionId) && (await stored.delete(connectionId))) return
      throw notStored()
    },
  }
}

function notStored(): VaultError {
  return new VaultError('connection_not_found', 'There is no such connection in the store. Correct the id.')
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
