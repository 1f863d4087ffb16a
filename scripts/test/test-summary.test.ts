import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { findChromium, mustRunAll } from '../../vitest.chromium.ts'
import { countReport, deleteReports, findSuites, readReport } from '../tests/reports.ts'
import { problemsOf, summaryLine, sumUp } from '../tests/summary.ts'

const good = { passed: 3, failed: 0, skipped: 0, success: true, failures: [] }

it('sums all suites, and a suite without a report counts as a failed test', () => {
  const results = [
    { name: 'a', report: good },
    { name: 'b', report: { passed: 1, failed: 2, skipped: 4, success: false, failures: [] } },
    { name: 'c', report: undefined },
  ]
  expect(summaryLine(sumUp(results))).toBe('4 passed, 3 failed, 4 skipped')
})

it.each([
  ['all is good', [{ name: 'a', report: good }], 0, false, []],
  ['a suite left no report', [{ name: 'a', report: undefined }], 1, false, ['a: the suite left no report, so it did not run to its end.']],
  ['a suite has no tests', [{ name: 'a', report: { ...good, passed: 0 } }], 0, false, ['a: the suite has no tests.']],
  [
    'a suite failed outside its tests',
    [{ name: 'a', report: { ...good, success: false } }],
    1,
    false,
    ['a: the suite failed outside its tests.'],
  ],
  ['turbo failed for a reason of its own', [{ name: 'a', report: good }], 3, false, ['turbo ended with exit code 3.']],
  ['tests are skipped', [{ name: 'a', report: { ...good, skipped: 2 } }], 0, false, []],
  [
    'tests are skipped where all are asked for',
    [{ name: 'a', report: { ...good, skipped: 2 } }],
    0,
    true,
    ['Skipped tests: 2, where CI or HOLDFAST_REQUIRE_ALL asks for all.'],
  ],
])('tells when %s', (_what, results, turboCode, requireAll, problems) => {
  expect(problemsOf({ results, total: sumUp(results), turboCode, requireAll })).toEqual(problems)
})

it('a test file that does not load counts as one failed test', () => {
  const report = countReport({
    numPassedTests: 2,
    numFailedTests: 1,
    numPendingTests: 1,
    numTodoTests: 1,
    success: false,
    testResults: [
      { name: join(process.cwd(), 'test/broken.test.ts'), status: 'failed', message: 'Cannot find module', assertionResults: [] },
      {
        name: join(process.cwd(), 'test/red.test.ts'),
        status: 'failed',
        assertionResults: [
          { status: 'failed', fullName: 'adds up', failureMessages: [`expected 1 to be 2${'.'.repeat(1_000)}`] },
          { status: 'passed', fullName: 'is there', failureMessages: [] },
        ],
      },
      {
        name: join(process.cwd(), 'test/green.test.ts'),
        status: 'passed',
        assertionResults: [{ status: 'passed', fullName: 'holds', failureMessages: [] }],
      },
    ],
  })
  expect(report).toMatchObject({ passed: 2, failed: 2, skipped: 2, success: false })
  expect(report.failures.map((failure) => failure.slice(0, 60))).toEqual([
    'test/broken.test.ts: Cannot find module',
    'test/red.test.ts: adds up: expected 1 to be 2...............',
  ])
  expect(report.failures[1]?.length).toBeLessThan(500)
})

it('finds the packages with tests, and a report of an earlier run does not count for this one', () => {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-reports-'))
  for (const [path, scripts] of [
    ['packages/a', { test: 'vitest run' }] as const,
    ['packages/b', {}] as const,
    ['apps/c', { test: 'x' }] as const,
  ]) {
    mkdirSync(join(root, path, 'test-results'), { recursive: true })
    writeFileSync(join(root, path, 'package.json'), JSON.stringify({ name: path, scripts }))
    writeFileSync(join(root, path, 'test-results', 'vitest.json'), 'left by an earlier run')
  }
  const suites = findSuites(root)
  expect(suites.map(({ name }) => name)).toEqual(['apps/c', 'packages/a', 'scripts'])
  expect(suites.map(({ reportFile }) => readReport(reportFile))).toEqual([undefined, undefined, undefined])
  deleteReports(suites)
  expect(suites.map(({ reportFile }) => readReport(reportFile))).toEqual([undefined, undefined, undefined])
  rmSync(root, { recursive: true })
})

it.each([
  [{ CHROMIUM_PATH: '/opt/chromium' }, '/opt/chromium'],
  [{}, '/usr/bin/chromium-browser'],
])('with %j Chromium is %s', (env, expected) => {
  expect(findChromium(env, (path) => path === '/usr/bin/chromium-browser')).toBe(expected)
  expect(findChromium({}, () => false)).toBeUndefined()
})

it.each([
  [{}, false],
  [{ CI: 'true' }, true],
  [{ CI: 'false' }, false],
  [{ HOLDFAST_REQUIRE_ALL: '1' }, true],
  [{ HOLDFAST_REQUIRE_ALL: '0', CI: '' }, false],
])('with %j all tests must run: %s', (env, expected) => {
  expect(mustRunAll(env)).toBe(expected)
})
