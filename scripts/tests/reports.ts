import { existsSync, globSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** A package with a `test` script, and where vitest writes its report. */
export interface Suite {
  readonly name: string
  readonly reportFile: string
}

export interface Report {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly success: boolean
  /** What failed: file, test and the beginning of what was said. */
  readonly failures: readonly string[]
}

/** Every package and app with tests, and the tests of the scripts themselves. */
export function findSuites(root: string): Suite[] {
  const manifests = globSync('{packages,apps}/*/package.json', { cwd: root }).toSorted()
  const suites = manifests.flatMap((manifest) => {
    const { name, scripts } = JSON.parse(readFileSync(join(root, manifest), 'utf8'))
    return scripts?.test ? [{ name, reportFile: join(root, dirname(manifest), 'test-results', 'vitest.json') }] : []
  })
  return [...suites, { name: 'scripts', reportFile: join(root, 'scripts', 'test-results', 'vitest.json') }]
}

/** A report left by an earlier run would hide that a suite never ran. */
export function deleteReports(suites: readonly Suite[]): void {
  for (const suite of suites) rmSync(suite.reportFile, { force: true })
}

/** Undefined where the suite left no report that can be read. */
export function readReport(file: string): Report | undefined {
  if (!existsSync(file)) return undefined
  try {
    return countReport(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}

/** What we read of the file that vitest's JSON reporter writes. */
export interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly success: boolean
  readonly testResults: readonly TestFile[]
}

interface TestFile {
  readonly name: string
  readonly status: string
  /** Why it did not load. */
  readonly message?: string
  readonly assertionResults: readonly {
    readonly status: string
    readonly fullName: string
    readonly failureMessages: readonly string[] | null
  }[]
}

/** A test file that fails to load has no tests to count, so it counts as one failed test. */
export function countReport(json: VitestReport): Report {
  const unloaded = json.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
  return {
    passed: json.numPassedTests,
    failed: json.numFailedTests + unloaded,
    skipped: json.numPendingTests + json.numTodoTests,
    success: json.success,
    failures: json.testResults.flatMap(failuresOf),
  }
}

function failuresOf({ name, status, message, assertionResults }: TestFile): string[] {
  const file = relative(process.cwd(), name)
  if (status === 'failed' && assertionResults.length === 0) return [`${file}: ${beginningOf(message ?? 'does not load')}`]
  return assertionResults
    .filter((test) => test.status === 'failed')
    .map(({ fullName, failureMessages }) => `${file}: ${fullName}: ${beginningOf(failureMessages?.[0] ?? 'failed')}`)
}

/** Enough to know what is wrong; the whole stands where the suite ran. */
function beginningOf(message: string): string {
  return message.slice(0, 400).trimEnd()
}
