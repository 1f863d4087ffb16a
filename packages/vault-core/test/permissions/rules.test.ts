import { describe, expect, it } from 'vitest'
import { isVaultError } from '../../src/errors.js'
import { parseAction } from '../../src/permissions/action.js'
import { parseResourcePattern } from '../../src/permissions/resource-pattern.js'
import { parseResourceUri } from '../../src/permissions/resource-uri.js'
import { allows } from './allows.js'

const CREDENTIALS = 'Authress:Connections/*/Users/*/Credentials'

/** Rule, grant, checked URI, covered. */
const resourceRules: readonly (readonly [string, string, string, boolean])[] = [
  ['a resource covers itself', '/a/b/c', '/a/b/c', true],
  ['a namespace is part of the first segment', 'Namespace:A/b/C', 'Namespace:A/b/C', true],
  ['another namespace is another resource', 'Namespace:A/b', 'Other:A/b', false],
  ['a namespace is not left out', 'Namespace:A', 'A', false],
  ['a trailing slash of the grant is ignored', '/a/b/', '/a/b', true],
  ['a trailing slash of the checked URI is ignored', '/a/b', '/a/b/', true],
  ['the leading slash of the grant is optional', 'a/b', '/a/b', true],
  ['the leading slash of the checked URI is optional', '/a/b', 'a/b', true],
  ['matching is by segment, not by prefix', '/doc', '/documents', false],
  ['matching is by segment, not by substring', '/b', '/a/b', false],
  ['case counts', '/Documents', '/documents', false],
  ['case counts in the namespace', CREDENTIALS, 'authress:connections/con_1/users/u_1/credentials', false],
  ['the grant is URL-decoded', '/a%20b', '/a b', true],
  ['the checked URI is URL-decoded', '/a b', '/a%20b', true],
  ['decoding happens once', '/a%2520b', '/a b', false],
  ['what is decoded once on both sides is equal', '/a%2520b', '/a%2520b', true],
  ['an encoded slash makes no segment', '/a/b', '/a%2Fb', false],
  ['an encoded slash stays inside its segment', '/a%2Fb', '/a%2Fb/c', true],
  ['an encoded colon is a colon', '/x%3Ay', '/x:y', true],
  ['/documents/* covers a child', '/documents/*', '/documents/A', true],
  ['/documents/* covers what is far below', '/documents/*', '/documents/B/sub/C', true],
  ['/documents covers a child', '/documents', '/documents/A', true],
  ['/documents covers what is far below', '/documents', '/documents/B/sub-documents/C/metadata', true],
  ['/documents/* does not cover /documents', '/documents/*', '/documents', false],
  ['/documents/* does not cover /documents/', '/documents/*', '/documents/', false],
  ['* covers everything: one segment', '*', 'documents', true],
  ['* covers everything: a namespace', '*', 'Vault:Connections/con_1/Users/u_1/Credentials', true],
  ['/* is * as well', '/*', '/a/b', true],
  ['a sub-resource never covers its parent', '/documents/A', '/documents', false],
  ['a sub-resource never covers its sibling', '/documents/A', '/documents/B', false],
  ['* in the middle is one segment', '/organizations/*/documents/*', '/organizations/o1/documents/d1', true],
  ['* in the middle and below', '/organizations/*/documents/*', '/organizations/o1/documents/d1/x/y', true],
  ['* in the middle is not two segments', '/organizations/*/documents/*', '/organizations/o1/o2/documents/d1', false],
  ['* in the middle is not no segment', '/organizations/*/documents/*', '/organizations/documents/d1', false],
  ['* at the end is at least one segment', '/organizations/*/documents/*', '/organizations/o1/documents', false],
  ['two * in a row are two segments at least', '/a/*/*', '/a/b', false],
  ['two * in a row', '/a/*/*', '/a/b/c/d', true],
  ['* at the beginning is one segment', '*/documents', 'a/documents', true],
  ['* at the beginning is not two segments', '*/documents', 'a/b/documents', false],
  ['a * inside a longer segment is a literal', '/doc*', '/documents', false],
  ['a * inside a longer segment equals itself', '/doc*', '/doc*', true],
  ['a * inside a colon part is a literal', 'ns:doc*', 'ns:documents', false],
  ['a part is a wildcard', 'namespace:*/resources/lower-namespace:*/nested', 'namespace:n/resources/lower-namespace:l/nested', true],
  ['a part that is a wildcard needs a part', 'namespace:*', 'namespace', false],
  ['a part that is a wildcard is one part', 'namespace:*', 'namespace:a:b', false],
  ['the other part counts', 'namespace:*', 'other:a', false],
  ['the first part may be the wildcard', '*:Connections', 'Any:Connections/x', true],
  ['a part in the middle may be the wildcard', 'a:*:c', 'a:b:c', true],
  ['what lies below a part wildcard is covered', 'namespace:*', 'namespace:a/b', true],
  ['a whole * takes a segment with colons', '/a/*/c', '/a/x:y:z/c', true],
  ['a part wildcard takes no empty part of an id', 'a/b:*', 'a/b%3A', false],
  ['credentials', CREDENTIALS, 'Authress:Connections/con_1/Users/u_1/Credentials', true],
  ['below credentials', CREDENTIALS, 'Authress:Connections/con-1/Users/u|1/Credentials/x', true],
  ['credentials do not cover the user', CREDENTIALS, 'Authress:Connections/con_1/Users/u_1', false],
  ['credentials do not cover the connection', CREDENTIALS, 'Authress:Connections/con_1', false],
  ['credentials do not cover something else of the user', CREDENTIALS, 'Authress:Connections/con_1/Users/u_1/Other', false],
  ['credentials: one segment each', CREDENTIALS, 'Authress:Connections/a/b/Users/u/Credentials', false],
  ['one connection', 'Authress:Connections/google/Users/*/Credentials', 'Authress:Connections/google/Users/u/Credentials', true],
  ['not another connection', 'Authress:Connections/google/Users/*/Credentials', 'Authress:Connections/github/Users/u/Credentials', false],
  ['one user', 'Authress:Connections/*/Users/u1/Credentials', 'Authress:Connections/c/Users/u1/Credentials', true],
  ['not another user', 'Authress:Connections/*/Users/u1/Credentials', 'Authress:Connections/c/Users/u2/Credentials', false],
  ['all connections by cascade', 'Authress:Connections', 'Authress:Connections/c/Users/u/Credentials', true],
  ['all connections by wildcard', 'Authress:Connections/*', 'Authress:Connections/c/Users/u/Credentials', true],
  ['the whole namespace', 'Authress:*', 'Authress:Connections/c/Users/u/Credentials', true],
  ['a * that is asked for is no wildcard', '/documents/A', '/documents/*', false],
  ['a * that is asked for needs a grant on every value', '/documents/*', '/documents/*', true],
  ['a * that is asked for is covered from above', '/documents', '/documents/*', true],
  ['a * in the middle that is asked for', '/a/*/c', '/a/*/c', true],
  ['a * in the middle that is asked for, and one value granted', '/a/b/c', '/a/*/c', false],
  ['an encoded * that is asked for is the same', '/documents/A', '/documents/%2A', false],
  ['a part * that is asked for needs a grant on every value', 'ns:*', 'ns:*', true],
  ['a part * that is asked for is no wildcard', 'ns:a', 'ns:*', false],
  ['everything that is asked for needs everything', '*', '*', true],
  ['everything that is asked for is not a part of it', 'documents', '*', false],
]

