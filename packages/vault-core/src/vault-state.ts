import type { VaultState } from './instrumentation.js'
import type { Circuits } from './refresh/circuits.js'
import type { CredentialStore, OutboxStore } from './storage/contract.js'

/** What an instrumentation may look at. */
export function vaultState(parts: {
  readonly tenant: string
  readonly closing: AbortSignal
  readonly credentials: Pick<CredentialStore, 'counts'>
  readonly outbox: Pick<OutboxStore, 'depth'>
  readonly storeNow: () => Promise<number>
  readonly topics: readonly string[]
  readonly circuits: Pick<Circuits, 'open'>
}): VaultState {
  const { tenant, closing, credentials, outbox, storeNow, topics, circuits } = parts
  return {
    tenant,
    closing,
    credentialCounts: () => credentials.counts({ tenant }),
    outboxDepths: () =>
      Promise.all(
        topics.map(async (topic) => {
          const [{ jobs, oldestAtMs }, nowMs] = await Promise.all([outbox.depth({ tenant, topics: [topic] }), storeNow()])
          return { topic, jobs, oldestAgeMs: oldestAtMs === null ? null : Math.max(0, nowMs - oldestAtMs) }
        }),
      ),
    pausedConnections: () => circuits.open(),
  }
}
