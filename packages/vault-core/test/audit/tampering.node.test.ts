import { beforeAll, describe, expect, it } from 'vitest'
import type { AuditHead, AuditProblem } from '../../src/audit/index.js'
import { type AuditedVault, type AuditWorld, auditWorld, DAY } from './audit-world.js'
import type { RawMemoryStore } from './raw-memory-store.js'

type Table = 'audit' | 'documents'
type Raw = readonly [key: string, record: Record<string, unknown>]

/** Entries in three checkpoints, and the last fifteen in the one that grows. */
const COUNT = 60
/** Two sequences are left out after every third. */
const LAST = 5 * 20 - 2

let world: AuditWorld
let process: AuditedVault
let entries: readonly Raw[]
let checkpoints: readonly Raw[]
let head: Raw

beforeAll(async () => {
  world = auditWorld()
  process = world.process()
  for (let day = 0; day < 4; day++) {
    for (let append = 0; append < 5; append++) {
      await process.fill(COUNT / 20)
      await leaveOut(2)
    }
    await process.vault.sweep()
    if (day < 3) await world.clock.advance(DAY)
  }
  entries = await world.raw.records('audit')
  const documents = await world.raw.records('documents')
  checkpoints = documents.filter(([, { kind }]) => kind === 'audit-checkpoint')
  head = documents.find(([, { kind }]) => kind === 'audit-head') ?? ['', {}]
})

/** Sequences that no entry gets, as after a write that was repeated: there somebody could put one in. */
async function leaveOut(count: number): Promise<void> {
  for (const [key, { value }] of await world.raw.records('counters'))
    if (key.includes('audit')) world.raw.set('counters', key, { value: Number(value) + count })
}

/** What a process that was started after it finds, when these records stand there in place of their own. Afterwards all is as before. */
async function problemsWith(table: Table, changes: readonly (readonly [key: string, record: object | undefined])[], expect?: AuditHead) {
  const before = new Map([...(await world.raw.records('audit')), ...(await world.raw.records('documents'))])
  for (const [key, record] of changes) world.raw.set(table, key, record)
  const { audit } = world.process()
  const found = await audit.verify(expect && { expect })
  await restore(world.raw, before)
  return found.ok ? [] : found.problems
}

async function restore(raw: RawMemoryStore, before: ReadonlyMap<string, Record<string, unknown>>): Promise<void> {
  for (const table of ['audit', 'documents'] as const) {
    for (const [key] of await raw.records(table)) if (!before.has(key)) raw.set(table, key, undefined)
  }
  for (const [key, record] of before) raw.set('kind' in record ? 'documents' : 'audit', key, record)
}

/** Another value of the same type. */
function another(value: unknown): unknown {
  return typeof value === 'number' ? value + 1 : `${String(value)}x`
}

const sequenceOf = ([, { sequence }]: Raw): number => Number(sequence)
const told = (problems: readonly AuditProblem[]): readonly string[] =>
  problems.map((problem) => `${problem.kind} ${'sequence' in problem ? problem.sequence : ''}`.trim())

