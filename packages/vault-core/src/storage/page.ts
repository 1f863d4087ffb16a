/** A page of a listing. `cursor` is absent on the last page; it is opaque, and good for the same query only. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly cursor?: string
}
