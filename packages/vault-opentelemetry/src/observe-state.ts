import type { VaultState } from '@holdfast/vault-core'
import type { Attributes, BatchObservableCallback, Meter, Observable } from '@opentelemetry/api'
import { CONNECTION_ID, STATUS, TOPIC } from './attributes.js'

/**
 * Gauges over the state of a vault, looked at when metrics are collected. All processes over one store tell the same of it: take their maximum,
 * not their sum.
 *
 * @param intervalMs - The store is not asked more often for counts. 0: not at all.
 */
export function observeState(meter: Meter, state: VaultState, attributes: Attributes, intervalMs: number): void {
  const credentials = meter.createObservableGauge('holdfast.credentials', { description: 'Credentials by status.', unit: '{credential}' })
  const depth = meter.createObservableGauge('holdfast.outbox.jobs', {
    description: 'Revocations and webhooks that wait to be sent.',
    unit: '{job}',
  })
  const age = meter.createObservableGauge('holdfast.outbox.oldest_job.age', {
    description: 'How long the oldest of them waits.',
    unit: 's',
  })
  const paused = meter.createObservableGauge('holdfast.connection.paused', {
    description: '1 while refreshes of a connection pause, as far as this process knows.',
    unit: '1',
  })
  const countsOf = atMostEvery(intervalMs, () => credentialsByStatus(state))
  const depthsOf = atMostEvery(intervalMs, () => state.outboxDepths())
  const seenPaused = new Set<string>()

  const look = (observables: readonly Observable[], callback: BatchObservableCallback): void => {
    meter.addBatchObservableCallback(callback, [...observables])
    state.closing.addEventListener('abort', () => meter.removeBatchObservableCallback(callback, [...observables]), { once: true })
  }
  look([paused], (result) => {
    const now = new Set(state.pausedConnections())
    for (const connectionId of now) seenPaused.add(connectionId)
    for (const connectionId of seenPaused)
      result.observe(paused, now.has(connectionId) ? 1 : 0, { ...attributes, [CONNECTION_ID]: connectionId })
  })
  if (intervalMs === 0) return
  look([credentials], async (result) => {
    for (const [status, count] of await countsOf()) result.observe(credentials, count, { ...attributes, [STATUS]: status })
  })
  look([depth, age], async (result) => {
    for (const { topic, jobs, oldestAgeMs } of await depthsOf()) {
      result.observe(depth, jobs, { ...attributes, [TOPIC]: topic })
      result.observe(age, (oldestAgeMs ?? 0) / 1_000, { ...attributes, [TOPIC]: topic })
    }
  })
}

/** As `listCredentials` has them. Tombstones of what was disconnected are none. */
async function credentialsByStatus(state: VaultState): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>(['active', 'expiring', 'reauthorization_required', 'quarantined'].map((status) => [status, 0]))
  for (const { status, hasRefreshToken, count } of await state.credentialCounts()) {
    if (status === 'disconnected') continue
    const shown = status === 'active' && !hasRefreshToken ? 'expiring' : status
    counts.set(shown, (counts.get(shown) ?? 0) + count)
  }
  return counts
}

/** The same answer for so long. One that failed is asked for again the next time. */
function atMostEvery<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly atMs: number; readonly answer: Promise<T> } | undefined
  return () => {
    const nowMs = performance.now()
    if (last && nowMs - last.atMs < ms) return last.answer
    const answer = ask()
    last = { atMs: nowMs, answer }
    answer.catch(() => {
      last = undefined
    })
    return answer
  }
}
