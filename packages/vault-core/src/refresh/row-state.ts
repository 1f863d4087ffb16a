import { accountIdOf } from '../credentials/accounts.js'
import { type CredentialData, readCredentialData } from '../credentials/credential-data.js'
import { credentialNotFound, providerUnavailable, reauthorizationRequired } from '../credentials/credential-errors.js'
import { openAccessToken } from '../credentials/sealed-tokens.js'
import type { Sealer } from '../crypto/sealer.js'
import type { VaultError } from '../errors.js'
import { isLive } from '../expiry/policy.js'
import type { Secret } from '../secret.js'
import type { CredentialRow } from '../storage/contract.js'
import type { AccessGrant } from './access-grant.js'

/** A wait longer than any that the vault notes down means that the wall clock was set back: it is not kept to. */
const LONGEST_BACKOFF_MS = 3_600_000

/** Why this row must not be refreshed now, or undefined. */
export function refusalBeforeRefresh(row: CredentialRow, nowMs: number): VaultError | undefined {
  if (row.status === 'disconnected') return credentialNotFound(row)
  const data = readCredentialData(row)
  if (row.status === 'reauthorization_required') return reauthorizationRequired(row, data.reason ?? 'revoked')
  if (row.refreshToken === null) return reauthorizationRequired(row, 'expired')
  const waitMs = (data.retryAtMs ?? 0) - nowMs
  if (waitMs > 0 && waitMs <= LONGEST_BACKOFF_MS) return providerUnavailable(row, data.reason ?? 'backing_off', waitMs)
  return undefined
}

/** Whether another grant, or other tokens of it, stand in the row than when it was seen. */
export function hasMoved(row: CredentialRow, seen: CredentialRow): boolean {
  return row.epoch !== seen.epoch || row.secretRev !== seen.secretRev
}

/** The token of a row that moved on since `seen`, if it is a newer one and still lives. */
export async function readMovedRow(
  { sealer, nowMs }: { readonly sealer: Sealer; readonly nowMs: number },
  row: CredentialRow,
  seen: CredentialRow,
): Promise<AccessGrant | undefined> {
  if (!hasMoved(row, seen) || (row.status !== 'active' && row.status !== 'quarantined')) return undefined
  const data = readCredentialData(row)
  // The same access token still: what came meanwhile brought none that can be used.
  if (row.epoch === seen.epoch && isSameToken(data, readCredentialData(seen))) return undefined
  if (!isLive({ issuedAtMs: data.issuedAtMs, expiresAtMs: row.expiresAtMs }, nowMs)) return undefined
  const accessToken = await openAccessToken(sealer, row)
  return accessToken && grantOf(row, data, accessToken)
}

function isSameToken(one: CredentialData, other: CredentialData): boolean {
  return one.issuedAtMs === other.issuedAtMs && one.tokenFence === other.tokenFence
}

/** What is handed out of a row. */
export function grantOf(row: CredentialRow, data: CredentialData, accessToken: Secret): AccessGrant {
  const { tokenType, scope, issuedAtMs, sealedProperties = null, sealedDpopKey = null, tokenFence } = data
  return {
    accessToken,
    accountId: accountIdOf(row, data),
    tokenType,
    scope,
    issuedAtMs,
    expiresAtMs: row.expiresAtMs,
    accountKey: row.accountId,
    sealedProperties,
    sealedDpopKey,
    epoch: row.epoch,
    tokenFence,
  }
}
