import type { Sealer } from '../crypto/sealer.js'
import { DEFAULT_ACCOUNT_ID } from '../model/account-id.js'
import type { CredentialRow, CredentialStore } from '../storage/contract.js'
import { accountIdOf, accountRows, defaultAccountAmong, isConnected } from './accounts.js'
import { type CredentialData, readCredentialData } from './credential-data.js'
import { statusToShow } from './credential-status.js'
import type { CredentialInfo } from './credentials.js'
import { openLabel } from './sealed-label.js'

/**
 * What may be shown of these rows, all of them connected.
 *
 * @param sealer - Opens labels. Not given where rows are of many users: each has a key of his own.
 */
export async function describeCredentials(
  credentials: CredentialStore,
  rows: readonly CredentialRow[],
  nowMs: number,
  sealer?: Sealer,
): Promise<readonly CredentialInfo[]> {
  const defaults = await defaultAccountsOf(credentials, rows)
  return Promise.all(
    rows.map(async (row) => {
      const data = readableData(row)
      const label = sealer && data?.sealedLabel ? await openLabel(sealer, row, data.sealedLabel) : undefined
      return describe(row, data, { label, isDefault: row.accountId === DEFAULT_ACCOUNT_ID || defaults.has(row) }, nowMs)
    }),
  )
}

/** Those of the rows that stand under their own key, and are the default account all the same: no account is in its place. */
async function defaultAccountsOf(credentials: CredentialStore, rows: readonly CredentialRow[]): Promise<ReadonlySet<CredentialRow>> {
  const further = rows.filter(({ accountId }) => accountId !== DEFAULT_ACCOUNT_ID)
  const places =
    further.length > 0 ? await credentials.getMany(further.map((row) => ({ ...keyOf(row), accountId: DEFAULT_ACCOUNT_ID }))) : []
  const defaults = new Set<CredentialRow>()
  for (const [index, row] of further.entries()) {
    const place = places[index]
    if (place && isConnected(place)) continue
    const first = defaultAccountAmong(await accountRows(credentials, row))
    if (first?.accountId === row.accountId) defaults.add(row)
  }
  return defaults
}

function keyOf({ tenant, connectionId, userId }: CredentialRow): Pick<CredentialRow, 'tenant' | 'connectionId' | 'userId'> {
  return { tenant, connectionId, userId }
}

function describe(
  row: CredentialRow,
  data: CredentialData | undefined,
  { label, isDefault }: Pick<CredentialInfo, 'label' | 'isDefault'>,
  nowMs: number,
): CredentialInfo {
  const { status, sinceMs, reason, message } = statusToShow(row, data, nowMs)
  return {
    connectionId: row.connectionId,
    userId: row.userId,
    accountId: data ? accountIdOf(row, data) : row.accountId,
    label,
    isDefault,
    status,
    statusSince: new Date(sinceMs),
    reason,
    message,
    scope: data?.scope ?? undefined,
    hasRefreshToken: row.refreshToken !== null,
    expiresAt: dateOf(row.expiresAtMs),
    refreshTokenExpiresAt: dateOf(data?.refreshTokenExpiresAtMs),
    connectedAt: new Date(data?.connectedAtMs ?? row.createdAtMs),
    lastRefreshedAt: dateOf(data?.lastRefreshedAtMs),
    lastUsedAt: dateOf(row.lastUsedAtMs),
  }
}

/** One damaged row must not hide the others. */
function readableData(row: CredentialRow): CredentialData | undefined {
  try {
    return readCredentialData(row)
  } catch {
    return undefined
  }
}

function dateOf(ms: number | null | undefined): Date | undefined {
  return ms === null || ms === undefined ? undefined : new Date(ms)
}
