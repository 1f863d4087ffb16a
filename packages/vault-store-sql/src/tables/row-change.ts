import type { CredentialRow, CredentialUpdate } from '@holdfast/vault-core/store'
import { type Kysely, sql } from 'kysely'
import { credentialColumns } from '../credential-columns.js'
import type { CredentialColumns, ExactText, StoreSchema } from '../schema.js'
import type { SqlDatabase } from '../sql-database.js'
import { type Statement, type StatementParts, statement } from '../statement.js'
import { buffer, type ContentColumn, type ContentColumns, changedColumns, toCredentialRow } from './credential-row.js'
import { findRow } from './find-row.js'
import { type CredentialKeyColumns, keyColumns, whereKey } from './where-key.js'

/** Changes a row that is as expected. The row afterwards; undefined when it was not as expected. */
export type ChangeRow = (db: Kysely<StoreSchema>, update: CredentialUpdate) => Promise<CredentialRow | undefined>

export function rowChange(database: SqlDatabase): ChangeRow {
  const { dialect } = database
  const { exact, returnsRows } = dialect
  const statements = new Map<string, ChangeStatement>()
  const statementFor = (shape: ChangeShape): ChangeStatement => {
    const name = JSON.stringify(shape)
    const known = statements.get(name) ?? statement<ChangeValues, CredentialColumns>(database, changeOf(shape, returnsRows))
    statements.set(name, known)
    return known
  }

  return async (db, { key, attemptId, expect, set, release }) => {
    const columns = keyColumns(dialect, key)
    const content = changedColumns(dialect, set)
    const expected = expectedColumns(expect)
    const change = statementFor({ set: namesOf(content), expect: namesOf(expected), releases: release !== undefined })
    const { rows, numAffectedRows = 0n } = await change(db, {
      ...columns,
      ...content,
      ...expected,
      attemptId: exact(attemptId),
      owner: exact(release?.owner ?? ''),
      heldFence: release?.fence ?? 0,
    })
    if (rows[0]) return toCredentialRow(rows[0])
    return numAffectedRows > 0n && !returnsRows ? findRow(db, columns) : undefined
  }
}

type ChangeStatement = Statement<ChangeValues, CredentialColumns>

/** What makes two changes the same statement. A vault has few. */
interface ChangeShape {
  readonly set: readonly ContentColumn[]
  readonly expect: readonly (keyof ExpectedColumns)[]
  readonly releases: boolean
}

interface ExpectedColumns {
  readonly expectedVersion: number
  readonly expectedEpoch: number
  readonly expectedFence: number
  readonly expectedFingerprint: Uint8Array
}

interface ChangeValues extends CredentialKeyColumns, Partial<ContentColumns>, Partial<ExpectedColumns> {
  readonly attemptId: ExactText
  readonly owner: ExactText
  readonly heldFence: number
}

const expectedIn = {
  expectedVersion: 'version',
  expectedEpoch: 'epoch',
  expectedFence: 'fence',
  expectedFingerprint: 'refresh_token_fingerprint',
} as const

function changeOf({ set, expect, releases }: ChangeShape, returnsRows: boolean) {
  return ({ db, slots, nowMs }: StatementParts<ChangeValues>) => {
    const content: Partial<ContentColumns> = Object.fromEntries(set.map((column) => [column, slots[column]]))
    let query = db
      .updateTable('credentials')
      .set({ ...content, last_attempt_id: slots.attemptId, updated_at_ms: nowMs() })
      .set({ version: sql<number>`version + 1` })
      .where(whereKey(slots))
      .where('last_attempt_id', '!=', slots.attemptId)
    for (const name of expect) query = query.where(sql<boolean>`${sql.ref(expectedIn[name])} = ${slots[name]}`)
    if (releases) {
      const isHeld = sql<boolean>`(lease_owner = ${slots.owner} and fence = ${slots.heldFence})`
      const unlessHeld = <T>(column: string) => sql<T | null>`case when ${isHeld} then null else ${sql.ref(column)} end`
      // MySQL sees what the same statement set before: the columns of the condition come last.
      query = query
        .set({ lease_until_ms: unlessHeld<number>('lease_until_ms') })
        .set({ intent_attempt_id: unlessHeld<string>('intent_attempt_id'), intent_state: unlessHeld<string>('intent_state') })
        .set({ intent_sent_at_ms: unlessHeld<number>('intent_sent_at_ms') })
        .set({ unresolved_sends: sql<number>`case when ${isHeld} then 0 else unresolved_sends end` })
        .set({ lease_owner: unlessHeld<string>('lease_owner') })
    }
    return returnsRows ? query.returning(credentialColumns) : query
  }
}

function expectedColumns({ version, epoch, fence, refreshTokenFingerprint }: CredentialUpdate['expect']): Partial<ExpectedColumns> {
  return {
    ...(version !== undefined && { expectedVersion: version }),
    ...(epoch !== undefined && { expectedEpoch: epoch }),
    ...(fence !== undefined && { expectedFence: fence }),
    ...(refreshTokenFingerprint !== undefined && { expectedFingerprint: buffer(refreshTokenFingerprint) }),
  }
}

function namesOf<T extends object>(columns: T): (keyof T)[] {
  return Object.keys(columns) as (keyof T)[]
}
