import { VaultError } from '../errors.js'
import type { Connection, ConnectionInput } from './connection.js'
import { CONNECTION_ID, invalidConnections, readConnection } from './parse-connection.js'

/** The connections of a vault. */
export interface ConnectionRegistry {
  /** @throws {VaultError} `connection_not_found`. */
  get(connectionId: string): Promise<Connection>
  /** All that can be used: one of the store that is damaged is left out, and the log is told. */
  list(): Promise<readonly Connection[]>
}

/** Connections that are held in memory. */
export interface HeldConnections extends ConnectionRegistry {
  find(connectionId: string): Connection | undefined
}

/**
 * Reads all connections and keeps them by id. One error names every bad field of every connection, as `connections[0].clientId`.
 *
 * @throws {VaultError} `invalid_configuration`.
 */
export function createConnectionRegistry(inputs: readonly (unknown | ConnectionInput)[]): HeldConnections {
  const connections = readAll(inputs)
  return {
    find: (connectionId) => connections.get(connectionId),
    async get(connectionId) {
      const connection = connections.get(connectionId)
      if (connection) return connection
      // What a caller passed is repeated only if it looks like an id.
      if (typeof connectionId !== 'string' || !CONNECTION_ID.test(connectionId)) {
        throw new VaultError('connection_not_found', 'What was given as connection id is none. Pass the id of a configured connection.')
      }
      throw new VaultError(
        'connection_not_found',
        `No connection "${connectionId}" is configured. Add it to \`connections\`, or correct the id.`,
        { connectionId },
      )
    },
    async list() {
      return [...connections.values()]
    },
  }
}

function readAll(inputs: readonly unknown[]): ReadonlyMap<string, Connection> {
  const connections = new Map<string, Connection>()
  const firstIndexes = new Map<string, number>()
  const problems = new Map<string, string>()
  for (const [index, input] of inputs.entries()) {
    const read = readConnection(input)
    if (!read.ok) {
      for (const [field, problem] of read.problems)
        problems.set(field === 'connection' ? `connections[${index}]` : `connections[${index}].${field}`, problem)
      continue
    }
    const { connectionId } = read.connection
    const first = firstIndexes.get(connectionId)
    if (first === undefined) {
      firstIndexes.set(connectionId, index)
      connections.set(connectionId, read.connection)
    } else {
      problems.set(`connections[${index}].connectionId`, `is the same as that of connections[${first}]: ids are unique`)
    }
  }
  if (problems.size > 0) throw invalidConnections('The connections are wrong', problems)
  return connections
}
