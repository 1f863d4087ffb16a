import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { chromiumArgs, chromiumFor } from '../../vitest.chromium.ts'
import { sharedConfig } from '../../vitest.shared.ts'

// The core is pure, so its tests run twice: on Node and, all but `*.node.test.ts`, in a real browser.
const chromium = chromiumFor('the browser run of the tests of vault-core')
const shared = sharedConfig()

const node: TestProjectInlineConfiguration = { extends: true, test: { name: 'node' } }

const browser = (executablePath: string): TestProjectInlineConfiguration => ({
  extends: true,
  optimizeDeps: { include: ['fast-check', 'oauth4webapi'] },
  test: {
    name: 'chromium',
    exclude: ['**/node_modules/**', 'test/**/*.node.test.ts'],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { executablePath, args: [...chromiumArgs] } }),
      instances: [{ browser: 'chromium' }],
    },
  },
})

export default defineConfig({ ...shared, test: { ...shared.test, projects: chromium ? [node, browser(chromium)] : [node] } })