describe('whoever changes the log behind the vault’s back', () => {
  it('is found by no verification while nothing is changed', async () => {
    expect(checkpoints.length).toBe(3)
    expect(await process.audit.verify()).toMatchObject({ ok: true, entries: COUNT, head: { sequence: LAST } })
  })

  it('is found for any field of any entry', async () => {
    let edits = 0
    for (const entry of entries) {
      const [key, record] = entry
      for (const field of ['id', 'subject', 'atMs', 'data']) {
        const problems = await problemsWith('audit', [[key, { ...record, [field]: another(record[field]) }]])
        expect(told(problems), `${field} of ${key}`).toEqual([`changed ${sequenceOf(entry)}`])
        edits += 1
      }
      // One of another place stands at none.
      const moved = await problemsWith('audit', [[key, { ...record, sequence: LAST + 100 }]])
      expect(told(moved), `sequence of ${key}`).toContain(`missing ${sequenceOf(entry)}`)
    }
    expect(edits).toBe(COUNT * 4)
  })

  it('is found for any byte of the text of an entry', async () => {
    const [key, record] = entries[20] ?? head
    const text = String(record['data'])
    for (let at = 0; at < text.length; at++) {
      const data = `${text.slice(0, at)}${text[at] === 'a' ? 'b' : 'a'}${text.slice(at + 1)}`
      expect(told(await problemsWith('audit', [[key, { ...record, data }]])), `byte ${at}`).toEqual([
        `changed ${sequenceOf(entries[20] ?? head)}`,
      ])
    }
    // The same JSON in other words.
    const spaced = JSON.stringify(JSON.parse(text), null, 1)
    expect(told(await problemsWith('audit', [[key, { ...record, data: spaced }]]))).toEqual([`changed ${sequenceOf(entries[20] ?? head)}`])
  })

  it('is found for any entry that is removed', async () => {
    for (const entry of entries)
      expect(told(await problemsWith('audit', [[entry[0], undefined]]))).toEqual([`missing ${sequenceOf(entry)}`])
  })

  it('is found for any two entries that change places', async () => {
    for (const [index, [key, record]] of entries.entries()) {
      for (const distance of [1, 7, 31]) {
        const [otherKey, other] = entries[(index + distance) % COUNT] ?? head
        const { sequence, ...content } = record
        const { sequence: otherSequence, ...otherContent } = other
        const problems = await problemsWith('audit', [
          [key, { ...otherContent, sequence }],
          [otherKey, { ...content, sequence: otherSequence }],
        ])
        const sequences = [Number(sequence), Number(otherSequence)].sort((a, b) => a - b)
        expect(problems.map((problem) => 'sequence' in problem && problem.sequence)).toEqual(sequences)
        expect(problems.every(({ kind }) => kind === 'moved' || kind === 'changed')).toBe(true)
      }
    }
  })

  it('is found for an entry that is put in, new or a copy, before the chain came to it and after', async () => {
    const [, record] = entries[10] ?? head
    const taken = new Set(entries.map(sequenceOf))
    let gaps = 0
    for (let sequence = 1; sequence < LAST; sequence++) {
      if (taken.has(sequence)) continue
      gaps += 1
      const before = entries.findLast((entry) => sequenceOf(entry) < sequence)
      for (const put of [record, { ...record, id: 'forged', data: '{}' }])
        expect(told(await problemsWith('audit', [[`${before?.[0]}~`, { ...put, sequence }]]))).toEqual([`inserted ${sequence}`])
    }
    expect(gaps).toBe(38)
    const forged = { ...record, id: 'forged', sequence: LAST + 1 }
    expect(told(await problemsWith('audit', [[`${entries.at(-1)?.[0]}~`, forged]]))).toEqual([`changed ${LAST + 1}`])
    expect(await process.audit.verify()).toMatchObject({ ok: true })
  })

  it('is found for all entries at once, each by its place', async () => {
    const edited = entries.map(([key, record]) => [key, { ...record, data: another(record['data']) }] as const)
    expect(told(await problemsWith('audit', edited))).toEqual(entries.map((entry) => `changed ${sequenceOf(entry)}`))
    const removed = entries.slice(0, -1).map(([key]) => [key, undefined] as const)
    expect(told(await problemsWith('audit', removed))).toEqual(entries.slice(0, -1).map((entry) => `missing ${sequenceOf(entry)}`))
  })

  it('is found for any field of any checkpoint, and for each that is removed, put in or changes its place', async () => {
    for (const [index, [key, record]] of checkpoints.entries()) {
      const number = index + 1
      const named = { checkpoint: number }
      for (const data of [another(record['data']), '{}', '', 'x', String(record['data']).replace('"count":15', '"count":14')])
        expect(await problemsWith('documents', [[key, { ...record, data }]])).toMatchObject([{ kind: 'checkpoint_changed', ...named }])
      expect(await problemsWith('documents', [[key, undefined]])).toMatchObject([{ kind: 'checkpoint_missing', ...named }])
      const [otherKey, other] = checkpoints[(index + 1) % checkpoints.length] ?? head
      const swapped = await problemsWith('documents', [
        [key, { ...record, data: other['data'] }],
        [otherKey, { ...other, data: record['data'] }],
      ])
      expect(swapped.map(({ kind }) => kind)).toEqual(['checkpoint_changed', 'checkpoint_changed'])
      for (const id of ['000000000077', 'x', `${String(record['id'])}0`])
        expect(await problemsWith('documents', [[`${key}~`, { ...record, id }]]), id).toMatchObject([{ kind: 'checkpoint_inserted' }])
    }
  })

  it('is found for any change of the head', async () => {
    const [key, record] = head
    const text = String(record['data'])
    for (let at = 0; at < text.length; at += 7) {
      const data = `${text.slice(0, at)}${text[at] === '1' ? '2' : '1'}${text.slice(at + 1)}`
      expect(await problemsWith('documents', [[key, { ...record, data }]])).toMatchObject([
        { kind: 'chain_restarted', reason: 'head_changed' },
      ])
    }
    expect(await problemsWith('documents', [[key, undefined]])).toMatchObject([{ kind: 'chain_restarted', reason: 'head_missing' }])
  })
})
