import type { ClaimRequest, ClaimResult, CredentialRow, LeaseHolder } from '../credential-store.js'
import { type CredentialStep, holdsLease } from './credential-steps.js'

/** The right to refresh, asked for. The due time moves to the end of the lease, where a worker finds it if the holder died. */
export function claimStep(row: CredentialRow | undefined, request: Omit<ClaimRequest, 'key'>, nowMs: number): CredentialStep<ClaimResult> {
  const { owner, attemptId, leaseMs, expectVersion, takeOverSentAfterMs } = request
  if (!row) return { result: { outcome: 'missing' } }
  if (isClaimedBy(row, request, nowMs)) return { result: { outcome: 'claimed', row } }
  if (row.version !== expectVersion) return { result: { outcome: 'changed', row } }
  const sentAtMs = row.intent?.state === 'sent' ? row.intent.sentAtMs : null
  if (isLeased(row, nowMs) || (sentAtMs !== null && sentAtMs + takeOverSentAfterMs > nowMs)) return { result: { outcome: 'busy', row } }
  const claimed: CredentialRow = {
    ...row,
    fence: row.fence + 1,
    lease: { owner, untilMs: nowMs + leaseMs },
    intent: { attemptId, state: 'claimed', sentAtMs: null },
    unresolvedSends: row.unresolvedSends + (sentAtMs === null ? 0 : 1),
    dueAtMs: nowMs + leaseMs,
  }
  return { result: { outcome: 'claimed', row: claimed }, write: claimed }
}

/** Whether this very request holds the lease already: its first answer was lost. */
export function isClaimedBy(row: CredentialRow, { owner, attemptId }: Omit<ClaimRequest, 'key'>, nowMs: number): boolean {
  return isLeased(row, nowMs) && row.lease?.owner === owner && row.intent?.attemptId === attemptId
}

export function markSentStep(row: CredentialRow | undefined, holder: LeaseHolder, nowMs: number): CredentialStep<boolean> {
  if (!row?.intent || !holdsLease(row, holder) || !isLeased(row, nowMs)) return { result: false }
  return { result: true, write: { ...row, intent: { ...row.intent, state: 'sent', sentAtMs: nowMs } } }
}

export function renewStep(row: CredentialRow | undefined, holder: LeaseHolder, leaseMs: number, nowMs: number): CredentialStep<boolean> {
  if (!row || !holdsLease(row, holder)) return { result: false }
  const untilMs = nowMs + leaseMs
  return { result: true, write: { ...row, lease: { owner: holder.owner, untilMs }, dueAtMs: untilMs } }
}

export function releaseStep(row: CredentialRow | undefined, holder: LeaseHolder, keepIntent: boolean): CredentialStep<boolean> {
  if (!row || !holdsLease(row, holder)) return { result: false }
  return { result: true, write: { ...row, lease: null, intent: keepIntent ? row.intent : null } }
}

function isLeased({ lease }: CredentialRow, nowMs: number): boolean {
  return lease !== null && lease.untilMs > nowMs
}
