import { DatabaseSync } from 'node:sqlite'
import { createVault, extensionOf, localKeyring, type VaultStore } from '@holdfast/vault-core'
import { type AuditLog, auditLog } from '@holdfast/vault-core/audit'
import { beforeAll, describe, expect, it } from 'vitest'
import { mysqlStore, postgresStore, sqliteStore } from '../src/index.js'
import { hasMariadb, hasPostgres, inMariadb, inPostgres, mariadbDatabase, postgresSchema, postgresUrl } from './fixtures/servers.js'
import { temporaryFolder } from './fixtures/temporary-folder.js'

const schema = postgresSchema()
const mariadb = mariadbDatabase()
const path = temporaryFolder()()

interface Place {
  readonly name: string
  readonly isThere: boolean
  open(): VaultStore
  /** Runs statements in the database, behind the vault's back. */
  run(statements: readonly Statement[]): Promise<unknown>
}

type Statement = (table: (name: string) => string) => string

const places: readonly Place[] = [
  {
    name: 'SQLite',
    isThere: true,
    open: () => sqliteStore({ path }),
    async run(statements) {
      using database = new DatabaseSync(path)
      for (const text of statements) database.exec(text((name) => `holdfast_${name}`))
    },
  },
  {
    name: 'PostgreSQL',
    isThere: hasPostgres,
    open: () => postgresStore({ connectionString: postgresUrl, schema }),
    run: async (statements) => inPostgres(statements.map((text) => text((name) => `${schema}.holdfast_${name}`)).join(';')),
  },
  {
    name: 'MariaDB',
    isThere: hasMariadb,
    open: () => mysqlStore({ connectionString: mariadb }),
    async run(statements) {
      for (const text of statements)
        await inMariadb(
          text((name) => `holdfast_${name}`),
          mariadb,
        )
    },
  },
]

const KEY = new Uint8Array(32).fill(7)
/** Entries of each of three processes, in appends of four. */
const EACH = 8
const COUNT = 3 * EACH

/** The tables that are put back after each change. */
const KEPT = ['audit', 'documents']

interface Process {
  readonly audit: AuditLog
  append(ids: readonly string[]): Promise<void>
  sweep(): Promise<unknown>
  close(): Promise<void>
}

function processOver(store: VaultStore): Process {
  const audit = auditLog()
  const vault = createVault({ store, keyring: localKeyring([{ id: 'k', key: KEY }]), connections: [], audit, background: false })
  const { recorder } = extensionOf(vault)
  return {
    audit,
    async append(ids) {
      const actor = { kind: 'service_client', id: 'sc_1' } as const
      const fields = { connectionId: 'drive', accountId: 'default', fingerprint: 'f', actor } as const
      await recorder.record(...ids.map((id) => recorder.make({ type: 'accessed', userId: `user-${id}`, ...fields }, id)))
    },
    sweep: () => vault.sweep(),
    close: () => vault.close(),
  }
}

describe.each(places)('the audit log in a database that somebody else can write: $name', ({ isThere, open, run }) => {
  let store: VaultStore
  let process: Process
  const isSkipped = !isThere

  beforeAll(async () => {
    if (isSkipped) return
    // Each over connections of its own, all at once: who extends the chain when is left to them.
    store = open()
    const processes = [store, open(), open()].map(processOver)
    await Promise.all(
      processes.map(async ({ append, sweep }, index) => {
        for (let n = 0; n < EACH; n += 4) {
          await append([0, 1, 2, 3].map((more) => `p${index}-${n + more}`))
          await sweep()
        }
      }),
    )
    const [first, ...others] = processes
    if (!first) throw new Error('There is no process.')
    process = first
    await process.sweep()
    for (const other of others) expect(await other.audit.verify()).toMatchObject({ ok: true, entries: COUNT })
    await run(KEPT.map((table) => (t) => `create table ${t(`${table}_kept`)} as select * from ${t(table)}`))
  })

  /** What a process that was started after these statements tells; afterwards the log is as before. */
  async function told(...statements: readonly Statement[]): Promise<readonly string[]> {
    await run(statements)
    const found = await processOver(store).audit.verify()
    await run(
      KEPT.flatMap((table): Statement[] => [
        (t) => `delete from ${t(table)}`,
        (t) => `insert into ${t(table)} select * from ${t(`${table}_kept`)}`,
      ]),
    )
    return found.ok ? [] : found.problems.map((problem) => `${problem.kind} ${'sequence' in problem ? problem.sequence : ''}`.trim())
  }

  it.skipIf(isSkipped)('made by several processes at once is whole, and stays so when it is put back as it was', async () => {
    expect(await told()).toEqual([])
    expect(await process.audit.verify()).toMatchObject({ ok: true, entries: COUNT, head: { sequence: COUNT } })
  })

  it.skipIf(isSkipped)('shows any entry that was changed, removed or given another place', async () => {
    for (let sequence = 1; sequence <= COUNT; sequence++) {
      const here = `where sequence = ${sequence}`
      for (const set of [`data = '{}'`, `id = 'another'`, `subject = 'another'`, 'at_ms = at_ms + 1'])
        expect(await told((t) => `update ${t('audit')} set ${set} ${here}`), `${set} ${here}`).toEqual([`changed ${sequence}`])
      expect(await told((t) => `delete from ${t('audit')} ${here}`)).toEqual([`missing ${sequence}`])
      expect(await told((t) => `update ${t('audit')} set sequence = 1000 ${here}`)).toContain(`missing ${sequence}`)
      const other = (sequence % COUNT) + 1
      const swapped = await told(
        (t) => `update ${t('audit')} set sequence = 1000 ${here}`,
        (t) => `update ${t('audit')} set sequence = ${sequence} where sequence = ${other}`,
        (t) => `update ${t('audit')} set sequence = ${other} where sequence = 1000`,
      )
      expect(swapped).toEqual([sequence, other].sort((a, b) => a - b).map((at) => `moved ${at}`))
    }
  })

  it.skipIf(isSkipped)('shows one that was put in, and a head of the chain that was changed or removed', async () => {
    const columns = 'tenant, sequence, id, at_ms, data, subject'
    const copied =
      (id: string): Statement =>
      (t) =>
        `insert into ${t('audit')} (${columns}) select tenant, 1001, ${id}, at_ms, data, subject from ${t('audit')} where sequence = 3`
    expect(await told(copied(`'forged'`))).toEqual(['changed 1001'])
    const head = `kind = 'audit-head'`
    expect(await told((t) => `update ${t('documents')} set data = '{}' where ${head}`)).toContain(`chain_restarted 0`)
    expect(await told((t) => `delete from ${t('documents')} where ${head}`)).toContain(`chain_restarted 0`)
  })

  it.skipIf(isSkipped)('takes no entry whose place is taken: a counter that was put back loses nothing without a word', async () => {
    await run([(t) => `update ${t('counters')} set value = 0 where topic = 'audit'`])
    await expect(process.append(['late'])).rejects.toMatchObject({ code: 'store_unavailable' })
    await run([(t) => `update ${t('counters')} set value = ${COUNT} where topic = 'audit'`])
    await process.append(['late'])
    // The same again is the same entry.
    await process.append(['late'])
    expect(await process.audit.verify()).toMatchObject({ ok: true, entries: COUNT + 1 })
    await process.close()
  })
})
