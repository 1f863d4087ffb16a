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
  type UpdateResult,
  updateStep,
} from '@holdfast/vault-core/store'
import type { Kysely } from 'kysely'
import { RowMoved } from '../failures/row-moved.js'
import type { StoreSchema } from '../schema.js'
import type { SqlDatabase } from '../sql-database.js'
import { byKeys } from './by-keys.js'
import { addCompanions, hasCompanions } from './companions.js'
import { contentColumns } from './credential-row.js'
import { findRow } from './find-row.js'
import { insertUnlessThere } from './insert-unless-there.js'
import { sqlLeases } from './leases.js'
import { sqlListings } from './listings.js'
import { rowChange } from './row-change.js'
import { keyColumns, whereKey } from './where-key.js'

export function sqlCredentials(database: SqlDatabase): CredentialStore {
  const { dialect, run, transact } = database
  const { exact } = dialect

  const change = rowChange(database)

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

    async get(key, { copy = true } = {}) {
      assertCredentialKey(key)
      const row = await database.credentials.one(key)
      return copy ? ownRow(row) : row
    },

    async getMany(keys) {
      assertKeyCount(keys.length)
      keys.forEach(assertCredentialKey)
      return keys.length === 0 ? [] : (await database.credentials.many(keys)).map(ownRow)
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

/** What readings bring may be held in memory for the next. */
function ownRow(row: CredentialRow | null): CredentialRow | null {
  const copy = (bytes: Uint8Array | null): Uint8Array | null => bytes?.slice() ?? null
  return (
    row && {
      ...row,
      accessToken: copy(row.accessToken),
      refreshToken: copy(row.refreshToken),
      refreshTokenFingerprint: copy(row.refreshTokenFingerprint),
    }
  )
}
