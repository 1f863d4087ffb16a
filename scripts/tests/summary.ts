import type { Report } from './reports.ts'

export interface Result {
  readonly name: string
  readonly report: Report | undefined
}

export interface Total {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** The sum over all suites. A suite without a report counts as one failed test. */
export function sumUp(results: readonly Result[]): Total {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const { report } of results) {
    total.passed += report?.passed ?? 0
    total.failed += report?.failed ?? 1
    total.skipped += report?.skipped ?? 0
  }
  return total
}

/** What went wrong beyond failed tests, each as one sentence. */
export function problemsOf(run: {
  readonly results: readonly Result[]
  readonly total: Total
  readonly turboCode: number
  readonly requireAll: boolean
}): string[] {
  const problems = run.results.flatMap(problemsOfSuite)
  if (run.requireAll && run.total.skipped > 0) {
    problems.push(`Skipped tests: ${run.total.skipped}, where CI or HOLDFAST_REQUIRE_ALL asks for all.`)
  }
  if (run.turboCode !== 0 && run.total.failed === 0 && problems.length === 0) problems.push(`turbo ended with exit code ${run.turboCode}.`)
  return problems
}

/** The closing line, in the form that CI reads. */
export function summaryLine({ passed, failed, skipped }: Total): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

function problemsOfSuite({ name, report }: Result): string[] {
  if (!report) return [`${name}: the suite left no report, so it did not run to its end.`]
  if (report.passed + report.failed + report.skipped === 0) return [`${name}: the suite has no tests.`]
  if (!report.success && report.failed === 0) return [`${name}: the suite failed outside its tests.`]
  return []
}
