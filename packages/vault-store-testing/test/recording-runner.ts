import { expect } from 'vitest'
import { type DescribeVaultStoreOptions, describeVaultStore } from '../src/index.js'

/** Runs the suite against a store, and returns the names of the rules that it broke. */
export async function brokenRules(open: DescribeVaultStoreOptions['open']): Promise<readonly string[]> {
  const groups: string[] = []
  const tests: { readonly name: string; readonly run: () => Promise<void> }[] = []
  describeVaultStore({
    name: 'under test',
    open,
    describe: (name, define) => {
      groups.push(name)
      define()
      groups.pop()
    },
    it: (name, run) => tests.push({ name: `${groups.at(-1)} ${name}`, run }),
    expect,
  })
  const broken: string[] = []
  for (const { name, run } of tests) {
    try {
      await run()
    } catch {
      broken.push(name)
    }
  }
  return broken
}
