import type { Sealer } from '../crypto/sealer.js'
import { VaultError } from '../errors.js'
import { unknownFields } from '../model/unknown-field.js'
import { refuseFields } from '../refuse-fields.js'
import type { Clock } from '../runtime.js'
import type { CredentialQuery, CredentialStore, Page } from '../storage/contract.js'
import { assertPageLimit } from '../storage/rules/store-arguments.js'
import { assertStoreKey } from '../storage/rules/store-key.js'
import { findAccount, isConnected } from './accounts.js'
import { credentialNotFound } from './credential-errors.js'
import { parseSelector } from './credential-request.js'
import { type ShownStatus, shownStatusOf } from './credential-status.js'
import type { CredentialInfo, CredentialSelector } from './credentials.js'
import { describeCredentials } from './describe-credentials.js'

export interface ListCredentialsQuery {
  readonly userId?: string
  readonly connectionId?: string
  readonly status?: ShownStatus
  /** From the page before, of the same query. */
  readonly cursor?: string
  /** 1 to 1,000. Default 100. */
  readonly limit?: number
}

const KNOWN: readonly (keyof ListCredentialsQuery)[] = ['userId', 'connectionId', 'status', 'cursor', 'limit']

type Filter = Pick<CredentialQuery, 'status' | 'hasRefreshToken'>

/** Where in the store the credentials of each status are, one after the other. What has ended meanwhile is told from what ends by the clock. */
const FILTERS: Readonly<Record<ShownStatus, readonly Filter[]>> = {
  active: [{ status: 'active' }],
  expiring: [{ status: 'active', hasRefreshToken: false }],
  reauthorization_required: [{ status: 'reauthorization_required' }, { status: 'active', hasRefreshToken: false }],
  quarantined: [{ status: 'quarantined' }],
}
const ANY: readonly Filter[] = [{}]

/** What credentials are listed from. */
interface Listing {
  readonly credentials: CredentialStore
  readonly sealer: Sealer
  readonly tenant: string
  readonly clock: Clock
}

/** Lists what may be shown of credentials: those of a user, of a connection, of a status, or all of the tenant. Opens labels of one user's alone, and no token. */
export async function listCredentials(listing: Listing, query: ListCredentialsQuery): Promise<Page<CredentialInfo>> {
  const { credentials, tenant, clock } = listing
  refuseFields(unknownFields(query, KNOWN, 'query of credentials'))
  const { limit = 100, status, cursor, ...whose } = query
  assertPageLimit(limit)
  // Not every database takes what can be no id, and one that does not would seem to have failed.
  if (whose.userId !== undefined) assertStoreKey(whose.userId, 'userId')
  if (whose.connectionId !== undefined) assertStoreKey(whose.connectionId, 'connectionId')
  const filters = status === undefined ? ANY : Object.hasOwn(FILTERS, status) && FILTERS[status]
  if (!filters) throw badQuery('status', 'must be `active`, `expiring`, `reauthorization_required` or `quarantined`')
  const nowMs = clock.now()
  const sealer = whose.userId === undefined ? undefined : listing.sealer
  let place: Place | undefined = placeOf(cursor, filters)
  for (;;) {
    const { filter, from }: Place = place
    const page = await credentials.list({ ...whose, tenant, limit, ...filters[filter], ...(from !== undefined && { cursor: from }) })
    const rows = page.items.filter((row) => isConnected(row) && (status === undefined || shownStatusOf(row, nowMs) === status))
    place = placeAfter(filter, page.cursor, filters)
    // Of many rows that are passed over no empty page is made.
    if (rows.length > 0 || !place)
      return { items: await describeCredentials(credentials, rows, nowMs, sealer), ...(place && { cursor: cursorOf(place, filters) }) }
  }
}

/** What may be shown of one account. @throws {VaultError} `credential_not_found`; `invalid_request`. */
export async function getCredentialInfo(
  { credentials, sealer, tenant, clock }: Listing,
  selector: CredentialSelector,
): Promise<CredentialInfo> {
  const parsed = parseSelector(selector)
  const row = await findAccount(credentials, { tenant, ...parsed })
  const [info] = row ? await describeCredentials(credentials, [row], clock.now(), sealer) : []
  if (!info) throw credentialNotFound(parsed)
  return info
}

/** Which filter's listing, and where in it. */
interface Place {
  readonly filter: number
  readonly from: string | undefined
}

function placeAfter(filter: number, cursor: string | undefined, filters: readonly Filter[]): Place | undefined {
  if (cursor !== undefined) return { filter, from: cursor }
  return filter + 1 < filters.length ? { filter: filter + 1, from: undefined } : undefined
}

/** The store's own cursor, and where there are several listings the number of this one before it. */
function cursorOf({ filter, from = '' }: Place, filters: readonly Filter[]): string {
  return filters.length === 1 ? from : `${filter}.${from}`
}

function placeOf(cursor: string | undefined, filters: readonly Filter[]): Place {
  if (cursor === undefined || filters.length === 1) return { filter: 0, from: cursor }
  const [, filter = '', from = ''] = /^(\d)\.(.*)$/s.exec(cursor) ?? []
  if (filter === '' || Number(filter) >= filters.length) throw badQuery('cursor', 'must be one that this listing returned')
  return { filter: Number(filter), from: from === '' ? undefined : from }
}

function badQuery(field: string, problem: string): VaultError {
  return new VaultError('invalid_request', `\`${field}\` ${problem}.`, { fields: { [field]: problem } })
}
