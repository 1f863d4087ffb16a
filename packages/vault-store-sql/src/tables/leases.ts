import {
  assertCredentialKey,
  assertMilliseconds,
  assertStoreKey,
  assertStoreKeys,
  type ClaimRequest,
  type ClaimResult,
  type CredentialKey,
  type CredentialRow,
  type CredentialStore,
  claimStep,
  type LeaseHolder,
} from '@holdfast/vault-core/store'
import { type Kysely, type RawBuilder, sql, type UpdateQueryBuilder, type UpdateResult } from 'kysely'
import { RowMoved } from '../failures/row-moved.js'
import type { CredentialColumns, StoreSchema } from '../schema.js'
import type { SqlDatabase } from '../sql-database.js'
import { toCredentialRow } from './credential-row.js'
import { keyColumns, whereKey } from './where-key.js'

/** The part of the credential store that says who may refresh. Each step is one statement, by the database's clock. */
export function sqlLeases({ dialect, run, transact }: SqlDatabase): Pick<CredentialStore, 'claim' | 'markSent' | 'renew' | 'release'> {
  const { exact, nowMs } = dialect

  /** Claims if nothing stands in the way. On MySQL, which returns no rows, tells only whether it did. */
  const claim = async (db: Kysely<StoreSchema>, request: ClaimRequest): Promise<CredentialRow | boolean> => {
    const { key, owner, attemptId, leaseMs, expectVersion, takeOverSentAfterMs } = request
    const query = db
      .updateTable('credentials')
      .set({ unresolved_sends: sql<number>`unresolved_sends + case when intent_state = 'sent' then 1 else 0 end` })
      .set({
        fence: sql<number>`fence + 1`,
        lease_owner: exact(owner),
        lease_until_ms: after(leaseMs),
        due_at_ms: after(leaseMs),
        intent_attempt_id: exact(attemptId),
        intent_state: 'claimed',
        intent_sent_at_ms: null,
      })
      .where(whereKey(keyColumns(dialect, key)))
      .where('version', '=', expectVersion)
      .where(sql<boolean>`(lease_until_ms is null or lease_until_ms <= ${nowMs()})`)
      .where(
        sql<boolean>`(intent_state is null or intent_state <> 'sent' or intent_sent_at_ms <= ${nowMs()} - ${sql.lit(takeOverSentAfterMs)})`,
      )
    if (!dialect.returnsRows) return (await query.executeTakeFirst()).numUpdatedRows > 0n
    const [row] = await query.returningAll().execute()
    return row ? toCredentialRow(row) : false
  }

  const after = (durationMs: number): RawBuilder<number> => sql<number>`${nowMs()} + ${sql.lit(durationMs)}`

  const findWithNow = async (
    db: Kysely<StoreSchema>,
    key: CredentialKey,
  ): Promise<{ readonly row: CredentialRow; readonly nowMs: number } | undefined> => {
    const found: (CredentialColumns & { readonly now_ms: number | string | bigint }) | undefined = await db
      .selectFrom('credentials')
      .selectAll()
      .select(nowMs().as('now_ms'))
      .where(whereKey(keyColumns(dialect, key)))
      .executeTakeFirst()
    return found && { row: toCredentialRow(found), nowMs: Number(found.now_ms) }
  }

  const ofHolder = (
    db: Kysely<StoreSchema>,
    key: CredentialKey,
    { owner, fence }: LeaseHolder,
  ): UpdateQueryBuilder<StoreSchema, 'credentials', 'credentials', UpdateResult> =>
    db
      .updateTable('credentials')
      .where(whereKey(keyColumns(dialect, key)))
      .where('lease_owner', '=', exact(owner))
      .where('fence', '=', fence)

  return {
    async claim(request) {
      assertCredentialKey(request.key)
      assertStoreKeys({ owner: request.owner, attemptId: request.attemptId })
      assertMilliseconds(request.leaseMs, 'leaseMs')
      assertMilliseconds(request.takeOverSentAfterMs, 'takeOverSentAfterMs')
      const work = async (db: Kysely<StoreSchema>): Promise<ClaimResult> => {
        const claimed = await claim(db, request)
        if (typeof claimed === 'object') return { outcome: 'claimed', row: claimed }
        const found = await findWithNow(db, request.key)
        if (claimed && found) return { outcome: 'claimed', row: found.row }
        const { result, write } = claimStep(found?.row, request, found?.nowMs ?? 0)
        // What stood in the way went before it could be looked at.
        if (write) throw new RowMoved()
        return result
      }
      return dialect.returnsRows ? run(work) : transact(work)
    },

    async markSent(key, holder) {
      assertHolder(key, holder)
      return run(async (db) => {
        const { numUpdatedRows } = await ofHolder(db, key, holder)
          .set({ intent_state: 'sent', intent_sent_at_ms: nowMs() })
          .where('lease_until_ms', '>', nowMs())
          .where('intent_attempt_id', 'is not', null)
          .executeTakeFirst()
        return numUpdatedRows > 0n
      })
    },

    async renew(key, holder, leaseMs) {
      assertHolder(key, holder)
      assertMilliseconds(leaseMs, 'leaseMs')
      return run(async (db) => {
        const { numUpdatedRows } = await ofHolder(db, key, holder)
          .set({ lease_until_ms: after(leaseMs), due_at_ms: after(leaseMs) })
          .executeTakeFirst()
        return numUpdatedRows > 0n
      })
    },

    async release(key, holder, options) {
      assertHolder(key, holder)
      return run(async (db) => {
        const { numUpdatedRows } = await ofHolder(db, key, holder)
          .set({
            lease_owner: null,
            lease_until_ms: null,
            ...(!options?.keepIntent && { intent_attempt_id: null, intent_state: null, intent_sent_at_ms: null }),
          })
          .executeTakeFirst()
        return numUpdatedRows > 0n
      })
    },
  }
}

function assertHolder(key: CredentialKey, { owner }: LeaseHolder): void {
  assertCredentialKey(key)
  assertStoreKey(owner, 'owner')
}
