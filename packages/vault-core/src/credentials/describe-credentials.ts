import { DEFAULT_ACCOUNT_ID } from '../model/account-id.js'
import type { CredentialRow, CredentialStore } from '../storage/contract.js'
import { accountIdOf, accountRows, defaultAccountAmong, isConnected } from './accounts.js'
import { type CredentialData, readCredentialData } from './credential-data.js'
import { statusToShow } from './credential-status.js'
import type { CredentialInfo } from './credentials.js'

/** What may be shown of these rows, all of them connected. Opens no sealed value. */
export async function describeCredentials(
  credentials: CredentialStore,
  rows: readonly CredentialRow[],
  nowMs: number,
): Promise<readonly CredentialInfo[]> {
  const defaults = await defaultAccountsOf(credentials, rows)
  return rows.map((row) => describe(row, row.accountId === DEFAULT_ACCOUNT_ID || defaults.has(row), nowMs))
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

function describe(row: CredentialRow, isDefault: boolean, nowMs: number): CredentialInfo {
  const data = readableData(row)
  const { status, sinceMs, reason, message } = statusToShow(row, data, nowMs)
  return {
    connectionId: row.connectionId,
    userId: row.userId,
    accountId: data ? accountIdOf(row, data) : row.accountId,
    label: data?.label ?? undefined,
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
