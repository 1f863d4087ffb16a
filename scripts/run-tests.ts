// `npm test`: every suite of the workspace through turbo, at most two at a time, and then one line with the sum of all of them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { advice, findChromium, mustRunAll } from '../vitest.chromium.ts'
import { findGlewlwyd, glewlwydAdvice } from '../vitest.glewlwyd.ts'
import { spawnForeground } from './bootstrap/child.mjs'
import { workspaceRoot } from './bootstrap/pins.mjs'
import { ensureServices } from './services/find-services.ts'
import { deleteReports, findSuites, readReport } from './tests/reports.ts'
import { problemsOf, summaryLine, sumUp } from './tests/summary.ts'

// What is given behind `--` goes to turbo, `--filter=@holdfast/vault-core` for one; then only the suites that ran count.
const extra = process.argv.slice(2)
const suites = findSuites(workspaceRoot)
deleteReports(suites)
const requireAll = mustRunAll(process.env)
const services = await ensureServices(process.env, requireAll)
const notices = [browserNotice(), secondServerNotice(), ...services.notices.map((notice) => `\n${notice}\n`)].filter(
  (notice) => notice !== '',
)
for (const notice of notices) console.error(notice)

const turboArgs = ['run', 'test', 'test:scripts', '--concurrency=2', '--continue', ...extra]
const turboEnv = { ...process.env, ...services.env }
const turboCode = await spawnForeground('turbo', turboArgs, { cwd: workspaceRoot, env: turboEnv }).finally(() => services.stop())

const reports = suites.map((suite) => ({ name: suite.name, report: readReport(suite.reportFile) }))
const results = extra.length > 0 ? reports.filter(({ report }) => report) : reports
const total = sumUp(results)
const problems = [...services.problems, ...problemsOf({ results, total, turboCode, requireAll })]

for (const notice of notices) console.error(notice)
for (const problem of problems) console.error(problem)
const failures = results.flatMap(({ name, report }) => (report?.failures ?? []).map((failure) => `${name} ${failure}`))
if (failures.length > 0) console.error(`\nFailed:\n\n${failures.join('\n\n')}`)
const failed = Math.max(total.failed, problems.length > 0 ? 1 : 0)
const line = summaryLine({ ...total, failed })
mkdirSync(join(workspaceRoot, 'test-results'), { recursive: true })
writeFileSync(join(workspaceRoot, 'test-results', 'summary.txt'), `${line}\n`)
writeFileSync(join(workspaceRoot, 'test-results', 'failures.txt'), failures.map((failure) => `${failure}\n\n`).join(''))
console.log(`\n${line}`)
process.exitCode = failed > 0 ? 1 : 0

function browserNotice(): string {
  if (findChromium(process.env)) return ''
  return requireAll
    ? `\nThere is no Chromium, and CI or HOLDFAST_REQUIRE_ALL asks for all tests: those in a browser fail. ${advice}\n`
    : `\nSKIPPED: the tests in a browser, because there is no Chromium. ${advice}\n`
}

function secondServerNotice(): string {
  if (findGlewlwyd()) return ''
  return requireAll
    ? `\nThere is no glewlwyd, and CI or HOLDFAST_REQUIRE_ALL asks for all tests: those with a second authorization server fail. ${glewlwydAdvice}\n`
    : `\nSKIPPED: the tests with a second authorization server, because there is no glewlwyd. ${glewlwydAdvice}\n`
}
