import type { Reporter } from 'vitest/node'
import { canariesIn } from '../../packages/vault-core/test/fixtures/canary.ts'

/** Every secret of the fixtures begins so. */
const CANARY = 'canary-'

/** A reporter that fails the run if anything that a test, or what it tests, prints holds a secret of the fixtures, in any shape. */
export function leakReporter(): Reporter {
  const leaks: string[] = []
  return {
    onUserConsoleLog({ content, type }: { readonly content: string; readonly type: string }): void {
      if (canariesIn(content, [CANARY]).length > 0) leaks.push(`${type}: ${content.length} characters`)
    },
    onTestRunEnd(): void {
      if (leaks.length === 0) return
      console.error(`Secrets of the fixtures were printed:\n  ${leaks.join('\n  ')}`)
      process.exitCode = 1
    },
  }
}
