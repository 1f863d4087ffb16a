import { expect } from 'vitest'
import { type DescribeVaultStoreOptions, describeVaultStore } from '../src/index.js'

/** A rule on the memory store takes far less; one that hangs is broken. */
const PATIENCE_MS = 4_000

/** Runs the rules whose names match against a store. Returns how many there were, and the names of those that it broke. */
export async function brokenRules(
  open: DescribeVaultStoreOptions['open'],
  only: RegExp = /./,
): Promise<{ readonly run: number; readonly broken: readonly string[] }> {
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
  const wanted = tests.filter(({ name }) => only.test(name))
  const broken: string[] = []
  for (const { name, run } of wanted) if (!(await passes(run))) broken.push(name)
  return { run: wanted.length, broken }
}

async function passes(run: () => Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const impatience = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, false)
  })
  const verdict = run().then(
    () => true,
    () => false,
  )
  return Promise.race([verdict, impatience]).finally(() => clearTimeout(timer))
}
