import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'

/** What requests for this connection are sent with: whoever may write connections into the store may not send the vault where only it can reach. */
export function fetchOf(runtime: Runtime, { source }: Pick<Connection, 'source'>): typeof globalThis.fetch {
  return source === 'store' ? runtime.fetchForStoredConnections : runtime.fetch
}
