import type { AuditEntry, AuditStore } from '../storage/contract.js'
import { MAX_PAGE_LIMIT } from '../storage/rules/store-arguments.js'

/** Reads the log once, from its beginning on. */
export interface EntryReader {
  /** Entries after those that were read before, through this sequence. */
  through(sequence: number): Promise<readonly AuditEntry[]>
  /** All that come after those. */
  rest(): AsyncGenerator<AuditEntry>
}

export function createEntryReader({
  audit,
  tenant,
  signal,
}: {
  readonly audit: AuditStore
  readonly tenant: string
  readonly signal?: AbortSignal | undefined
}): EntryReader {
  const entries = readEntries({ audit, tenant, signal })
  /** Read already, and not asked for yet. */
  let ahead: AuditEntry | undefined

  return {
    async through(sequence) {
      const found: AuditEntry[] = []
      for (;;) {
        ahead ??= (await entries.next()).value ?? undefined
        if (!ahead || ahead.sequence > sequence) return found
        found.push(ahead)
        ahead = undefined
      }
    },
    async *rest() {
      if (ahead) yield ahead
      yield* entries
    },
  }
}

/** All entries in their order; those that are appended meanwhile may be among them. */
export async function* readEntries({
  audit,
  tenant,
  signal,
  subject,
  afterSequence = 0,
  pageSize = MAX_PAGE_LIMIT,
}: {
  readonly audit: AuditStore
  readonly tenant: string
  readonly signal?: AbortSignal | undefined
  readonly subject?: string | undefined
  readonly afterSequence?: number | undefined
  readonly pageSize?: number | undefined
}): AsyncGenerator<AuditEntry, undefined> {
  let last = afterSequence
  for (;;) {
    signal?.throwIfAborted()
    const page = await audit.list({ tenant, afterSequence: last, limit: pageSize, ...(subject !== undefined && { subject }) })
    yield* page
    if (page.length < pageSize) return undefined
    last = page.at(-1)?.sequence ?? last
  }
}
