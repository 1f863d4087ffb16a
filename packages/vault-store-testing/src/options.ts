import type { VaultStore } from '@holdfast/vault-core'
import type { TestRunner } from './test-runner.js'

/** A store, and a way to let its own clock run. */
export interface OpenStore {
  readonly store: VaultStore
  /** Lets `ms` milliseconds pass on the store's clock: moves an injected clock, or waits. */
  elapse(ms: number): Promise<void> | void
  /** Another connection to the same data, as another process has one. Where it can be had, clients of the tests are spread over both. */
  another?(): Promise<VaultStore> | VaultStore
}

export interface DescribeVaultStoreOptions extends TestRunner {
  /** Names the store in the report. */
  readonly name: string
  /** Opens an empty store, or one in which nobody else uses the tenants that begin with `conformance-`. Called once for each test. */
  readonly open: () => Promise<OpenStore> | OpenStore
  /** Seeds of histories to run besides the usual ones: those that a failure named. */
  readonly historySeeds?: readonly number[]
}
