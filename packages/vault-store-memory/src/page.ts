import { type Page, VaultError } from '@holdfast/vault-core'

const MAX_LIMIT = 1_000

/** One page of `items` in the order of their keys, after the cursor's key. A row that stays keeps its place, so it is met exactly once. */
export function pageOf<T>(
  items: Iterable<readonly [string, T]>,
  { cursor, limit }: { readonly cursor?: string; readonly limit: number },
): Page<T> {
  assertLimit(limit)
  const sorted = [...items].filter(([key]) => cursor === undefined || key > cursor).sort(([a], [b]) => (a < b ? -1 : 1))
  const page = sorted.slice(0, limit)
  const last = page.at(-1)
  return { items: page.map(([, item]) => item), ...(last && sorted.length > limit && { cursor: last[0] }) }
}

/** @throws {VaultError} `invalid_request` unless the limit is a whole number from 1 to 1,000. */
export function assertLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return
  const problem = `must be a whole number from 1 to ${MAX_LIMIT}`
  throw new VaultError('invalid_request', `\`limit\` ${problem}.`, { fields: { limit: problem } })
}
