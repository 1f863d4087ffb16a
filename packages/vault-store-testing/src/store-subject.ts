import { isVaultError, type VaultErrorCode, type VaultStore } from '@holdfast/vault-core'
import type { DescribeVaultStoreOptions, OpenStore } from './options.js'
import type { TestRunner } from './test-runner.js'

/** What a rule's test works with: a store of its own, and a tenant that no other test uses. */
export interface Scene extends OpenStore {
  readonly tenant: string
  /** Another connection to the same data, or the store itself where there is none. */
  another(): Promise<VaultStore>
}

/** The store under test, as the rules see it. */
export interface StoreSubject extends TestRunner {
  /** A test of one rule. The store is closed after it. */
  readonly rule: (name: string, test: (scene: Scene) => Promise<void>, timeoutMs?: number) => void
  readonly historySeeds: readonly number[]
  /** Asserts that the work is refused with this code. */
  readonly expectCode: (work: () => Promise<unknown>, code: VaultErrorCode, what?: string) => Promise<void>
}

let scenes = 0

/** A rule takes milliseconds; a busy machine and a real server may take longer. */
const DEFAULT_TIMEOUT_MS = 20_000

export function storeSubject({ open, describe, it, expect, historySeeds = [] }: DescribeVaultStoreOptions): StoreSubject {
  return {
    describe,
    it,
    expect,
    historySeeds,
    rule: (name, test, timeoutMs = DEFAULT_TIMEOUT_MS) => {
      it(
        name,
        async () => {
          const opened = await open()
          scenes += 1
          const others: VaultStore[] = []
          const another = async (): Promise<VaultStore> => {
            const other = await opened.another?.()
            if (other) others.push(other)
            return other ?? opened.store
          }
          try {
            await test({ ...opened, another, tenant: `conformance-${Date.now().toString(36)}-${scenes}` })
          } finally {
            for (const store of [...others, opened.store]) await closeQuietly(store)
          }
        },
        timeoutMs,
      )
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
