import { VaultError } from '../errors.js'
import type { Page } from '../storage/contract.js'

/** Which part of a listing. */
export interface PageQuery {
  /** Most items of the page, 1 to 1,000. Default 100. A page may hold fewer, also one that is not the last. */
  readonly limit?: number
  /** From the page before. */
  readonly cursor?: string
}

const MAX_LIMIT = 1_000
const DEFAULT_LIMIT = 100

/** The query with its default. @throws {VaultError} `invalid_request` naming `limit` or `cursor`. */
export function readPageQuery(query: PageQuery): { readonly limit: number; readonly cursor?: string } {
  const { limit = DEFAULT_LIMIT, cursor } = query
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT))
    throw badQuery('limit', `must be a whole number from 1 to ${MAX_LIMIT}`)
  if (cursor !== undefined && (typeof cursor !== 'string' || cursor === ''))
    throw badQuery('cursor', 'must be one that this listing returned')
  return { limit, ...(cursor !== undefined && { cursor }) }
}

/** A page of a list that is held in memory, its items in an order of their own. The cursor is the last item of the page before. */
export function pageOfSorted(items: readonly string[], query: PageQuery): Page<string> {
  const { limit, cursor } = readPageQuery(query)
  const from = cursor === undefined ? 0 : items.findIndex((item) => item > cursor)
  const page = from === -1 ? [] : items.slice(from, from + limit)
  const last = page.at(-1)
  return { items: page, ...(last !== undefined && last !== items.at(-1) && { cursor: last }) }
}

function badQuery(field: string, problem: string): VaultError {
  return new VaultError('invalid_request', `${field} ${problem}.`, { fields: { [field]: problem } })
}
