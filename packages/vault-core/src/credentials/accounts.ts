import { accountIdOfSubject, DEFAULT_ACCOUNT_ID } from '../model/account-id.js'
import type { CredentialKey, CredentialRow, CredentialStore } from '../storage/contract.js'
import { allRows } from './all-rows.js'
import { type CredentialData, readCredentialData } from './credential-data.js'

/** Nothing here changes bytes of a row. */
const READ_ONLY = { copy: false } as const

/** The account as callers name it: by the provider's name for its owner, and where that is not known by the key of its row. */
export function accountIdOf({ accountId }: Pick<CredentialRow, 'accountId'>, { subject }: Pick<CredentialData, 'subject'>): string {
  return subject === null ? accountId : accountIdOfSubject(subject)
}

/** The provider's name for the owner of an account; null where it is not known, or the row is damaged. */
export function subjectOf(row: CredentialRow): string | null {
  try {
    return readCredentialData(row).subject
  } catch {
    return null
  }
}

/** Whether this row is the account that somebody names. */
export function isNamed(row: CredentialRow, accountId: string): boolean {
  return row.accountId === accountId || accountIdOf(row, { subject: subjectOf(row) }) === accountId
}

export function isConnected({ status }: CredentialRow): boolean {
  return status !== 'disconnected'
}

/** Whose accounts. */
export type AccountsOwner = Pick<CredentialKey, 'tenant' | 'connectionId' | 'userId'>

/** All that a user has or had on a connection. */
export function accountRows(
  credentials: CredentialStore,
  { tenant, connectionId, userId }: AccountsOwner,
): Promise<readonly CredentialRow[]> {
  return allRows(credentials, { tenant, connectionId, userId })
}

/**
 * The account that is meant when none is named: the one in the place of the default, or, where that is gone, the one that was there first.
 *
 * @param rows - All of one user on one connection.
 */
export function defaultAccountAmong(rows: readonly CredentialRow[]): CredentialRow | undefined {
  const [first] = rows.filter(isConnected).sort(byAge)
  return first
}

function byAge(one: CredentialRow, other: CredentialRow): number {
  if (one.accountId === DEFAULT_ACCOUNT_ID || other.accountId === DEFAULT_ACCOUNT_ID) return one.accountId === DEFAULT_ACCOUNT_ID ? -1 : 1
  return one.createdAtMs - other.createdAtMs || (one.accountId < other.accountId ? -1 : 1)
}

/**
 * The account that a selector names, if it is connected. `default` is the default account, which is found by one read of its key; any other
 * may stand under its own key, or in the place of the default.
 */
export async function findAccount(credentials: CredentialStore, key: CredentialKey): Promise<CredentialRow | undefined> {
  if (key.accountId !== DEFAULT_ACCOUNT_ID) {
    const rows = await credentials.getMany([key, { ...key, accountId: DEFAULT_ACCOUNT_ID }])
    return rows.find((row) => row !== null && isConnected(row) && isNamed(row, key.accountId)) ?? undefined
  }
  const row = await credentials.get(key, READ_ONLY)
  return row && isConnected(row) ? row : defaultAccountAmong(await accountRows(credentials, key))
}