describe('resources', () => {
  it.each(resourceRules)('%s: %s on %s', (_rule, grant, checked, covered) => {
    expect(allows([{ action: 'read', resourceUri: grant }], 'read', checked)).toBe(covered)
  })

  const spelled = resourceRules.filter(([, grant, checked]) => /^\/?Authress:/.test(grant) || /^\/?Authress:/.test(checked))
  const vault = (uri: string): string => uri.replace('Authress:', 'Vault:')

  it('has rules to spell both ways', () => {
    expect(spelled.length).toBeGreaterThan(12)
  })

  it.each(spelled)('%s, whichever of Vault: and Authress: is written where: %s on %s', (_rule, grant, checked, covered) => {
    for (const [grantText, checkedText] of [
      [vault(grant), checked],
      [grant, vault(checked)],
      [vault(grant), vault(checked)],
    ] as const) {
      expect(allows([{ action: 'read', resourceUri: grantText }], 'read', checkedText), `${grantText} on ${checkedText}`).toBe(covered)
    }
  })

  it('takes Authress: for Vault: only at the beginning', () => {
    expect(allows([{ action: 'read', resourceUri: 'a/Authress:x' }], 'read', 'a/Vault:x')).toBe(false)
    expect(allows([{ action: 'read', resourceUri: 'Authress' }], 'read', 'Vault')).toBe(false)
    expect(allows([{ action: 'read', resourceUri: '/Authress:x' }], 'read', 'Vault:x/')).toBe(true)
    expect(allows([{ action: 'read', resourceUri: 'Authress%3Ax' }], 'read', 'Vault:x')).toBe(true)
  })
})

/** Rule, granted action, checked action, covered. */
const actionRules: readonly (readonly [string, string, string, boolean])[] = [
  ['an action covers itself', 'documents:read', 'documents:read', true],
  ['case does not matter', 'READ', 'read', true],
  ['case does not matter the other way', 'read', 'ReAd', true],
  ['a parent implies its children', 'documents', 'documents:read', true],
  ['a parent implies what is far below', 'documents', 'documents:flat-documents:read', true],
  ['documents:* implies documents:read', 'documents:*', 'documents:read', true],
  ['documents:* is documents', 'documents:*', 'documents', true],
  ['documents is documents:*', 'documents', 'documents:*', true],
  ['documents:flat-documents:* implies its child', 'documents:flat-documents:*', 'documents:flat-documents:read', true],
  ['* implies all', '*', 'documents:flat-documents:read', true],
  ['* implies *', '*', '*', true],
  ['a child does not imply its parent', 'documents:read', 'documents', false],
  ['a child does not imply all children', 'documents:read', 'documents:*', false],
  ['an action does not imply all', 'documents', '*', false],
  ['order matters', 'documents:*', 'read:documents', false],
  ['matching is by part, not by prefix', 'doc', 'documents', false],
  ['a * between is one part', 'documents:*:read', 'documents:flat:read', true],
  ['a * between is not another action', 'documents:*:read', 'documents:flat:write', false],
  ['a * between is not two parts', 'documents:*:read', 'documents:a:b:read', false],
  ['a * between that is asked for is no wildcard', 'documents:flat:read', 'documents:*:read', false],
  ['a sibling is not covered', 'documents:read', 'documents:write', false],
]

