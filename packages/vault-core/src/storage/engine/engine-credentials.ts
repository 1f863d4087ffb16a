import type { Companions, CredentialCount, CredentialKey, CredentialRow, CredentialStore } from '../contract.js'
import { copyRow } from '../rules/copy-row.js'
import { type CredentialStep, insertStep, touchStep, updateStep } from '../rules/credential-steps.js'
import { claimStep, markSentStep, releaseStep, renewStep } from '../rules/lease-steps.js'
import * as assert from '../rules/store-arguments.js'
import { assertStoreKey, assertStoreKeys } from '../rules/store-key.js'
import { dueKey, dueTimeIn } from './derived-records.js'
import { addAudit } from './engine-audit.js'
import { addJobs } from './engine-outbox.js'
import type { EngineRuns } from './engine-runs.js'
import { keyPrefix, keyText } from './key-text.js'
import { pageOf } from './page-of.js'
import { type TypedTransaction, type TypedView, walk } from './records.js'

export function engineCredentials({ read, transact }: EngineRuns): CredentialStore {
  /** Reads the row, takes the step, writes what it says. */
  const step = <R>(
    key: CredentialKey,
    take: (row: CredentialRow | undefined, nowMs: number) => CredentialStep<R>,
    also?: Companions,
  ): Promise<R> =>
    transact(async (tables, nowMs) => {
      const row = await readRow(tables, key)
      const { result, write } = take(row, nowMs)
      if (write) {
        await writeRow(tables, row, copyRow(write))
        await addJobs(tables, also?.outbox ?? [], nowMs)
        await addAudit(tables, also?.audit ?? [], nowMs)
      }
      return result
    })

  return {
    async get(key, options) {
      assert.assertCredentialKey(key)
      const row = await read((tables) => readRow(tables, key))
      if (!row) return null
      return options?.copy === false ? row : copyRow(row)
    },

    async getMany(keys) {
      assert.assertKeyCount(keys.length)
      keys.forEach(assert.assertCredentialKey)
      const rows = await read((tables) => Promise.all(keys.map((key) => readRow(tables, key))))
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
        const row = await readRow(tables, key)
        if (!row) return 'missing'
        if (row.version !== expectVersion) return 'conflict'
        await writeRow(tables, row, undefined)
        return 'deleted'
      })
    },

    async list({ tenant, userId, connectionId, status, hasRefreshToken, cursor, limit }) {
      assertStoreKeys({ tenant })
      assert.assertPageLimit(limit)
      const prefix = userId === undefined ? keyPrefix(tenant) : keyPrefix(tenant, userId)
      const page = await read((tables) =>
        pageOf(
          tables,
          'credentials',
          { prefix, cursor, limit, keyLength: 4 },
          (row) =>
            (connectionId === undefined || row.connectionId === connectionId) &&
            (status === undefined || row.status === status) &&
            (hasRefreshToken === undefined || (row.refreshToken !== null) === hasRefreshToken),
        ),
      )
      return { ...page, items: page.items.map((row) => copyRow(whole(row))) }
    },

    async due(query) {
      assert.assertDueQuery(query)
      const { tenant, dueBeforeMs, limit, excludeConnectionIds, postponeToMs } = query
      const excluded = new Set(excludeConnectionIds)
      return transact(async (tables) => {
        const found: CredentialRow[] = []
        for await (const [at, { key }] of walk(tables, 'due', { prefix: keyPrefix(tenant) }, Math.max(limit, SCAN_CHUNK))) {
          if (dueTimeIn(at) > dueBeforeMs) break
          if (excluded.has(key.connectionId)) continue
          const row = await readRow(tables, key)
          if (row) found.push(row)
          if (found.length === limit) break
        }
        if (postponeToMs === undefined) return found.map(copyRow)
        const postponed = found.map((row) => ({ ...row, dueAtMs: postponeToMs }))
        for (const [index, row] of found.entries()) await writeRow(tables, row, postponed[index])
        return postponed.map(copyRow)
      })
    },

    async touch(use) {
      assert.assertUse(use)
      await transact(async (tables) => {
        for (const key of use.keys) {
          const row = await readRow(tables, key)
          const { write } = touchStep(row, use.atMs)
          if (write) await writeRow(tables, row, write)
        }
      })
    },

    async counts({ tenant }) {
      assertStoreKeys({ tenant })
      const counts = new Map<string, CredentialCount>()
      await read(async (tables) => {
        for await (const [, { status, refreshToken }] of walk(tables, 'credentials', { prefix: keyPrefix(tenant) }, SCAN_CHUNK)) {
          const hasRefreshToken = refreshToken !== null
          const name = `${status} ${hasRefreshToken}`
          counts.set(name, { status, hasRefreshToken, count: (counts.get(name)?.count ?? 0) + 1 })
        }
      })
      return [...counts.values()]
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

const SCAN_CHUNK = 100

async function readRow(tables: TypedView, key: CredentialKey): Promise<CredentialRow | undefined> {
  const row = await tables.get('credentials', rowKey(key))
  return row && whole(row)
}

/** A row as it is today: the first version of this code kept no time of use. */
function whole(row: CredentialRow): CredentialRow {
  return row.lastUsedAtMs === undefined ? { ...row, lastUsedAtMs: null } : row
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
