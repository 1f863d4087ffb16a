import { assertPageLimit, type Page } from '@holdfast/vault-core'

/** One page of `items` in the order of their keys, after the cursor's key. A row that stays keeps its place, so it is met exactly once. */
export function pageOf<T>(
  items: Iterable<readonly [string, T]>,
  { cursor, limit }: { readonly cursor?: string; readonly limit: number },
): Page<T> {
  assertPageLimit(limit)
  const sorted = [...items].filter(([key]) => cursor === undefined || key > cursor).sort(([a], [b]) => (a < b ? -1 : 1))
  const page = sorted.slice(0, limit)
  const last = page.at(-1)
  return { items: page.map(([, item]) => item), ...(last && sorted.length > limit && { cursor: last[0] }) }
}
