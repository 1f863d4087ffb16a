import { describe, expect, it } from 'vitest'
import { isVaultError } from '../../src/errors.js'
import { parseConnection } from '../../src/model/parse-connection.js'

const url = 'https://p.example/revoke'
const connection = { connectionId: 'p', issuer: 'https://p.example', clientId: 'c', clientSecret: 's3cret' }

function problemsOf(revocation: unknown, more: object = {}): Readonly<Record<string, string>> {
  try {
    parseConnection({ ...connection, ...more, revocation })
  } catch (error) {
    if (isVaultError(error, 'invalid_configuration')) return error.facts.fields ?? {}
    throw error
  }
  return {}
}

describe('a revocation of a provider’s own', () => {
  it('is kept as it is given, and cannot be changed afterwards', () => {
    const given = {
      url: `${url}?app=1`,
      method: 'DELETE',
      tokens: 'access_token',
      token: { in: 'json', name: 'access_token' },
      clientAuthentication: 'client_secret_post',
      parameters: { reason: 'disconnected' },
      headers: { 'x-version': '2' },
      successField: 'ok',
      unknownToken: [404, 'gone'],
    } as const
    const { revocation } = parseConnection({ ...connection, revocation: given })
    expect(revocation).toEqual(given)
    for (const part of [revocation, revocation?.token, revocation?.parameters, revocation?.headers, revocation?.unknownToken]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
    expect(parseConnection({ ...connection, revocation: { url } }).revocation).toEqual({ url })
    expect(parseConnection(connection).revocation).toBeUndefined()
  })

  it.each<[string, unknown, string]>([
    ['no object', 'https://p.example', 'revocation'],
    ['no URL', {}, 'revocation.url'],
    ['plain http', { url: 'http://p.example/revoke' }, 'revocation.url'],
    ['an unknown field', { url, verb: 'POST' }, 'revocation.verb'],
    ['a method that reads', { url, method: 'GET' }, 'revocation.method'],
    ['an unknown kind of token', { url, tokens: 'id_token' }, 'revocation.tokens'],
    ['a token in the URL', { url, token: { in: 'query', name: 'token' } }, 'revocation.token.in'],
    ['a field without a name', { url, token: { in: 'form' } }, 'revocation.token.name'],
    ['a bearer token with a name', { url, token: { in: 'bearer', name: 'x' } }, 'revocation.token.name'],
    ['a header that is reserved', { url, token: { in: 'header', name: 'Cookie' } }, 'revocation.token.name'],
    ['an unknown authentication', { url, clientAuthentication: 'basic' }, 'revocation.clientAuthentication'],
    ['a secret too short for its authentication', { url, clientAuthentication: 'client_secret_jwt' }, 'revocation.clientAuthentication'],
    ['an authentication without its key', { url, clientAuthentication: 'private_key_jwt' }, 'revocation.clientAuthentication'],
    [
      'two things in one header',
      { url, token: { in: 'bearer' }, clientAuthentication: 'client_secret_basic' },
      'revocation.clientAuthentication',
    ],
    ['parameters that are none', { url, parameters: ['a'] }, 'revocation.parameters'],
    ['a number among them', { url, parameters: { a: 1 } }, 'revocation.parameters.a'],
    ['a header of the vault’s own', { url, headers: { Authorization: 'Basic x' } }, 'revocation.headers.Authorization'],
    ['a header of another host', { url, headers: { host: 'p.example' } }, 'revocation.headers.host'],
    ['a header with a line end', { url, headers: { 'x-a': 'a\r\nb: c' } }, 'revocation.headers.x-a'],
    ['a header beyond ASCII', { url, headers: { 'x-a': 'größe' } }, 'revocation.headers.x-a'],
    ['a name that is none', { url, headers: { 'a b': 'x' } }, 'revocation.headers'],
    ['a success field with a path', { url, successField: 'a/b' }, 'revocation.successField'],
    ['a success among the answers', { url, unknownToken: [200] }, 'revocation.unknownToken'],
  ])('is refused with %s', (_what, revocation, field) => {
    expect(Object.keys(problemsOf(revocation))).toEqual([field])
  })

  it('stands in place of a revocation endpoint, not beside it', () => {
    expect(Object.keys(problemsOf({ url }, { revocationEndpoint: url }))).toEqual(['revocation'])
  })

  it('repeats no value in what it says is wrong', () => {
    const problems = problemsOf({ url: 'http://canary', method: 'canary', token: { in: 'canary' }, headers: { 'x-a': 'canary\n' } })
    expect(Object.keys(problems)).toHaveLength(4)
    expect(JSON.stringify(problems)).not.toContain('canary')
  })
})
