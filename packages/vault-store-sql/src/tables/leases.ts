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
import { type Kysely, sql } from 'kysely'
import { credentialColumns } from '../credential-columns.js'
import { RowMoved } from '../failures/row-moved.js'
import type { CredentialColumns, ExactText, StoreSchema } from '../schema.js'
import type { SqlDatabase } from '../sql-database.js'
import { type Statement, type StatementParts, statement } from '../statement.js'
import { toCredentialRow } from './credential-row.js'
import { type CredentialKeyColumns, keyColumns, whereKey } from './where-key.js'

/** The part of the credential store that says who may refresh. Each step is one statement, by the database's clock. */
export function sqlLeases(database: SqlDatabase): Pick<CredentialStore, 'claim' | 'markSent' | 'renew' | 'release'> {
  const { dialect, run, transact } = database
  const { exact } = dialect
  const statements = {
    claim: statement<ClaimColumns, CredentialColumns>(database, claimIfFree(dialect.returnsRows)),
    find: statement(database, rowAndNow),
    markSent: statement(database, markOfHolder),
    renew: statement(database, renewOfHolder),
    giveBack: statement(database, (parts: StatementParts<HolderColumns>) => ofHolder(parts).set(noLease)),
    giveBackAll: statement(database, (parts: StatementParts<HolderColumns>) => ofHolder(parts).set({ ...noLease, ...noIntent })),
  }

  /** Claims if nothing stands in the way. On MySQL, which returns no rows, tells only whether it did. */
  const claim = async (db: Kysely<StoreSchema>, request: ClaimRequest): Promise<CredentialRow | boolean> => {
    const { rows, numAffectedRows = 0n } = await statements.claim(db, {
      ...keyColumns(dialect, request.key),
      owner: exact(request.owner),
      attemptId: exact(request.attemptId),
      leaseMs: request.leaseMs,
      version: request.expectVersion,
      takeOverSentAfterMs: request.takeOverSentAfterMs,
    })
    return rows[0] ? toCredentialRow(rows[0]) : numAffectedRows > 0n
  }

  const findWithNow = async (
    db: Kysely<StoreSchema>,
    key: CredentialKey,
  ): Promise<{ readonly row: CredentialRow; readonly nowMs: number } | undefined> => {
    const [found] = (await statements.find(db, keyColumns(dialect, key))).rows
    return found && { row: toCredentialRow(found), nowMs: Number(found.now_ms) }
  }

  const holderColumns = (key: CredentialKey, { owner, fence }: LeaseHolder): HolderColumns => ({
    ...keyColumns(dialect, key),
    owner: exact(owner),
    fence,
  })

  /** Whether it found its row. */
  const asHolder = <V>(write: Statement<V, unknown>, values: V): Promise<boolean> =>
    run(async (db) => ((await write(db, values)).numAffectedRows ?? 0n) > 0n)

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
      return asHolder(statements.markSent, holderColumns(key, holder))
    },

    async renew(key, holder, leaseMs) {
      assertHolder(key, holder)
      assertMilliseconds(leaseMs, 'leaseMs')
      return asHolder(statements.renew, { ...holderColumns(key, holder), leaseMs })
    },

    async release(key, holder, options) {
      assertHolder(key, holder)
      return asHolder(options?.keepIntent ? statements.giveBack : statements.giveBackAll, holderColumns(key, holder))
    },
  }
}

interface ClaimColumns extends CredentialKeyColumns {
  readonly owner: ExactText
  readonly attemptId: ExactText
  readonly leaseMs: number
  readonly version: number
  readonly takeOverSentAfterMs: number
}

interface HolderColumns extends CredentialKeyColumns {
  readonly owner: ExactText
  readonly fence: number
}

const noLease = { lease_owner: null, lease_until_ms: null }
const noIntent = { intent_attempt_id: null, intent_state: null, intent_sent_at_ms: null }

function claimIfFree(returnsRows: boolean) {
  return ({ db, slots, nowMs }: StatementParts<ClaimColumns>) => {
    const leaseEnd = sql<number>`${nowMs()} + ${slots.leaseMs}`
    const query = db
      .updateTable('credentials')
      .set({ unresolved_sends: sql<number>`unresolved_sends + case when intent_state = 'sent' then 1 else 0 end` })
      .set({
        fence: sql<number>`fence + 1`,
        lease_owner: slots.owner,
        lease_until_ms: leaseEnd,
        due_at_ms: leaseEnd,
        intent_attempt_id: slots.attemptId,
        intent_state: 'claimed',
        intent_sent_at_ms: null,
      })
      .where(whereKey(slots))
      .where('version', '=', slots.version)
      .where(sql<boolean>`(lease_until_ms is null or lease_until_ms <= ${nowMs()})`)
      .where(
        sql<boolean>`(intent_state is null or intent_state <> 'sent' or intent_sent_at_ms <= ${nowMs()} - ${slots.takeOverSentAfterMs})`,
      )
    return returnsRows ? query.returning(credentialColumns) : query
  }
}

function rowAndNow({ db, slots, nowMs }: StatementParts<CredentialKeyColumns>) {
  return db.selectFrom('credentials').select(credentialColumns).select(nowMs().as('now_ms')).where(whereKey(slots))
}

function markOfHolder(parts: StatementParts<HolderColumns>) {
  return ofHolder(parts)
    .set({ intent_state: 'sent', intent_sent_at_ms: parts.nowMs() })
    .where('lease_until_ms', '>', parts.nowMs())
    .where('intent_attempt_id', 'is not', null)
}

function renewOfHolder(parts: StatementParts<HolderColumns & { readonly leaseMs: number }>) {
  const leaseEnd = sql<number>`${parts.nowMs()} + ${parts.slots.leaseMs}`
  return ofHolder(parts).set({ lease_until_ms: leaseEnd, due_at_ms: leaseEnd })
}

function ofHolder({ db, slots }: StatementParts<HolderColumns>) {
  return db.updateTable('credentials').where(whereKey(slots)).where('lease_owner', '=', slots.owner).where('fence', '=', slots.fence)
}

function assertHolder(key: CredentialKey, { owner }: LeaseHolder): void {
  assertCredentialKey(key)
  assertStoreKey(owner, 'owner')
}
