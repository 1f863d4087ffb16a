import type { CredentialKey, CredentialRow, LeaseHolder, VaultStore } from '@holdfast/vault-core'
import { claimStep, insertStep, markSentStep, releaseStep, renewStep, touchStep, updateStep } from '@holdfast/vault-core/store'
import { newCredential } from '../rows.js'
import type { Model } from './linearizable.js'

/** A call about one credential. Leases run out at once (0 ms) or never, and all else is without time, so that no clock matters. */
export type CredentialInput =
  | { readonly call: 'get' }
  | { readonly call: 'insert'; readonly attemptId: string }
  | { readonly call: 'update'; readonly attemptId: string; readonly version: number; readonly release: LeaseHolder | undefined }
  | { readonly call: 'updateByEpoch'; readonly attemptId: string }
  | { readonly call: 'delete'; readonly version: number }
  | { readonly call: 'claim'; readonly attemptId: string; readonly owner: string; readonly version: number; readonly leaseMs: number }
  | { readonly call: 'markSent' | 'release' | 'releaseKeepingIntent'; readonly holder: LeaseHolder }
  | { readonly call: 'touch'; readonly atMs: number }
  | { readonly call: 'renew'; readonly holder: LeaseHolder; readonly leaseMs: number }

/** A lease that does not run out while a test runs. */
export const FOREVER_MS = 1_000_000_000

export async function callStore({ credentials }: VaultStore, key: CredentialKey, input: CredentialInput): Promise<unknown> {
  switch (input.call) {
    case 'get':
      return timeless(await credentials.get(key))
    case 'insert':
      return timeless(await credentials.insert({ ...newCredential(key.tenant), ...key, attemptId: input.attemptId, dueAtMs: null }))
    case 'update':
      return timeless(await credentials.update({ key, ...updateOf(input) }))
    case 'updateByEpoch':
      return timeless(await credentials.update({ key, ...updateByEpochOf(input.attemptId) }))
    case 'delete':
      return credentials.delete(key, input.version)
    case 'claim':
      return timeless(await credentials.claim({ key, ...claimOf(input) }))
    case 'markSent':
      return credentials.markSent(key, input.holder)
    case 'renew':
      return credentials.renew(key, input.holder, input.leaseMs)
    case 'touch':
      return credentials.touch({ keys: [key], atMs: input.atMs })
    case 'release':
    case 'releaseKeepingIntent':
      return credentials.release(key, input.holder, { keepIntent: input.call === 'releaseKeepingIntent' })
  }
}

/** What the rules of the contract say of one credential that begins with no row. */
export function credentialModel(key: CredentialKey): Model<CredentialRow | null, CredentialInput> {
  const nowMs = 1_000
  const stepped = (
    state: CredentialRow | null,
    { result, write }: { readonly result: unknown; readonly write?: CredentialRow },
  ): { state: CredentialRow | null; output: unknown } => ({ state: write ?? state, output: timeless(result) })
  return {
    initial: null,
    step(state, input) {
      const row = state ?? undefined
      switch (input.call) {
        case 'get':
          return { state, output: timeless(state) }
        case 'insert':
          return stepped(state, insertStep(row, { ...newCredential(key.tenant), ...key, attemptId: input.attemptId, dueAtMs: null }, nowMs))
        case 'update':
          return stepped(state, updateStep(row, updateOf(input), nowMs))
        case 'updateByEpoch':
          return stepped(state, updateStep(row, updateByEpochOf(input.attemptId), nowMs))
        case 'delete':
          if (!row) return { state, output: 'missing' }
          return row.version === input.version ? { state: null, output: 'deleted' } : { state, output: 'conflict' }
        case 'claim':
          return stepped(state, claimStep(row, claimOf(input), nowMs))
        case 'markSent':
          return stepped(state, markSentStep(row, input.holder, nowMs))
        case 'renew':
          return stepped(state, renewStep(row, input.holder, input.leaseMs, nowMs))
        case 'touch':
          return stepped(state, touchStep(row, input.atMs))
        case 'release':
        case 'releaseKeepingIntent':
          return stepped(state, releaseStep(row, input.holder, input.call === 'releaseKeepingIntent'))
      }
    },
  }
}

function updateOf({
  attemptId,
  version,
  release,
}: {
  readonly attemptId: string
  readonly version: number
  readonly release: LeaseHolder | undefined
}) {
  return { attemptId, expect: { version }, set: { data: attemptId }, ...(release && { release }) }
}

function updateByEpochOf(attemptId: string) {
  return { attemptId, expect: { epoch: 1 }, set: { data: attemptId, status: 'quarantined' as const } }
}

function claimOf(input: { readonly attemptId: string; readonly owner: string; readonly version: number; readonly leaseMs: number }) {
  const { attemptId, owner, version, leaseMs } = input
  return { attemptId, owner, leaseMs, expectVersion: version, takeOverSentAfterMs: 0 }
}

/** Without bytes and times: what the store was told and what it decided. */
function timeless(result: unknown): unknown {
  if (typeof result !== 'object' || result === null) return result
  if ('row' in result && 'outcome' in result) return { outcome: result.outcome, row: timeless(result.row) }
  if (!('version' in result)) return result
  const { version, data, status, lastAttemptId, fence, lease, intent, unresolvedSends, lastUsedAtMs } = result as CredentialRow
  return {
    version,
    data,
    status,
    lastAttemptId,
    fence,
    owner: lease?.owner ?? null,
    intent: intent && [intent.attemptId, intent.state],
    unresolvedSends,
    lastUsedAtMs,
  }
}
