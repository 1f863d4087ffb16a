import {
  assertCompanions,
  assertCredentialContent,
  assertCredentialKey,
  assertExpectation,
  assertKeyCount,
  assertStoreKey,
  assertUse,
  type CredentialRow,
  type CredentialStore,
  type CredentialUpdate,
  type UpdateResult,
  updateStep,
} from '@holdfast/vault-core/store'
import { type Kysely, sql } from 'kysely'
import { RowMoved } from '../failures/row-moved.js'
import type { StoreSchema } from '../schema.js'
import type { SqlDatabase } from '../sql-database.js'
import { byKeys } from './by-keys.js'
import { addCompanions, hasCompanions } from './companions.js'
import { buffer, changedColumns, contentColumns, toCredentialRow } from './credential-row.js'
import { findRow } from './find-row.js'
import { insertUnlessThere } from './insert-unless-there.js'
import { sqlLeases } from './leases.js'
import { sqlListings } from './listings.js'
import { keyColumns, whereKey } from './where-key.js'

export function sqlCredentials(database: SqlDatabase): CredentialStore {
  const { dialect, run, transact } = database
  const { exact, nowMs } = dialect

  /** The row after the change; undefined when it was not as expected. */
  const change = async (
    db: Kysely<StoreSchema>,
    { key, attemptId, expect, set, release }: CredentialUpdate,
  ): Promise<CredentialRow | undefined> => {
    const columns = keyColumns(dialect, key)
    let query = db
      .updateTable('credentials')
      .set({ ...changedColumns(dialect, set), last_attempt_id: exact(attemptId), updated_at_ms: nowMs() })
      .set({ version: sql<number>`version + 1` })
      .where(whereKey(columns))
      .where('last_attempt_id', '!=', exact(attemptId))
    if (expect.version !== undefined) query = query.where('version', '=', expect.version)
    if (expect.epoch !== undefined) query = query.where('epoch', '=', expect.epoch)
    if (expect.fence !== undefined) query = query.where('fence', '=', expect.fence)
    if (expect.refreshTokenFingerprint !== undefined)
      query = query.where('refresh_token_fingerprint', '=', buffer(expect.refreshTokenFingerprint))
    if (release) {
      const isHeld = sql<boolean>`(lease_owner = ${exact(release.owner)} and fence = ${release.fence})`
      const unlessHeld = <T>(column: string) => sql<T | null>`case when ${isHeld} then null else ${sql.ref(column)} end`
      // MySQL sees what the same statement set before: the columns of the condition come last.
      query = query
        .set({ lease_until_ms: unlessHeld<number>('lease_until_ms') })
        .set({ intent_attempt_id: unlessHeld<string>('intent_attempt_id'), intent_state: unlessHeld<string>('intent_state') })
        .set({ intent_sent_at_ms: unlessHeld<number>('intent_sent_at_ms') })
        .set({ unresolved_sends: sql<number>`case when ${isHeld} then 0 else unresolved_sends end` })
        .set({ lease_owner: unlessHeld<string>('lease_owner') })
    }
    if (dialect.returnsRows) {
      const [row] = await query.returningAll().execute()
      return row && toCredentialRow(row)
    }
    const { numUpdatedRows } = await query.executeTakeFirst()
    return numUpdatedRows > 0n ? findRow(db, columns) : undefined
  }

  return {
    ...sqlLeases(database),
    ...sqlListings(database),

    async touch(use) {
      assertUse(use)
      const keys = use.keys.map((key) => keyColumns(dialect, key))
      await transact((db) =>
        byKeys(dialect, keys, (isOneOf) =>
          db
            .updateTable('credentials')
            .set({ last_used_at_ms: use.atMs })
            .where(isOneOf)
            .where((eb) => eb.or([eb('last_used_at_ms', 'is', null), eb('last_used_at_ms', '<', use.atMs)]))
            .execute(),
        ),
      )
    },

    async get(key) {
      assertCredentialKey(key)
      return database.credentials.one(key)
    },

    async getMany(keys) {
      assertKeyCount(keys.length)
      keys.forEach(assertCredentialKey)
      return keys.length === 0 ? [] : database.credentials.many(keys)
    },

    async insert(credential, also) {
      assertCredentialKey(credential)
      assertStoreKey(credential.attemptId, 'attemptId')
      assertCredentialContent(credential)
      assertCompanions(also)
      const key = keyColumns(dialect, credential)
      return transact(async (db) => {
        const inserted = await insertUnlessThere(db, dialect, 'credentials', [
          {
            ...key,
            ...contentColumns(dialect, credential),
            version: 1,
            last_attempt_id: exact(credential.attemptId),
            fence: 0,
            unresolved_sends: 0,
            created_at_ms: dialect.statementMs(),
            updated_at_ms: dialect.statementMs(),
          },
        ])
        const row = await findRow(db, key)
        // It was there, and went before it could be read: the next try finds its place free.
        if (!row) throw new RowMoved()
        if (inserted === 0) return { outcome: row.lastAttemptId === credential.attemptId ? 'inserted' : 'exists', row }
        await addCompanions(db, dialect, also)
        return { outcome: 'inserted', row }
      })
    },

    async update(update) {
      assertCredentialKey(update.key)
      assertStoreKey(update.attemptId, 'attemptId')
      assertExpectation(update.expect)
      assertCredentialContent(update.set)
      assertCompanions(update.also)
      const work = async (db: Kysely<StoreSchema>): Promise<UpdateResult> => {
        const changed = await change(db, update)
        if (changed) {
          await addCompanions(db, dialect, update.also)
          return { outcome: 'updated', row: changed }
        }
        const { result, write } = updateStep(await findRow(db, keyColumns(dialect, update.key)), update, 0)
        // It became what was expected before it could be looked at.
        if (write) throw new RowMoved()
        return result
      }
      return dialect.returnsRows && !hasCompanions(update.also) ? run(work) : transact(work)
    },

    async delete(key, expectVersion) {
      assertCredentialKey(key)
      const columns = keyColumns(dialect, key)
      return run(
        async (db) => {
          const { numDeletedRows } = await db
            .deleteFrom('credentials')
            .where(whereKey(columns))
            .where('version', '=', expectVersion)
            .executeTakeFirst()
          if (numDeletedRows > 0n) return 'deleted'
          const row = await findRow(db, columns)
          // It became what was expected before it could be looked at.
          if (row?.version === expectVersion) throw new RowMoved()
          return row ? 'conflict' : 'missing'
        },
        { once: true },
      )
    },
  }
}
