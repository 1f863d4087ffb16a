import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGrantMatcher } from '../../src/permissions/matcher.js'
import { parseResourcePattern } from '../../src/permissions/resource-pattern.js'
import { credentialsUri, parseResourceUri, type ResourceUri, resourceUri } from '../../src/permissions/resource-uri.js'

const covers = (grant: string, uri: ResourceUri): boolean =>
  createGrantMatcher([{ action: { parts: [] }, resource: parseResourcePattern(grant) }]).covers({ parts: ['read'] }, uri)

/** Ids of any characters, with many of those that mean something elsewhere. */
const hostileId = fc.oneof(
  fc.string({
    unit: fc.constantFrom('/', ':', '*', '%', '|', '@', ' ', '.', '2', 'F', 'a', 'é', '\0', '\n', 'Users', 'Credentials'),
    minLength: 1,
    maxLength: 12,
  }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  fc.constantFrom(
    '*',
    '**',
    '.',
    '..',
    '/',
    '%2F',
    '%2A',
    '%252F',
    'a/b',
    'a:b',
    ':',
    '::',
    'a:',
    ':*',
    '*:*',
    '__proto__',
    'constructor',
    'Vault:Connections',
    'u/Credentials',
  ),
)
const grantable = (id: string): boolean => !id.split(':').includes('*')

describe('a URI built from ids', () => {
  it('keeps every id as one segment', () => {
    fc.assert(
      fc.property(hostileId, hostileId, (connectionId, userId) => {
        const uri = resourceUri('Vault', ['Connections', connectionId, 'Users', userId, 'Credentials'])
        expect(uri.segments).toEqual(['Vault:Connections', connectionId, 'Users', userId, 'Credentials'])
        expect(uri).toEqual(credentialsUri(connectionId, userId))
      }),
      { numRuns: 2000 },
    )
  })

  it('is covered by the wildcards for its ids, and by no grant of another shape', () => {
    fc.assert(
      fc.property(hostileId, hostileId, (connectionId, userId) => {
        const uri = credentialsUri(connectionId, userId)
        for (const grant of [
          'Authress:Connections/*/Users/*/Credentials',
          'Vault:Connections/*/Users/*',
          'Vault:Connections',
          '*',
          'Vault:*',
        ]) {
          expect(covers(grant, uri), grant).toBe(true)
        }
        for (const grant of [
          'Vault:Connections/*/*/Users/*/Credentials',
          'Vault:Connections/*/Users/*/*/Credentials',
          'Vault:Connections/*/Users/*/Credentials/*',
          'Vault:*/Somewhere',
          'Vault:*:*',
        ]) {
          expect(covers(grant, uri), grant).toBe(false)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('is covered by a grant that names its ids encoded, and by none that names others', () => {
    const outcomes = { covered: 0, not: 0 }
    fc.assert(
      fc.property(hostileId, hostileId, (granted, asked) => {
        fc.pre(grantable(granted))
        const grant = `Vault:Connections/c/Users/${encodeURIComponent(granted)}/Credentials`
        expect(covers(grant, credentialsUri('c', granted))).toBe(true)
        expect(covers(grant, credentialsUri('c', asked))).toBe(asked === granted)
        outcomes[asked === granted ? 'covered' : 'not'] += 1
      }),
      { numRuns: 5000, seed: 41 },
    )
    expect(outcomes.covered).toBeGreaterThan(10)
    expect(outcomes.not).toBeGreaterThan(1000)
  })

  it('is the URI that its text stands for when each id is encoded', () => {
    fc.assert(
      fc.property(fc.array(hostileId, { minLength: 1, maxLength: 15 }), (ids) => {
        const text = `Vault:Things/${ids.map(encodeURIComponent).join('/')}`
        fc.pre(text.length <= 2048)
        expect(parseResourceUri(text)).toEqual(resourceUri('Authress', ['Things', ...ids]))
      }),
      { numRuns: 2000 },
    )
  })

  it('is covered by a grant with the id as it is, colons and all', () => {
    expect(covers('Vault:Connections/c/Users/google:12|3/Credentials', credentialsUri('c', 'google:12|3'))).toBe(true)
    expect(covers('Vault:Connections/c/Users/google:*/Credentials', credentialsUri('c', 'google:12|3'))).toBe(true)
    expect(covers('Vault:Connections/c/Users/google:*/Credentials', credentialsUri('c', 'google:1:2'))).toBe(false)
    expect(covers('Vault:Connections/c/Users/google:*/Credentials', credentialsUri('c', 'github:1'))).toBe(false)
  })

  it('is never a wildcard', () => {
    expect(covers('Vault:Connections/c/Users/u1/Credentials', credentialsUri('c', '*'))).toBe(false)
    expect(covers('Vault:Connections/c/Users/a:b/Credentials', credentialsUri('c', 'a:*'))).toBe(false)
    expect(covers('Vault:Connections/c/Users/*/Credentials', credentialsUri('c', '*'))).toBe(true)
  })

  it('takes the alias for the namespace, and no namespace at all', () => {
    expect(resourceUri('Authress', ['A']).segments).toEqual(['Vault:A'])
    expect(resourceUri('Mine', ['A']).segments).toEqual(['Mine:A'])
    expect(resourceUri('', ['a', 'b']).segments).toEqual(['a', 'b'])
    expect(resourceUri('', ['a:b']).segments).toEqual(['a:b'])
  })

  it.each([
    ['namespace', 'a:b', ['x']],
    ['namespace', 'a/b', ['x']],
    ['namespace', '*', ['x']],
    ['segments', 'Vault', []],
    ['segments', 'Vault', Array.from({ length: 17 }, () => 'a')],
    ['segments[1]', 'Vault', ['a', '']],
    ['segments[0]', 'Vault', ['\udc00']],
    ['segments[0]', '', ['Vault:Connections', 'c']],
    ['segments[0]', '', ['Authress:Connections', 'c']],
  ])('names %s when it is wrong: %s %j', (field, namespace, segments) => {
    expect(() => resourceUri(namespace, segments)).toThrow(
      expect.objectContaining({ code: 'invalid_request', facts: { fields: { [field]: expect.any(String) } } }),
    )
  })

  it('that somebody put together by hand is checked as well', () => {
    expect(parseResourceUri({ segments: ['Authress:Connections', 'c'] }).segments).toEqual(['Vault:Connections', 'c'])
  })
})

describe('the text of a URI', () => {
  it('is parsed or refused as invalid_request, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('/', ':', '*', '%', '2', 'F', 'a') })),
        (text) => {
          for (const parse of [parseResourceUri, parseResourcePattern]) {
            try {
              expect(parse(text, 'resource').segments.length).toBeGreaterThan(0)
            } catch (error) {
              expect(error).toHaveProperty('code', 'invalid_request')
            }
          }
        },
      ),
      { numRuns: 5000 },
    )
  })
})
