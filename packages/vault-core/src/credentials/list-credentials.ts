import type { CredentialRow, CredentialStore, Page } from '../storage/contract.js'
import { assertPageLimit } from '../storage/rules/store-arguments.js'
import { type CredentialData, readCredentialData } from './credential-data.js'
import type { CredentialInfo } from './credentials.js'

export interface ListCredentialsQuery {
  readonly userId?: string
  readonly connectionId?: string
  readonly cursor?: string
  /** 1 to 1,000. Default 100. */
  readonly limit?: number
}

/** Lists what may be shown of credentials: those of a user, of a connection, or all of the tenant. Opens no sealed value. */
export async function listCredentials(
  credentials: CredentialStore,
  tenant: string,
  query: ListCredentialsQuery,
): Promise<Page<CredentialInfo>> {
  const { limit = 100, ...rest } = query
  assertPageLimit(limit)
  const page = await credentials.list({ ...rest, tenant, limit })
  return { ...page, items: page.items.flatMap((row) => credentialInfo(row) ?? []) }
}

function credentialInfo(row: CredentialRow): CredentialInfo | undefined {
  if (row.status === 'disconnected') return undefined
  const shown = {
    connectionId: row.connectionId,
    userId: row.userId,
    accountId: row.accountId,
    hasRefreshToken: row.refreshToken !== null,
    expiresAt: dateOf(row.expiresAtMs),
  }
  const data = readableData(row)
  // One damaged row must not hide the others.
  if (!data)
    return {
      ...shown,
      status: 'quarantined',
      reason: 'damaged',
      scope: undefined,
      refreshTokenExpiresAt: undefined,
      connectedAt: new Date(row.createdAtMs),
      lastRefreshedAt: undefined,
    }
  return {
    ...shown,
    status: row.status,
    reason: data.reason ?? undefined,
    scope: data.scope ?? undefined,
    refreshTokenExpiresAt: dateOf(data.refreshTokenExpiresAtMs),
    connectedAt: new Date(data.connectedAtMs),
    lastRefreshedAt: dateOf(data.lastRefreshedAtMs),
  }
}

function readableData(row: CredentialRow): CredentialData | undefined {
  try {
    return readCredentialData(row)
  } catch {
    return undefined
  }
}

function dateOf(ms: number | null): Date | undefined {
  return ms === null ? undefined : new Date(ms)
}
