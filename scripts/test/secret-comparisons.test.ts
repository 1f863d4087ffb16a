import { expect, it } from 'vitest'
import { workspaceRoot } from '../bootstrap/pins.mjs'
import { findSecretComparisons } from '../boundaries/secret-comparisons.ts'
import { readWorkspacePackages } from '../boundaries/workspace-packages.ts'

it.each(['===', '!==', '==', '!='])('a secret that is compared by %s is found, on either side', (operator) => {
  for (const line of [`if (a.reveal() ${operator} b) f()`, `const c = (b ${operator} x?.y.reveal())`])
    expect(findSecretComparisons(['a.ts'], () => `f()\n${line}\n`)).toMatchObject([{ file: 'a.ts', line: 2 }])
})

it('a secret that is revealed for another reason is none', () => {
  const harmless = "send(a.reveal())\nif (a.equals(b)) f()\nif (a === undefined) f('a.reveal() === b')"
  expect(findSecretComparisons(['a.ts'], () => harmless)).toEqual([])
})

it('the workspace as it stands compares none', () => {
  expect(findSecretComparisons(readWorkspacePackages(workspaceRoot).flatMap(({ sources }) => sources))).toEqual([])
})
