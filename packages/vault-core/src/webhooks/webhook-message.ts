import type { VaultEvent } from '../events/vault-event.js'

/** The body that an event is sent as: its type, when it happened, and all else that it says. Its id goes into a header. */
export function bodyOf({ id: _id, type, atMs, ...data }: VaultEvent): string {
  return JSON.stringify({ type, timestamp: new Date(atMs).toISOString(), data })
}

/** The event again. Undefined when the body is none that {@link bodyOf} made. */
export function eventOf(id: string, body: string): VaultEvent | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return undefined
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined
  const { type, timestamp, data } = parsed as { readonly type?: unknown; readonly timestamp?: unknown; readonly data?: unknown }
  const atMs = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN
  if (typeof type !== 'string' || Number.isNaN(atMs) || typeof data !== 'object' || data === null) return undefined
  return { ...data, id, type, atMs } as VaultEvent
}

/**
 * Whose events are to come one after the other: those of one user, and so of each credential; of a connection as a whole; of one service
 * client. Undefined for an event that stands in no order.
 */
export function lineOf(event: VaultEvent): readonly string[] | undefined {
  if ('userId' in event) return ['user', event.userId]
  if ('connectionId' in event) return ['connection', event.connectionId]
  if ('clientId' in event) return ['client', event.clientId]
  return undefined
}
