import type { AuditEntry, CredentialKey, CredentialRow, DocumentRow, OutboxJob } from '../contract.js'
import type { EngineTransaction, EngineView, ScanRange } from './store-engine.js'

/** What stands in which table. */
export interface Records {
  readonly credentials: CredentialRow
  /** Index: tenant, due time, credential. */
  readonly due: { readonly key: CredentialKey }
  readonly documents: DocumentRow & { readonly lastAttemptId: string }
  readonly tickets: { readonly data: Uint8Array; readonly expiresAtMs: number }
  /** Index: expiry, ticket. */
  readonly expiry: { readonly ticket: string }
  readonly jobs: OutboxJob & { readonly sequence: number; readonly availableAtMs: number; readonly addedAtMs?: number }
  /** Index: tenant, order of arrival. `line` is topic and ordering key of a job that has one. */
  readonly queue: { readonly id: string; readonly line?: string }
  readonly audit: AuditEntry
  /** Index: tenant, id of the entry. */
  readonly entries: { readonly sequence: number }
  /** Index: tenant, subject, sequence. */
  readonly subjects: { readonly sequence: number }
  readonly counters: { readonly value: number }
}

/** The tables with their types. What is read was written by this code, so that the types are taken on trust. */
export interface TypedView {
  get<T extends keyof Records>(table: T, key: string): Promise<Records[T] | undefined>
  scan<T extends keyof Records>(table: T, range: ScanRange): Promise<readonly (readonly [string, Records[T]])[]>
}

export interface TypedTransaction extends TypedView {
  set<T extends keyof Records>(table: T, key: string, record: Records[T]): Promise<void>
  delete(table: keyof Records, key: string): Promise<void>
  /** Moves a counter on by one and returns it; the first is 1. */
  count(name: string): Promise<number>
}

export function typedView(view: EngineView): TypedView {
  return {
    // Without `await`: an engine that answers at once costs no turn.
    get: async <T extends keyof Records>(table: T, key: string) => view.get(table, key) as Records[T] | undefined,
    scan: async <T extends keyof Records>(table: T, range: ScanRange) =>
      (await view.scan(table, range)) as readonly (readonly [string, Records[T]])[],
  }
}

export function typedTransaction(transaction: EngineTransaction): TypedTransaction {
  const view = typedView(transaction)
  return {
    ...view,
    set: async (table, key, record) => transaction.set(table, key, record),
    delete: async (table, key) => transaction.delete(table, key),
    count: async (name) => {
      const value = ((await view.get('counters', name))?.value ?? 0) + 1
      await transaction.set('counters', name, { value })
      return value
    },
  }
}

/** Walks through all records of a range, a chunk at a time. */
export async function* walk<T extends keyof Records>(
  view: TypedView,
  table: T,
  { prefix, after }: Omit<ScanRange, 'limit'>,
  chunk: number,
): AsyncGenerator<readonly [string, Records[T]]> {
  let last = after
  for (;;) {
    const entries = await view.scan(table, { prefix, limit: chunk, ...(last !== undefined && { after: last }) })
    yield* entries
    if (entries.length < chunk) return
    last = entries.at(-1)?.[0]
  }
}