describe('actions', () => {
  it.each(actionRules)('%s: %s for %s', (_rule, granted, checked, covered) => {
    expect(allows([{ action: granted, resourceUri: '/a' }], checked, '/a')).toBe(covered)
  })

  it.each(['', ':', 'a:', ':a', 'a::b', 'do*', 'a b', 'a/b', 'é', '\u212a', '**', 'a'.repeat(65)])('refuses %j', (text) => {
    expect(() => parseAction(text, 'permission')).toThrow(
      expect.objectContaining({ code: 'invalid_request', facts: { fields: { permission: expect.any(String) } } }),
    )
  })

  it('takes an action as long as may be', () => {
    expect(parseAction('a'.repeat(64)).parts).toEqual(['a'.repeat(64)])
  })
})

describe('deny by default', () => {
  it('allows nothing without a grant', () => {
    expect(allows([], 'read', '/a')).toBe(false)
  })

  it('needs action and resource in one grant', () => {
    const grants = [
      { action: 'read', resourceUri: '/a' },
      { action: 'write', resourceUri: '/b' },
    ]
    expect(allows(grants, 'read', '/a')).toBe(true)
    expect(allows(grants, 'write', '/a')).toBe(false)
    expect(allows(grants, 'read', '/b')).toBe(false)
  })

  it('only adds: a narrow grant after or before a broad one takes nothing away', () => {
    const broad = { action: 'read', resourceUri: '/a/*' }
    const narrow = { action: 'read', resourceUri: '/a/b/c' }
    for (const grants of [
      [broad, narrow],
      [narrow, broad],
    ]) {
      expect(allows(grants, 'read', '/a/x')).toBe(true)
      expect(allows(grants, 'read', '/a/b/c/d')).toBe(true)
    }
  })

  it('tries the wildcard when the literal branch leads nowhere', () => {
    const grants = [
      { action: 'read', resourceUri: '/a/b/c' },
      { action: 'read', resourceUri: '/a/*/d' },
      { action: 'read', resourceUri: '/x:*/d' },
      { action: 'read', resourceUri: '/x:y/c' },
      { action: 'doc:read', resourceUri: '/q' },
      { action: '*:write', resourceUri: '/q' },
    ]
    expect(allows(grants, 'read', '/a/b/d')).toBe(true)
    expect(allows(grants, 'read', '/x:y/d')).toBe(true)
    expect(allows(grants, 'doc:write', '/q')).toBe(true)
  })
})

describe('bad URIs', () => {
  const bad = [
    '',
    '/',
    '//',
    '//a',
    'a//',
    'a//b',
    ':',
    'a:',
    ':a',
    'a::b',
    'a/:',
    '%',
    '%2',
    '%zz',
    '%C3',
    '%ff',
    '\ud800',
    `${'a/'.repeat(16)}a`,
    'a'.repeat(2049),
  ]

  it.each(bad)('%j is neither a grant nor a check', (text) => {
    for (const parse of [parseResourcePattern, parseResourceUri]) {
      try {
        parse(text, 'statements[0].resourceUri')
        expect.unreachable()
      } catch (error) {
        expect(isVaultError(error, 'invalid_request')).toBe(true)
        expect(error).toHaveProperty('facts.fields', { 'statements[0].resourceUri': expect.any(String) })
      }
    }
  })

  it.each(['%2A', 'a/%2A', '%2a/b', 'a:%2A', 'a%3A*', '*%3Aa', '*:%2A'])('%j would grant the one value "*", and is refused', (text) => {
    expect(() => parseResourcePattern(text)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })

  it.each(['a%2Ab', 'a*', '*a', '**', '%25', 'a/..', 'a/./b', 'é', 'a?b#c', '*/', '/*/'])('%j is a grant', (text) => {
    expect(parseResourcePattern(text).segments.length).toBeGreaterThan(0)
  })

  it('takes 16 segments', () => {
    expect(parseResourceUri(`/${'a/'.repeat(16)}`).segments).toHaveLength(16)
  })

  it('refuses what is no text', () => {
    const values = [undefined, null, 1, {}, { segments: [] }, { segments: [''] }, { segments: 'a' }, ['a'], { segments: ['a', 1] }]
    for (const value of values) {
      // What a caller without types may pass.
      expect(() => Reflect.apply(parseResourceUri, undefined, [value]), JSON.stringify(value)).toThrow(
        expect.objectContaining({ code: 'invalid_request' }),
      )
    }
  })
})
