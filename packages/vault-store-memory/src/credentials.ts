import {
  assertExpectation,
  assertPageLimit,
  assertStoreKey,
  type CredentialExpectation,
  type CredentialRow,
  type CredentialStore,
} from '@holdfast/vault-core'
import { credentialKey } from './credential-key.js'
import { memoryLeases } from './leases.js'
import type { MemoryState } from './memory-state.js'
import { pageOf } from './page.js'

export function memoryCredentials(state: MemoryState): CredentialStore {
  const { credentials: rows } = state
  return {
    ...memoryLeases(state),

    get: (key) => state.run(() => rows.get(credentialKey(key)) ?? null),

    getMany: (keys) => state.run(() => keys.map((key) => rows.get(credentialKey(key)) ?? null)),

    insert: (credential, also) =>
      state.run((nowMs) => {
        const key = credentialKey(credential)
        const existing = rows.get(key)
        if (existing) return { outcome: existing.lastAttemptId === credential.attemptId ? 'inserted' : 'exists', row: existing }
        const { attemptId, ...content } = structuredClone(credential)
        const row: CredentialRow = {
          ...content,
          version: 1,
          lastAttemptId: attemptId,
          fence: 0,
          lease: null,
          intent: null,
          unresolvedSends: 0,
          createdAtMs: nowMs,
          updatedAtMs: nowMs,
        }
        state.addCompanions(also, nowMs)
        rows.set(key, row)
        return { outcome: 'inserted', row }
      }),

    update: ({ key, attemptId, expect, set, release, also }) =>
      state.run((nowMs) => {
        assertExpectation(expect)
        const row = rows.get(credentialKey(key))
        if (!row) return { outcome: 'missing' }
        if (row.lastAttemptId === attemptId) return { outcome: 'updated', row }
        if (!isAsExpected(row, expect)) return { outcome: 'conflict', row }
        const released = release && row.lease?.owner === release.owner && row.fence === release.fence
        const next: CredentialRow = {
          ...row,
          ...structuredClone(set),
          ...(released && { lease: null, intent: null, unresolvedSends: 0 }),
          version: row.version + 1,
          lastAttemptId: attemptId,
          updatedAtMs: nowMs,
        }
        state.addCompanions(also, nowMs)
        rows.set(credentialKey(key), next)
        return { outcome: 'updated', row: next }
      }),

    delete: (key, expectVersion) =>
      state.run(() => {
        const row = rows.get(credentialKey(key))
        if (!row) return 'missing'
        if (row.version !== expectVersion) return 'conflict'
        rows.delete(credentialKey(key))
        return 'deleted'
      }),

    list: ({ tenant, userId, connectionId, status, ...paging }) =>
      state.run(() => {
        assertStoreKey(tenant, 'tenant')
        const wanted = [...rows].filter(
          ([, row]) =>
            row.tenant === tenant &&
            (userId === undefined || row.userId === userId) &&
            (connectionId === undefined || row.connectionId === connectionId) &&
            (status === undefined || row.status === status),
        )
        return pageOf(wanted, paging)
      }),

    due: ({ tenant, dueBeforeMs, limit, postponeToMs }) =>
      state.run(() => {
        assertStoreKey(tenant, 'tenant')
        assertPageLimit(limit)
        const due = [...rows]
          .filter(([, row]) => row.tenant === tenant && row.dueAtMs !== null && row.dueAtMs <= dueBeforeMs)
          .sort(([, a], [, b]) => (a.dueAtMs ?? 0) - (b.dueAtMs ?? 0))
          .slice(0, limit)
        if (postponeToMs !== undefined) for (const [key, row] of due) rows.set(key, { ...row, dueAtMs: postponeToMs })
        return due.map(([, row]) => row)
      }),
  }
}

function isAsExpected(row: CredentialRow, { version, epoch, fence, refreshTokenFingerprint: fingerprint }: CredentialExpectation): boolean {
  if (version !== undefined && row.version !== version) return false
  if (epoch !== undefined && row.epoch !== epoch) return false
  if (fence !== undefined && row.fence !== fence) return false
  if (fingerprint === undefined) return true
  const own = row.refreshTokenFingerprint
  return own !== null && own.length === fingerprint.length && own.every((byte, index) => byte === fingerprint[index])
}
