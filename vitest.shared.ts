import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { leakReporter } from './scripts/tests/leak-reporter.ts'

export function sharedConfig(): ViteUserConfig {
  return defineConfig({
    resolve: { conditions: ['@holdfast/source'] },
    ssr: { resolve: { conditions: ['@holdfast/source', 'node', 'module', 'default'], externalConditions: ['node'] } },
    test: {
      include: ['test/**/*.test.ts'],
      // A machine that does much else at the same time is slow, and nothing is wrong with what it tests.
      testTimeout: 60_000,
      hookTimeout: 60_000,
      expect: { poll: { timeout: 40_000 } },
      reporters: ['default', ['json', { outputFile: 'test-results/vitest.json' }], leakReporter()],
    },
  })
}
