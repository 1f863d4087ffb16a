import { assertExpectation, assertPageLimit, type CredentialRow, type CredentialStore } from '@holdfast/vault-core'
import { type Kysely, sql } from 'kysely'
import { addCompanions, hasCompanions } from './companions.js'
import { contentColumns, keyColumns, toCredentialRow } from './credential-row.js'
import type { Executor } from './executor.js'
import { sqlLeases } from './leases.js'
import type { StoreSchema } from './schema.js'
import { assertKeys, readCursor, writeCursor } from './store-arguments.js'
import { type CredentialKeyColumns, whereKey } from './where-key.js'

export function sqlCredentials(executor: Executor): CredentialStore {
  return {
    ...sqlLeases(executor),

    async get(key) {
      assertKeys({ ...key })
      return executor.run((db) => find(db, keyColumns(key)))
    },

    async getMany(keys) {
      for (const key of keys) assertKeys({ ...key })
      return executor.run(async (db) => {
        const rows: (CredentialRow | null)[] = []
        for (const key of keys) rows.push(await find(db, keyColumns(key)))
        return rows
      })
    },

    async insert(credential, also) {
      const { attemptId, tenant, connectionId, userId, accountId, ...content } = credential
      assertKeys({ tenant, connectionId, userId, accountId, attemptId })
      const key = keyColumns(credential)
      return executor.transact(async (db, nowMs) => {
        const existing = await find(db, key)
        if (existing) return { outcome: existing.lastAttemptId === attemptId ? 'inserted' : 'exists', row: existing }
        const row = await db
          .insertInto('credentials')
          .values({
            ...key,
            epoch: content.epoch,
            secret_rev: content.secretRev,
            status: content.status,
            access_token: content.accessToken,
            refresh_token: content.refreshToken,
            refresh_token_fingerprint: content.refreshTokenFingerprint,
            expires_at_ms: content.expiresAtMs,
            due_at_ms: content.dueAtMs,
            data: content.data,
            version: 1,
            last_attempt_id: attemptId,
            fence: 0,
            unresolved_sends: 0,
            created_at_ms: nowMs,
            updated_at_ms: nowMs,
          })
          .returningAll()
          .executeTakeFirstOrThrow()
        if (hasCompanions(also)) await addCompanions(db, also, nowMs)
        return { outcome: 'inserted', row: toCredentialRow(row) }
      })
    },

    async update({ key, attemptId, expect, set, release, also }) {
      assertKeys({ ...key, attemptId })
      assertExpectation(expect)
      const columns = keyColumns(key)
      return executor.transact(async (db, nowMs) => {
        let query = db
          .updateTable('credentials')
          .set({ ...contentColumns(set), last_attempt_id: attemptId, updated_at_ms: nowMs })
          .set((eb) => ({ version: eb('version', '+', 1) }))
          .where(whereKey(columns))
          .where('last_attempt_id', '!=', attemptId)
        if (expect.version !== undefined) query = query.where('version', '=', expect.version)
        if (expect.epoch !== undefined) query = query.where('epoch', '=', expect.epoch)
        if (expect.fence !== undefined) query = query.where('fence', '=', expect.fence)
        if (expect.refreshTokenFingerprint !== undefined)
          query = query.where('refresh_token_fingerprint', '=', expect.refreshTokenFingerprint)
        const [updated] = await query.returningAll().execute()
        if (!updated) {
          const row = await find(db, columns)
          if (!row) return { outcome: 'missing' }
          return { outcome: row.lastAttemptId === attemptId ? 'updated' : 'conflict', row }
        }
        if (release) await endLease(db, columns, release)
        if (hasCompanions(also)) await addCompanions(db, also, nowMs)
        const row = release ? await find(db, columns) : toCredentialRow(updated)
        return row ? { outcome: 'updated', row } : { outcome: 'missing' }
      })
    },

    async delete(key, expectVersion) {
      assertKeys({ ...key })
      const columns = keyColumns(key)
      return executor.transact(async (db) => {
        const row = await find(db, columns)
        if (!row) return 'missing'
        if (row.version !== expectVersion) return 'conflict'
        await db.deleteFrom('credentials').where(whereKey(columns)).execute()
        return 'deleted'
      })
    },

    async list({ tenant, userId, connectionId, status, cursor, limit }) {
      assertKeys({ tenant })
      assertPageLimit(limit)
      const after = cursor === undefined ? undefined : readCursor(cursor, 3)
      const rows = await executor.run((db) => {
        let query = db.selectFrom('credentials').selectAll().where('tenant', '=', tenant)
        if (userId !== undefined) query = query.where('user_id', '=', userId)
        if (connectionId !== undefined) query = query.where('connection_id', '=', connectionId)
        if (status !== undefined) query = query.where('status', '=', status)
        if (after) query = query.where(sql<boolean>`(user_id, connection_id, account_id) > (${sql.join(after)})`)
        return query
          .orderBy('user_id')
          .orderBy('connection_id')
          .orderBy('account_id')
          .limit(limit + 1)
          .execute()
      })
      const items = rows.slice(0, limit).map(toCredentialRow)
      const last = items.at(-1)
      return { items, ...(last && rows.length > limit && { cursor: writeCursor([last.userId, last.connectionId, last.accountId]) }) }
    },

    async due({ tenant, dueBeforeMs, limit, postponeToMs }) {
      assertKeys({ tenant })
      assertPageLimit(limit)
      return executor.transact(async (db) => {
        const rows = await db
          .selectFrom('credentials')
          .selectAll()
          .where('tenant', '=', tenant)
          .where('due_at_ms', '<=', dueBeforeMs)
          .orderBy('due_at_ms')
          .limit(limit)
          .execute()
        if (postponeToMs === undefined) return rows.map(toCredentialRow)
        for (const row of rows) await db.updateTable('credentials').set({ due_at_ms: postponeToMs }).where(whereKey(row)).execute()
        return rows.map((row) => toCredentialRow({ ...row, due_at_ms: postponeToMs }))
      })
    },
  }
}

async function find(db: Kysely<StoreSchema>, key: CredentialKeyColumns): Promise<CredentialRow | null> {
  const row = await db.selectFrom('credentials').selectAll().where(whereKey(key)).executeTakeFirst()
  return row ? toCredentialRow(row) : null
}

async function endLease(
  db: Kysely<StoreSchema>,
  key: CredentialKeyColumns,
  holder: { readonly owner: string; readonly fence: number },
): Promise<void> {
  await db
    .updateTable('credentials')
    .set({
      lease_owner: null,
      lease_until_ms: null,
      intent_attempt_id: null,
      intent_state: null,
      intent_sent_at_ms: null,
      unresolved_sends: 0,
    })
    .where(whereKey(key))
    .where('lease_owner', '=', holder.owner)
    .where('fence', '=', holder.fence)
    .execute()
}
