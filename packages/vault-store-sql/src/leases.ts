import type { CredentialStore } from '@holdfast/vault-core'
import { sql } from 'kysely'
import { keyColumns, toCredentialRow } from './credential-row.js'
import type { Executor } from './executor.js'
import { assertKeys } from './store-arguments.js'
import { whereKey } from './where-key.js'

/** The part of the credential store that says who may refresh. Each step is one statement. */
export function sqlLeases(executor: Executor): Pick<CredentialStore, 'claim' | 'markSent' | 'renew' | 'release'> {
  return {
    async claim({ key, owner, attemptId, leaseMs, expectVersion, takeOverSentAfterMs }) {
      assertKeys({ ...key, owner, attemptId })
      const columns = keyColumns(key)
      return executor.transact(async (db, nowMs) => {
        const [claimed] = await db
          .updateTable('credentials')
          .set((eb) => ({
            fence: eb('fence', '+', 1),
            lease_owner: owner,
            lease_until_ms: nowMs + leaseMs,
            intent_attempt_id: attemptId,
            intent_state: 'claimed',
            intent_sent_at_ms: null,
            unresolved_sends: sql<number>`unresolved_sends + case when intent_state = 'sent' then 1 else 0 end`,
          }))
          .where(whereKey(columns))
          .where('version', '=', expectVersion)
          .where((eb) => eb.or([eb('lease_until_ms', 'is', null), eb('lease_until_ms', '<=', nowMs)]))
          .where((eb) =>
            eb.or([
              eb('intent_state', 'is', null),
              eb('intent_state', '!=', 'sent'),
              eb('intent_sent_at_ms', '<=', nowMs - takeOverSentAfterMs),
            ]),
          )
          .returningAll()
          .execute()
        if (claimed) return { outcome: 'claimed', row: toCredentialRow(claimed) }
        const found = await db.selectFrom('credentials').selectAll().where(whereKey(columns)).executeTakeFirst()
        if (!found) return { outcome: 'missing' }
        const row = toCredentialRow(found)
        const isOurs = row.lease?.owner === owner && row.lease.untilMs > nowMs && row.intent?.attemptId === attemptId
        if (isOurs) return { outcome: 'claimed', row }
        return { outcome: row.version === expectVersion ? 'busy' : 'changed', row }
      })
    },

    async markSent(key, { owner, fence }) {
      assertKeys({ ...key, owner })
      return executor.run(async (db, nowMs) => {
        const { numUpdatedRows } = await db
          .updateTable('credentials')
          .set({ intent_state: 'sent', intent_sent_at_ms: nowMs })
          .where(whereKey(keyColumns(key)))
          .where('lease_owner', '=', owner)
          .where('fence', '=', fence)
          .where('lease_until_ms', '>', nowMs)
          .where('intent_attempt_id', 'is not', null)
          .executeTakeFirst()
        return numUpdatedRows > 0n
      })
    },

    async renew(key, { owner, fence }, leaseMs) {
      assertKeys({ ...key, owner })
      return executor.run(async (db, nowMs) => {
        const { numUpdatedRows } = await db
          .updateTable('credentials')
          .set({ lease_until_ms: nowMs + leaseMs })
          .where(whereKey(keyColumns(key)))
          .where('lease_owner', '=', owner)
          .where('fence', '=', fence)
          .executeTakeFirst()
        return numUpdatedRows > 0n
      })
    },

    async release(key, { owner, fence }, options) {
      assertKeys({ ...key, owner })
      return executor.run(async (db) => {
        const { numUpdatedRows } = await db
          .updateTable('credentials')
          .set({
            lease_owner: null,
            lease_until_ms: null,
            ...(!options?.keepIntent && { intent_attempt_id: null, intent_state: null, intent_sent_at_ms: null }),
          })
          .where(whereKey(keyColumns(key)))
          .where('lease_owner', '=', owner)
          .where('fence', '=', fence)
          .executeTakeFirst()
        return numUpdatedRows > 0n
      })
    },
  }
}
