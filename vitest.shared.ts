import { defineConfig, type ViteUserConfig } from 'vitest/config'

export function sharedConfig(): ViteUserConfig {
  return defineConfig({
    resolve: { conditions: ['@holdfast/source'] },
    ssr: { resolve: { conditions: ['@holdfast/source', 'node', 'module', 'default'], externalConditions: ['node'] } },
    test: { include: ['test/**/*.test.ts'], reporters: ['default', ['json', { outputFile: 'test-results/vitest.json' }]] },
  })
}
