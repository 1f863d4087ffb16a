import type { CredentialRow, CredentialStore, LeaseHolder } from '@holdfast/vault-core'
import { credentialKey } from './credential-key.js'
import type { MemoryState } from './memory-state.js'

/** The part of the credential store that says who may refresh. */
export function memoryLeases(state: MemoryState): Pick<CredentialStore, 'claim' | 'markSent' | 'renew' | 'release'> {
  const { credentials: rows } = state
  return {
    claim: ({ key, owner, attemptId, leaseMs, expectVersion, takeOverSentAfterMs }) =>
      state.run((nowMs) => {
        const row = rows.get(credentialKey(key))
        if (!row) return { outcome: 'missing' }
        const isLive = row.lease !== null && row.lease.untilMs > nowMs
        if (isLive && row.lease?.owner === owner && row.intent?.attemptId === attemptId) return { outcome: 'claimed', row }
        if (row.version !== expectVersion) return { outcome: 'changed', row }
        const sentAtMs = row.intent?.state === 'sent' ? row.intent.sentAtMs : null
        if (isLive || (sentAtMs !== null && sentAtMs + takeOverSentAfterMs > nowMs)) return { outcome: 'busy', row }
        const claimed: CredentialRow = {
          ...row,
          fence: row.fence + 1,
          lease: { owner, untilMs: nowMs + leaseMs },
          intent: { attemptId, state: 'claimed', sentAtMs: null },
          unresolvedSends: row.unresolvedSends + (sentAtMs === null ? 0 : 1),
        }
        rows.set(credentialKey(key), claimed)
        return { outcome: 'claimed', row: claimed }
      }),

    markSent: (key, holder) =>
      state.run((nowMs) => {
        const row = rows.get(credentialKey(key))
        if (!row?.intent || !holds(row, holder) || (row.lease?.untilMs ?? 0) <= nowMs) return false
        rows.set(credentialKey(key), { ...row, intent: { ...row.intent, state: 'sent', sentAtMs: nowMs } })
        return true
      }),

    renew: (key, holder, leaseMs) =>
      state.run((nowMs) => {
        const row = rows.get(credentialKey(key))
        if (!row || !holds(row, holder)) return false
        rows.set(credentialKey(key), { ...row, lease: { owner: holder.owner, untilMs: nowMs + leaseMs } })
        return true
      }),

    release: (key, holder, options) =>
      state.run(() => {
        const row = rows.get(credentialKey(key))
        if (!row || !holds(row, holder)) return false
        rows.set(credentialKey(key), { ...row, lease: null, intent: options?.keepIntent ? row.intent : null })
        return true
      }),
  }
}

function holds(row: CredentialRow, { owner, fence }: LeaseHolder): boolean {
  return row.lease?.owner === owner && row.fence === fence
}
