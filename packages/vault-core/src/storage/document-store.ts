import type { Companions } from './companions.js'
import type { Page } from './page.js'

/** Versioned JSON by tenant, kind and id: connections, service clients, access records, roles, wrapped data keys, … */
export interface DocumentKey {
  readonly tenant: string
  readonly kind: string
  readonly id: string
}

export interface DocumentRow extends DocumentKey {
  /** 1 when first put, one more with each put. */
  readonly version: number
  /** JSON text that only the vault reads; what is secret in it is sealed. */
  readonly data: string
  /** Store time. */
  readonly updatedAtMs: number
}

export interface DocumentPut extends DocumentKey {
  readonly data: string
  /** `absent`, or the version that is to be replaced. */
  readonly expect: 'absent' | number
  readonly attemptId: string
  readonly also?: Companions
}

export type PutResult =
  | { readonly outcome: 'stored'; readonly version: number }
  | { readonly outcome: 'conflict'; readonly current: DocumentRow | null }

export interface DocumentStore {
  get(key: DocumentKey): Promise<DocumentRow | null>
  put(put: DocumentPut): Promise<PutResult>
  delete(key: DocumentKey, expectVersion: number): Promise<'deleted' | 'conflict' | 'missing'>
  /** Same promise as `CredentialStore.list`, ordered by id in some fixed total order. */
  list(query: {
    readonly tenant: string
    readonly kind: string
    readonly cursor?: string
    readonly limit: number
  }): Promise<Page<DocumentRow>>
  /**
   * A number that grows whenever a document of this kind is stored or deleted: equal numbers mean that nothing changed in
   * between. For whoever keeps documents in memory and must see what other processes change. 0 before the first.
   */
  revision(query: { readonly tenant: string; readonly kind: string }): Promise<number>
}
