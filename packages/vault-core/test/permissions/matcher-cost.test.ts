import { describe, expect, it } from 'vitest'
import { parseAction } from '../../src/permissions/action.js'
import { createGrantMatcher } from '../../src/permissions/matcher.js'
import { parseResourcePattern } from '../../src/permissions/resource-pattern.js'
import type { ResourceUri } from '../../src/permissions/resource-uri.js'

/** Counts how often the segments of the URI are looked at: a measure of work that no machine's speed disturbs. */
function looksFor(grantCount: number): number {
  const grants = Array.from({ length: grantCount }, (_, index) => ({
    action: parseAction(index % 2 ? 'read' : 'documents:*'),
    resource: parseResourcePattern(
      ['Vault:Connections/*/Users/x/Credentials', 'a/b:*/c', 'a/*/c', 'a/b/c'][index % 4]?.replace(/[xc]$|x(?=\/)/, `u${index}`) ?? '',
    ),
  }))
  const matcher = createGrantMatcher(grants)
  let looks = 0
  const counted = (texts: readonly string[]): ResourceUri => ({
    segments: new Proxy(texts, {
      get(target, property, receiver) {
        looks += 1
        return Reflect.get(target, property, receiver)
      },
    }),
  })
  for (const texts of [
    ['Vault:Connections', 'c', 'Users', 'nobody', 'Credentials'],
    ['a', 'b:x', 'nothing'],
    ['a', 'b', 'nothing'],
    ['z'],
  ]) {
    expect(matcher.covers(parseAction('read'), counted(texts))).toBe(false)
  }
  return looks
}

describe('the work of a check', () => {
  it('does not grow with the number of grants', () => {
    const few = looksFor(100)
    expect(few).toBeGreaterThan(4)
    expect(looksFor(10_000)).toBe(few)
    expect(looksFor(50_000)).toBe(few)
  })
})
