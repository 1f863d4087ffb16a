import { isVaultError, type VaultErrorCode, type VaultStore } from '@holdfast/vault-core'
import type { DescribeVaultStoreOptions, OpenStore } from './options.js'
import type { TestRunner } from './test-runner.js'

/** What a rule's test works with: a store of its own, and a tenant that no other test uses. */
export interface Scene extends OpenStore {
  readonly tenant: string
}

/** The store under test, as the rules see it. */
export interface StoreSubject extends TestRunner {
  /** A test of one rule. The store is closed after it. */
  readonly rule: (name: string, test: (scene: Scene) => Promise<void>) => void
  /** Asserts that the work is refused with this code. */
  readonly expectCode: (work: () => Promise<unknown>, code: VaultErrorCode, what?: string) => Promise<void>
}

let scenes = 0

export function storeSubject({ open, describe, it, expect }: DescribeVaultStoreOptions): StoreSubject {
  return {
    describe,
    it,
    expect,
    rule: (name, test) => {
      it(name, async () => {
        const opened = await open()
        scenes += 1
        try {
          await test({ ...opened, tenant: `conformance-${Date.now().toString(36)}-${scenes}` })
        } finally {
          await closeQuietly(opened.store)
        }
      })
    },
    expectCode: async (work, code, what = 'the call') => {
      let outcome = `${what} succeeded`
      try {
        await work()
      } catch (error) {
        outcome = isVaultError(error) ? error.code : `${what} threw ${String(error)}`
      }
      expect(outcome).toBe(code)
    },
  }
}

async function closeQuietly(store: VaultStore): Promise<void> {
  try {
    await store.close()
  } catch {
    // The rule about closing says whether that is right.
  }
}
