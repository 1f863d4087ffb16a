import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { alternate } from '../src/alternate.ts'
import { judge } from '../src/row.ts'
import { rows } from '../src/rows/index.ts'
import { runRows } from '../src/run-rows.ts'
import { rowAsText } from '../src/table.ts'

// How fast anything is, is nobody's business here: machines that run tests do other things as well.
const QUICK = { rounds: 1, roundMs: 2 }
const root = new URL('../../../', import.meta.url)

describe('the benchmarks', () => {
  it('have rows of different names, each of which says what is compared', () => {
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length)
    for (const { name, title, fairness } of rows) {
      expect(name).toMatch(/^[a-z0-9-]+$/)
      expect([title, fairness].every((text) => text.length > 10)).toBe(true)
    }
  })

  // Some start six processes, and a machine that does much else takes its time for that.
  it.for(rows)('measure $name: every figure is a number, and every ratio more than none', { timeout: 300_000 }, async (row, { skip }) => {
    const [measured] = await runRows([row], QUICK)
    if (!measured) return skip(`There is no ${row.needs?.join(', no ')}.`)
    expect(measured.lines.length).toBeGreaterThan(1)
    for (const { figures, ratios } of measured.lines) {
      for (const value of Object.values(ratios)) expect(value).toBeGreaterThan(0)
      for (const value of [...Object.values(figures), ...Object.values(ratios)]) expect(value).toSatisfy(Number.isFinite)
    }
    expect(Math.max(...measured.lines.flatMap(({ figures }) => Object.values(figures)))).toBeGreaterThan(0)
  })

  it('run from the command line, and write JSON', { timeout: 300_000 }, async () => {
    const program = ['--conditions=@holdfast/source', '--import', './apps/benchmarks/src/sources.mjs', 'apps/benchmarks/src/main.ts']
    const { stdout } = await promisify(execFile)(process.execPath, [...program, '--quick', '--json', '--only', 'open-1kb'], { cwd: root })
    const { machine, rows: measured } = JSON.parse(stdout)
    expect(machine).toMatchObject({ node: process.version, cores: expect.any(Number) })
    expect(measured).toMatchObject([{ name: 'value-open-1kb', goals: [{ atLeast: 1.3 }, { atLeast: 0.6 }] }])
  })
})

describe('what is measured', () => {
  it('runs every contender in every round, also those that take their time', async () => {
    const calls = { now: 0, later: 0 }
    const lines = await alternate(
      [
        { name: 'now', run: () => ++calls.now },
        { name: 'later', run: async () => ++calls.later },
      ],
      ['now'],
      { rounds: 3, roundMs: 1 },
    )
    expect(Math.min(calls.now, calls.later)).toBeGreaterThan(3)
    expect(lines.map(({ name, ratios }) => [name, Object.keys(ratios)])).toEqual([
      ['now', ['now']],
      ['later', ['now']],
    ])
    expect(lines[0]?.ratios.now).toBe(1)
  })

  it('is judged by its goals, and a goal for nothing is an error', () => {
    const lines = [{ name: 'ours', figures: {}, ratios: { theirs: 1.2 } }]
    const goal = { of: 'ours', against: 'theirs', atLeast: 1.3 }
    expect(judge([goal, { ...goal, atLeast: 1.2 }], lines)).toMatchObject([
      { value: 1.2, isMet: false },
      { value: 1.2, isMet: true },
    ])
    const figure = { of: 'ours', figure: 'requests', atMost: 1 }
    expect(judge([figure], [{ name: 'ours', figures: { requests: 1 }, ratios: {} }])).toMatchObject([{ value: 1, isMet: true }])
    expect(judge([figure], [{ name: 'ours', figures: { requests: 2 }, ratios: {} }])).toMatchObject([{ value: 2, isMet: false }])
    expect(() => judge([{ ...goal, of: 'nobody' }], lines)).toThrow('nobody')
    expect(() => judge([figure], lines)).toThrow('requests')
  })

  it('stands in a table, with an empty cell where nothing was measured', () => {
    const text = rowAsText({
      name: 'a-row',
      title: 'A row',
      fairness: 'Both do the same.',
      lines: [
        { name: 'bare', figures: { 'per second': 12_345.6 }, ratios: {} },
        { name: 'ours', figures: { 'per second': 99.94 }, ratios: { bare: 0.0081 }, facts: { why: 'slow' } },
      ],
      goals: [
        { of: 'ours', against: 'bare', atLeast: 0.5, value: 0.0081, isMet: false },
        { of: 'ours', figure: 'per second', atMost: 100, value: 99.94, isMet: true },
      ],
    })
    expect(text).toBe(`### A row (\`a-row\`)

|      | per second | of bare |  why |
| ---- | ---------: | ------: | ---: |
| bare |     12,346 |         |      |
| ours |       99.9 |    0.01 | slow |

- ours: 0.01 of bare; goal 0.5, not met
- ours: per second 99.9; goal at most 100, met

Both do the same.`)
  })
})
