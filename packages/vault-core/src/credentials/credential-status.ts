import type { CredentialRow } from '../storage/contract.js'
import type { CredentialData } from './credential-data.js'

/**
 * What a user interface shows:
 * - `active`: it works, and goes on working.
 * - `expiring`: it works until `expiresAt`, as the provider gave no refresh token.
 * - `reauthorization_required`: its user has to consent again.
 * - `quarantined`: the provider sent what cannot be used; the vault asks again by itself.
 */
export type ShownStatus = 'active' | 'expiring' | 'reauthorization_required' | 'quarantined'

export interface StatusToShow {
  readonly status: ShownStatus
  readonly sinceMs: number
  /** Why, as a stable word. */
  readonly reason: string | undefined
  /** For the person whose credential it is: what it means, and what to do. */
  readonly message: string
}

type StatusFacts = Pick<CredentialRow, 'status' | 'refreshToken' | 'expiresAtMs' | 'createdAtMs' | 'updatedAtMs'>

/** The status of a row that is not disconnected. @param data - Undefined when it is damaged. */
export function statusToShow(row: StatusFacts, data: CredentialData | undefined, nowMs: number): StatusToShow {
  if (!data) return shown('quarantined', row.updatedAtMs, 'damaged')
  const reason = data.reason ?? undefined
  const status = shownStatusOf(row, nowMs)
  if (status === 'reauthorization_required' && row.status === 'active') return shown(status, row.expiresAtMs ?? nowMs, 'expired')
  const sinceMs = data.statusSinceMs ?? (row.status === 'active' ? data.connectedAtMs : row.updatedAtMs)
  return shown(status, sinceMs, reason)
}

/** The same as a word. One that had no refresh token, and has ended, has to be consented to again, though nobody has found out yet. */
export function shownStatusOf(
  { status, refreshToken, expiresAtMs }: Omit<StatusFacts, 'createdAtMs' | 'updatedAtMs'>,
  nowMs: number,
): ShownStatus {
  if (status === 'reauthorization_required' || status === 'quarantined') return status
  if (refreshToken !== null || expiresAtMs === null) return 'active'
  return expiresAtMs <= nowMs ? 'reauthorization_required' : 'expiring'
}

const MESSAGES: Readonly<Record<ShownStatus, string>> = {
  active: 'Connected.',
  expiring: 'Connected for a while: the provider lets the access end, and gave no way to renew it. Connect again before that.',
  reauthorization_required: 'The connection has ended. Connect again.',
  quarantined: 'The provider sent something that cannot be used. It is asked again by itself; there is nothing to do.',
}

/** Where the reason makes a difference to a person. */
const REASON_MESSAGES: Readonly<Record<string, string>> = {
  expired: 'The access has ended, and the provider gave no way to renew it. Connect again.',
  no_refresh_token: 'The access has ended, and the provider gave no way to renew it. Connect again.',
  revoked: 'The provider no longer accepts the connection: the access was withdrawn there, or it has ended. Connect again.',
  rotation_outcome_unknown: 'The connection was lost while it was being renewed. Connect again.',
  damaged: 'What is stored of the connection is damaged. Connect again.',
}

function shown(status: ShownStatus, sinceMs: number, reason: string | undefined): StatusToShow {
  // A credential that works, though its last refresh failed, is no news to a person.
  const ofReason = status === 'active' || status === 'expiring' || reason === undefined ? undefined : REASON_MESSAGES[reason]
  return { status, sinceMs, reason, message: ofReason ?? MESSAGES[status] }
}
