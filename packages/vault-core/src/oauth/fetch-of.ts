import type { RequestPurpose } from '../instrumentation.js'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import { measuredFetch } from './measured-fetch.js'

/**
 * What requests for this connection are sent with. Whoever may write connections into the store may not send the vault where only it can reach; who
 * shows a certificate does so by a `fetch` of his own.
 */
export function fetchOf(
  runtime: Runtime,
  { source, connectionId, quirks }: Pick<Connection, 'source' | 'connectionId' | 'quirks'>,
  purpose: RequestPurpose,
): typeof globalThis.fetch {
  const own = purpose === 'metadata' ? undefined : quirks.hooks?.fetchWithCertificate
  const fetch = own ?? (source === 'store' ? runtime.fetchForStoredConnections : runtime.fetch)
  return measuredFetch(runtime, fetch, purpose, connectionId)
}
