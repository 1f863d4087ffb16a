import {
  type AuditEntry,
  assertStoreKey,
  type Companions,
  type CredentialRow,
  type DocumentRow,
  type NewAuditEntry,
  type NewOutboxJob,
  type OutboxJob,
  VaultError,
} from '@holdfast/vault-core'

export interface StoredTicket {
  readonly data: Uint8Array
  readonly expiresAtMs: number
}

export interface StoredJob extends OutboxJob {
  readonly availableAtMs: number
}

/** What the parts of the store share. */
export interface MemoryState {
  readonly credentials: Map<string, CredentialRow>
  readonly documents: Map<string, DocumentRow>
  readonly tickets: Map<string, StoredTicket>
  readonly jobs: Map<string, StoredJob>
  readonly audit: AuditEntry[]
  /** Runs one operation: wholly, as nothing else runs in between, and only while the store is open. What it returns is a copy. */
  run<T>(operation: (nowMs: number) => T): Promise<T>
  /** Does what belongs to a write. */
  addCompanions(also: Companions | undefined, nowMs: number): void
  addJobs(jobs: readonly NewOutboxJob[]): void
  addAudit(entries: readonly NewAuditEntry[], nowMs: number): void
  close(): void
}

export function createMemoryState(clock: () => number): MemoryState {
  let closed = false
  const sequences = new Map<string, number>()
  const state: MemoryState = {
    credentials: new Map(),
    documents: new Map(),
    tickets: new Map(),
    jobs: new Map(),
    audit: [],
    async run(operation) {
      if (closed) throw new VaultError('store_unavailable', 'The memory store is closed. Open a new one.')
      return structuredClone(operation(clock()))
    },
    addCompanions(also, nowMs) {
      // All keys are checked before anything is added: a bad one must leave no half of the write behind.
      for (const { tenant, id, topic } of also?.outbox ?? []) keyOf({ tenant, id, topic })
      for (const { tenant, id } of also?.audit ?? []) keyOf({ tenant, id })
      state.addJobs(also?.outbox ?? [])
      state.addAudit(also?.audit ?? [], nowMs)
    },
    addJobs(jobs) {
      const keys = jobs.map(({ tenant, id, topic }) => [keyOf({ tenant, id, topic }), keyOf({ tenant, id })])
      for (const [index, { tenant, id, topic, data }] of jobs.entries()) {
        const key = keys[index]?.[1] ?? ''
        if (!state.jobs.has(key)) state.jobs.set(key, { tenant, id, topic, data: data.slice(), attempt: 0, availableAtMs: 0 })
      }
    },
    addAudit(entries, nowMs) {
      for (const { tenant, id } of entries) keyOf({ tenant, id })
      for (const { tenant, id, data } of entries) {
        const sequence = (sequences.get(tenant) ?? 0) + 1
        sequences.set(tenant, sequence)
        state.audit.push({ tenant, id, data, sequence, atMs: nowMs })
      }
    },
    close() {
      closed = true
    },
  }
  return state
}

/** One string for the parts of a key, after checking each. No two keys give the same string. */
export function keyOf(parts: Readonly<Record<string, string>>): string {
  for (const [name, part] of Object.entries(parts)) assertStoreKey(part, name)
  return JSON.stringify(Object.values(parts))
}
