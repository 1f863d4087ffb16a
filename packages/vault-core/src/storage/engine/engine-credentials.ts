import type { Companions, CredentialKey, CredentialRow, CredentialStore } from '../contract.js'
import { copyRow } from '../rules/copy-row.js'
import { type CredentialStep, insertStep, updateStep } from '../rules/credential-steps.js'
import { claimStep, markSentStep, releaseStep, renewStep } from '../rules/lease-steps.js'
import * as assert from '../rules/store-arguments.js'
import { assertStoreKey, assertStoreKeys } from '../rules/store-key.js'
import { dueKey } from './derived-records.js'
import { addAudit } from './engine-audit.js'
import { addJobs } from './engine-outbox.js'
import type { EngineRuns } from './engine-runs.js'
import { keyPrefix, keyText } from './key-text.js'
import { pageOf } from './page-of.js'
import type { TypedTransaction } from './records.js'

export function engineCredentials({ read, transact }: EngineRuns): CredentialStore {
  /** Reads the row, takes the step, writes what it says. */
  const step = <R>(
    key: CredentialKey,
    take: (row: CredentialRow | undefined, nowMs: number) => CredentialStep<R>,
    also?: Companions,
  ): Promise<R> =>
    transact(async (tables, nowMs) => {
      const row = await tables.get('credentials', rowKey(key))
      const { result, write } = take(row, nowMs)
      if (write) {
        await writeRow(tables, row, copyRow(write))
        await addJobs(tables, also?.outbox ?? [])
        await addAudit(tables, also?.audit ?? [], nowMs)
      }
      return result
    })

  return {
    async get(key, options) {
      assert.assertCredentialKey(key)
      const row = await read((tables) => tables.get('credentials', rowKey(key)))
      if (!row) return null
      return options?.copy === false ? row : copyRow(row)
    },

    async getMany(keys) {
      assert.assertKeyCount(keys.length)
      keys.forEach(assert.assertCredentialKey)
      const rows = await read((tables) => Promise.all(keys.map((key) => tables.get('credentials', rowKey(key)))))
      return rows.map((row) => (row ? copyRow(row) : null))
    },

    async insert(credential, also) {
      assert.assertCredentialKey(credential)
      assertStoreKey(credential.attemptId, 'attemptId')
      assert.assertCredentialContent(credential)
      assert.assertCompanions(also)
      return withCopy(await step(credential, (row, nowMs) => insertStep(row, credential, nowMs), also))
    },

    async update({ key, also, ...change }) {
      assert.assertCredentialKey(key)
      assertStoreKey(change.attemptId, 'attemptId')
      assert.assertExpectation(change.expect)
      assert.assertCredentialContent(change.set)
      assert.assertCompanions(also)
      return withCopy(await step(key, (row, nowMs) => updateStep(row, change, nowMs), also))
    },

    async delete(key, expectVersion) {
      assert.assertCredentialKey(key)
      return transact(async (tables) => {
        const row = await tables.get('credentials', rowKey(key))
        if (!row) return 'missing'
        if (row.version !== expectVersion) return 'conflict'
        await writeRow(tables, row, undefined)
        return 'deleted'
      })
    },

    async list({ tenant, userId, connectionId, status, cursor, limit }) {
      assertStoreKeys({ tenant })
      assert.assertPageLimit(limit)
      const prefix = userId === undefined ? keyPrefix(tenant) : keyPrefix(tenant, userId)
      const page = await read((tables) =>
        pageOf(
          tables,
          'credentials',
          { prefix, cursor, limit, keyLength: 4 },
          (row) => (connectionId === undefined || row.connectionId === connectionId) && (status === undefined || row.status === status),
        ),
      )
      return { ...page, items: page.items.map(copyRow) }
    },

    async due({ tenant, dueBeforeMs, limit, postponeToMs }) {
      assertStoreKeys({ tenant })
      assert.assertPageLimit(limit)
      assert.assertMilliseconds(dueBeforeMs, 'dueBeforeMs')
      if (postponeToMs !== undefined) assert.assertMilliseconds(postponeToMs, 'postponeToMs')
      return transact(async (tables) => {
        const due: CredentialRow[] = []
        for (const [, { key }] of await tables.scan('due', { prefix: keyPrefix(tenant), limit })) {
          const row = await tables.get('credentials', rowKey(key))
          if (!row || row.dueAtMs === null || row.dueAtMs > dueBeforeMs) break
          const shown = postponeToMs === undefined ? row : { ...row, dueAtMs: postponeToMs }
          if (postponeToMs !== undefined) await writeRow(tables, row, shown)
          due.push(copyRow(shown))
        }
        return due
      })
    },

    async claim({ key, ...request }) {
      assert.assertCredentialKey(key)
      assertStoreKeys({ owner: request.owner, attemptId: request.attemptId })
      assert.assertMilliseconds(request.leaseMs, 'leaseMs')
      assert.assertMilliseconds(request.takeOverSentAfterMs, 'takeOverSentAfterMs')
      return withCopy(await step(key, (row, nowMs) => claimStep(row, request, nowMs)))
    },

    async markSent(key, holder) {
      assertHolder(key, holder)
      return step(key, (row, nowMs) => markSentStep(row, holder, nowMs))
    },

    async renew(key, holder, leaseMs) {
      assertHolder(key, holder)
      assert.assertMilliseconds(leaseMs, 'leaseMs')
      return step(key, (row, nowMs) => renewStep(row, holder, leaseMs, nowMs))
    },

    async release(key, holder, options) {
      assertHolder(key, holder)
      return step(key, (row) => releaseStep(row, holder, options?.keepIntent ?? false))
    },
  }
}

/** User before connection: that is the order of listings. */
function rowKey({ tenant, userId, connectionId, accountId }: CredentialKey): string {
  return keyText(tenant, userId, connectionId, accountId)
}

/** Writes the row, or removes it, and keeps the index of due times in step. */
async function writeRow(tables: TypedTransaction, before: CredentialRow | undefined, row: CredentialRow | undefined): Promise<void> {
  const key = row ?? before
  if (!key) return
  if (row) await tables.set('credentials', rowKey(key), row)
  else await tables.delete('credentials', rowKey(key))
  const [was, is] = [before && dueKey(before), row && dueKey(row)]
  if (was === is) return
  if (was !== undefined) await tables.delete('due', was)
  const { tenant, userId, connectionId, accountId } = key
  if (is !== undefined) await tables.set('due', is, { key: { tenant, userId, connectionId, accountId } })
}

function withCopy<R extends { readonly row: CredentialRow } | { readonly outcome: 'missing' }>(result: R): R {
  return 'row' in result ? { ...result, row: copyRow(result.row) } : result
}

function assertHolder(key: CredentialKey, { owner }: { readonly owner: string }): void {
  assert.assertCredentialKey(key)
  assertStoreKey(owner, 'owner')
}
