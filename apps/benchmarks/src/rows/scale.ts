import type { CredentialKey } from '@holdfast/vault-core/store'
import pg from 'pg'
import { alternate } from '../alternate.ts'
import type { Contender } from '../contender.ts'
import { inPostgresSchema } from '../databases.ts'
import { heldMb } from '../heap.ts'
import { median } from '../median.ts'
import { judge, type Line, type Row, type Settings } from '../row.ts'
import { type FilledStore, filledStore } from '../scale/filled-store.ts'

const HOUR_MS = 3_600_000
const BATCH = 1_000

function sizesOf({ rounds, isLarge }: Settings): { readonly small: number; readonly big: number; readonly batches: number } {
  if (rounds === 1) return { small: 1_000, big: 5_000, batches: 4 }
  return { small: 10_000, big: isLarge ? 10_000_000 : 1_000_000, batches: 130 }
}

/** Runs with a store of each size, of which all rows have been due for a while. */
async function withBoth<T>(settings: Settings, work: (small: FilledStore, big: FilledStore, url: string) => Promise<T>): Promise<T> {
  const { small, big } = sizesOf(settings)
  const firstDueMs = Date.now() - 2 * HOUR_MS
  return inPostgresSchema((one) =>
    inPostgresSchema(async (other) => {
      const stores = [
        await filledStore(one.url, one.schema, small, firstDueMs),
        await filledStore(other.url, other.schema, big, firstDueMs),
      ] as const
      try {
        return await work(...stores, one.url)
      } finally {
        await Promise.all(stores.map((store) => store.close()))
      }
    }),
  )
}

export const scaleReadRow: Row = {
  name: 'scale-read',
  title: 'Read one of ten thousand credentials, and one of a million (ten million with `--large`)',
  fairness:
    'The same store over two tables of PostgreSQL, one read at a time of rows drawn at random by the same sequence: the tables and their indexes differ in nothing but ' +
    'the number of rows. Bare `pg` selects the same rows by a named statement: what the database itself takes longer for more rows, nothing above it can save. What the process holds more after all the reads than before is in megabytes, after a collection.',
  needs: ['PostgreSQL'],
  measure: (settings) =>
    withBoth(settings, async (small, big, url) => {
      const [few, many] = [nameOf(small), nameOf(big)]
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      try {
        const before = await heldMb()
        const contenders = [
          ...[small, big].map((filled) => reading(nameOf(filled), filled, 1, (key) => filled.store.credentials.get(key))),
          ...[small, big].map((filled) => reading(bareNameOf(filled), filled, 2, bareSelect(client, filled))),
        ]
        const lines = await alternate(contenders, [few, bareNameOf(small)], settings)
        const moreMb = (await heldMb()) - before
        const goals = [{ of: many, against: few, atLeast: 1 / 1.3 }]
        const withMemory = lines.map(
          (line): Line => (line.name === many ? { ...line, figures: { ...line.figures, 'MB more': moreMb } } : line),
        )
        return { lines: withMemory, goals: judge(goals, lines) }
      } finally {
        await client.end()
      }
    }),
}

const nameOf = ({ rows }: FilledStore): string => `${rows.toLocaleString('en-US')} rows`
const bareNameOf = (filled: FilledStore): string => `bare pg, ${nameOf(filled)}`

function reading(name: string, { rows, keyOf }: FilledStore, first: number, read: (key: CredentialKey) => Promise<unknown>): Contender {
  let drawn = first
  return {
    name,
    run: () => {
      // A linear congruential sequence: spread over the table, the same in each run, and from another beginning with other rows.
      drawn = (drawn * 48_271) % 2_147_483_647
      return read(keyOf(drawn % rows))
    },
  }
}

function bareSelect(client: pg.Client, { schema }: FilledStore): (key: CredentialKey) => Promise<unknown> {
  const text = `select * from ${schema}.holdfast_credentials where tenant = $1 and user_id = $2 and connection_id = $3 and account_id = $4`
  return ({ tenant, userId, connectionId, accountId }) =>
    client.query({ name: `read ${schema}`, text, values: [tenant, userId, connectionId, accountId] })
}

const SELECT = 'a plain select of as many'
const FIRST = 'the first batch'

export const scaleDueRow: Row = {
  name: 'scale-due',
  title: 'Take a thousand credentials that are due out of a million (ten million with `--large`), batch after batch',
  fairness:
    'As refresh workers do: the thousand that have been due for longest, and their due time moved on in the same statement, so that nobody else gets them too. The ' +
    'select reads the same columns of a thousand such rows by the same index, and changes nothing. The first and the last batches are medians of three. What the process holds more after all batches than before is in megabytes, after a collection.',
  needs: ['PostgreSQL'],
  measure: (settings) =>
    withBoth(settings, async (_small, { store, schema }, url) => {
      const { batches } = sizesOf(settings)
      const limit = settings.rounds === 1 ? 100 : BATCH
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      const nowMs = Date.now()
      const text = `select * from ${schema}.holdfast_credentials where tenant = 'default' and due_at_ms <= $1 order by due_at_ms limit $2`
      const timed = async (work: () => Promise<unknown>): Promise<number> => {
        const began = performance.now()
        await work()
        return performance.now() - began
      }
      try {
        const [selects, claims]: [number[], number[]] = [[], []]
        const before = await heldMb()
        for (let batch = 0; batch < batches; batch++) {
          selects.push(await timed(() => client.query({ name: 'due', text, values: [nowMs, limit] })))
          claims.push(
            await timed(() => store.credentials.due({ tenant: 'default', dueBeforeMs: nowMs, limit, postponeToMs: nowMs + HOUR_MS })),
          )
        }
        const moreMb = (await heldMb()) - before
        const [select, first, last] = [median(selects), median(claims.slice(0, 3)), median(claims.slice(-3))]
        const lastName = `the ${batches}th batch`
        const line = (name: string, ms: number, ratios: Readonly<Record<string, number>>): Line => ({ name, figures: { ms }, ratios })
        const lines: Line[] = [
          line(SELECT, select, {}),
          line(FIRST, first, { [SELECT]: first / select }),
          line('the median batch', median(claims), { [SELECT]: median(claims) / select, [FIRST]: median(claims) / first }),
          { ...line(lastName, last, { [SELECT]: last / select, [FIRST]: last / first }), figures: { ms: last, 'MB more': moreMb } },
        ]
        const goals = [
          { of: 'the median batch', against: SELECT, atMost: 7 },
          { of: lastName, against: FIRST, atMost: 1.5 },
        ]
        return { lines, goals: judge(goals, lines) }
      } finally {
        await client.end()
      }
    }),
}
