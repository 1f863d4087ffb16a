export { describeVaultStore } from './describe-vault-store.js'
export { type FaultyStore, faultyStore } from './faulty-store.js'
export type { DescribeVaultStoreOptions, OpenStore } from './options.js'
export type { Expectation, TestRunner } from './test-runner.js'
