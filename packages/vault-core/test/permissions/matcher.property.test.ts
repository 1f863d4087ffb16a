import { describe, expect, it } from 'vitest'
import { allows, type GrantText } from './allows.js'
import { oracleAllows } from './naive-oracle.js'
import { createGenerator } from './permission-generator.js'

const RUNS = 120_000

describe('the index', () => {
  it(`agrees with the rules on ${RUNS} generated sets of grants`, { timeout: 120_000 }, () => {
    const generate = createGenerator(20_251)
    const seen = { allowed: 0, denied: 0, allowedByWildcard: 0, deniedAlmost: 0 }
    for (let run = 0; run < RUNS; run += 1) {
      const { grants, action, uri } = generate.case()
      const expected = oracleAllows(grants, action, uri)
      if (allows(grants, action, uri) !== expected) expect.fail(`${JSON.stringify(grants)} for ${action} on ${uri} should be ${expected}`)
      seen[expected ? 'allowed' : 'denied'] += 1
      if (expected && grants.every((grant) => grant.resourceUri.includes('*'))) seen.allowedByWildcard += 1
      if (!expected && oracleAllows(grants.map(withAllActions), action, uri)) seen.deniedAlmost += 1
    }
    expect(seen.allowed).toBeGreaterThan(RUNS / 5)
    expect(seen.denied).toBeGreaterThan(RUNS / 5)
    expect(seen.allowedByWildcard).toBeGreaterThan(RUNS / 50)
    expect(seen.deniedAlmost).toBeGreaterThan(RUNS / 50)
  })

  it('only ever allows more when a grant is added', () => {
    const generate = createGenerator(7)
    let allowed = 0
    for (let run = 0; run < 20_000; run += 1) {
      const { grants, action, uri } = generate.case()
      if (!allows(grants, action, uri)) continue
      allowed += 1
      const more = [...generate.case().grants, ...grants, ...generate.case().grants]
      expect(allows(more, action, uri), `${JSON.stringify(more)} for ${action} on ${uri}`).toBe(true)
    }
    expect(allowed).toBeGreaterThan(4000)
  })

  it('asked about the union says what it says of one of the parts', () => {
    const generate = createGenerator(8)
    for (let run = 0; run < 20_000; run += 1) {
      const { grants, action, uri } = generate.case()
      expect(allows(grants, action, uri)).toBe(grants.some((grant) => allows([grant], action, uri)))
    }
  })

  it('lets a wildcard cover whatever a literal in its place covers', () => {
    const generate = createGenerator(9)
    let allowed = 0
    for (let run = 0; run < 20_000; run += 1) {
      const { grants, action, uri } = generate.case()
      if (!allows(grants, action, uri)) continue
      allowed += 1
      for (const wider of [generate.widenOneSegment, withAllActions]) expect(allows(grants.map(wider), action, uri)).toBe(true)
    }
    expect(allowed).toBeGreaterThan(4000)
  })

  it('covers every resource below one that is covered, and every action below', () => {
    const generate = createGenerator(10)
    let allowed = 0
    for (let run = 0; run < 20_000; run += 1) {
      const { grants, action, uri } = generate.case()
      if (!allows(grants, action, uri)) continue
      allowed += 1
      expect(allows(grants, action, `${uri.replace(/\/$/, '')}/below`)).toBe(true)
      expect(allows(grants, `${action.replace(/:\*$/, '').replace(/^\*$/, 'a')}:below`, uri)).toBe(true)
    }
    expect(allowed).toBeGreaterThan(4000)
  })

  it('never lets a grant on a resource cover its parent', () => {
    const generate = createGenerator(11)
    for (let run = 0; run < 20_000; run += 1) {
      const parent = generate.uri()
      const child = `${parent.replace(/\/$/, '')}/${generate.segment()}`
      expect(allows([{ action: '*', resourceUri: child }], 'read', parent), `${child} on ${parent}`).toBe(false)
    }
  })
})

function withAllActions(grant: GrantText): GrantText {
  return { ...grant, action: '*' }
}
