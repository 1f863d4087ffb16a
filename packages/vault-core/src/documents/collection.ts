import { randomToken } from '../crypto/random-token.js'
import { VaultError } from '../errors.js'
import type { Runtime } from '../runtime.js'
import type { Companions, DocumentRow, DocumentStore, Page } from '../storage/contract.js'
import { storeKeyProblem } from '../storage/rules/store-key.js'
import { listAllDocuments, readDocument } from './documents.js'
import { type PageQuery, readPageQuery } from './page-query.js'

/** The documents of one kind, as the values that they hold. */
export interface DocumentCollection<T> {
  /** Undefined when there is none, also for what can be no id. */
  find(id: string): Promise<T | undefined>
  /** @throws {VaultError} `not_found`. */
  get(id: string): Promise<T>
  all(): Promise<readonly T[]>
  /** Items that `keep` refuses are left out; a page with a cursor holds at least one. */
  page(query: PageQuery, keep?: (value: T) => boolean): Promise<Page<T>>
  /** Stores a new one. False when the id is taken. */
  insert(id: string, value: T): Promise<boolean>
  /**
   * Reads the newest value, stores what `change` makes of it, and does so again if another change came first. The same value back: nothing is stored.
   *
   * @param also - What is written together with the change.
   * @returns What stands in the store now.
   * @throws {VaultError} `not_found`; `conflict` when others kept changing it; what `change` throws.
   */
  change(id: string, change: (value: T) => T | Promise<T>, also?: () => Promise<Companions | undefined>): Promise<T>
  /** @throws {VaultError} `not_found`; `conflict` when others kept changing it. */
  remove(id: string): Promise<void>
  /** Removes what `work` was done with; what another has put in its place meanwhile stays. @throws {VaultError} `not_found`; what `work` throws. */
  removeAfter(id: string, work: (value: T) => Promise<void>): Promise<void>
}

export interface DocumentCollectionOptions<T> {
  readonly documents: DocumentStore
  readonly tenant: string
  readonly runtime: Runtime
  readonly kind: string
  /** What errors call one: `access record`. */
  readonly noun: string
  /** Reads a stored row. @throws When it holds no such value. */
  readonly parse: (row: DocumentRow) => T
  /** Called after each write, also after one that failed: it may have happened. */
  readonly onWrite?: ((id: string) => void) | undefined
}

/** How often a change is tried again when another one came first. */
const MAX_ATTEMPTS = 8

/** Keeps values in the store as documents of one kind, JSON each. */
export function createDocumentCollection<T>(options: DocumentCollectionOptions<T>): DocumentCollection<T> {
  const { documents, tenant, runtime, kind, noun, onWrite = () => {} } = options
  const keyOf = (id: string) => ({ tenant, kind, id })
  const read = (row: DocumentRow): T => readDocument(row, noun, options.parse)
  const changing = (): VaultError => new VaultError('conflict', `The ${noun} kept changing meanwhile. Read it again, then repeat.`)

  async function rowOf(id: string): Promise<DocumentRow> {
    const row = storeKeyProblem(id) ? null : await documents.get(keyOf(id))
    if (!row) throw new VaultError('not_found', `There is no ${noun} of this id. Correct the id.`)
    return row
  }

  async function put(id: string, value: T, expect: 'absent' | number, also?: Companions): Promise<boolean> {
    try {
      const attemptId = randomToken(runtime.random, 16)
      const put = { ...keyOf(id), data: JSON.stringify(value), expect, attemptId, ...(also && { also }) }
      return (await documents.put(put)).outcome === 'stored'
    } finally {
      onWrite(id)
    }
  }

  return {
    async find(id) {
      const row = storeKeyProblem(id) ? null : await documents.get(keyOf(id))
      return row ? read(row) : undefined
    },

    async get(id) {
      return read(await rowOf(id))
    },

    async all() {
      return (await listAllDocuments(documents, tenant, kind)).map(read)
    },

    async page(query, keep = () => true) {
      const { limit, cursor } = readPageQuery(query)
      let next = cursor
      for (;;) {
        const page = await documents.list({ tenant, kind, limit, ...(next !== undefined && { cursor: next }) })
        const items = page.items.map(read).filter(keep)
        if (items.length > 0 || page.cursor === undefined) return { items, ...(page.cursor !== undefined && { cursor: page.cursor }) }
        next = page.cursor
      }
    },

    insert: (id, value) => put(id, value, 'absent'),

    async change(id, change, also) {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        const row = await rowOf(id)
        const value = read(row)
        const changed = await change(value)
        if (changed === value || (await put(id, changed, row.version, await also?.()))) return changed
      }
      throw changing()
    },

    async remove(id) {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        const row = await rowOf(id)
        try {
          if ((await documents.delete(keyOf(id), row.version)) !== 'conflict') return
        } finally {
          onWrite(id)
        }
      }
      throw changing()
    },

    async removeAfter(id, work) {
      const row = await rowOf(id)
      await work(read(row))
      try {
        await documents.delete(keyOf(id), row.version)
      } finally {
        onWrite(id)
      }
    },
  }
}
