import type { RequestPurpose } from '../instrumentation.js'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import { measuredFetch } from './measured-fetch.js'

/** What requests for this connection are sent with: whoever may write connections into the store may not send the vault where only it can reach. */
export function fetchOf(
  runtime: Runtime,
  { source, connectionId }: Pick<Connection, 'source' | 'connectionId'>,
  purpose: RequestPurpose,
): typeof globalThis.fetch {
  return measuredFetch(runtime, source === 'store' ? runtime.fetchForStoredConnections : runtime.fetch, purpose, connectionId)
}
