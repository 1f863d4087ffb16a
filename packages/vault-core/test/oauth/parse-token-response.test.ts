import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTokenResponse } from '../../src/oauth/parse-token-response.js'
import type { TokenProblem } from '../../src/oauth/token-response.js'

const good = { access_token: 'at', token_type: 'Bearer' }

/** As it comes off the wire: only JSON text can have an own `__proto__`. */
function parse(body: object | string): ReturnType<typeof parseTokenResponse> {
  const parsed: unknown = JSON.parse(typeof body === 'string' ? body : JSON.stringify(body))
  if (typeof parsed !== 'object' || parsed === null) throw new Error('The test wants an object.')
  return parseTokenResponse(parsed)
}

function fieldsOf(problems: readonly TokenProblem[]): readonly string[] {
  return problems.map(({ field, fatal }) => (fatal ? `${field}!` : field))
}

describe('a token response that is right', () => {
  it('is read whole', () => {
    const response = parse({
      access_token: 'at',
      refresh_token: 'rt',
      token_type: 'bearer',
      expires_in: 3600,
      refresh_token_expires_in: 86_400,
      scope: 'a b',
      id_token: 'it',
    })
    expect(response).toMatchObject({ tokenType: 'Bearer', expiresInS: 3600, refreshTokenExpiresInS: 86_400, scope: 'a b', problems: [] })
    expect([response.accessToken?.reveal(), response.refreshToken?.reveal(), response.idToken?.reveal()]).toEqual(['at', 'rt', 'it'])
  })
})

describe('expires_in', () => {
  it.each<[unknown, number | undefined, readonly string[]]>([
    [3600, 3600, []],
    ['3600', 3600, []],
    [' 60 ', 60, []],
    ['+60', 60, []],
    ['1e3', 1000, []],
    [59.9, 59, []],
    ['59.9', 59, []],
    [0, 0, []],
    ['0', 0, []],
    [-0, 0, []],
    [-1, 0, ['expires_in']],
    ['-3600', 0, ['expires_in']],
    [315_360_000, 315_360_000, []],
    [315_360_001, undefined, ['expires_in']],
    [1_800_000_000_000, undefined, ['expires_in']],
    ['1e999', undefined, ['expires_in']],
    ['NaN', undefined, ['expires_in']],
    ['', undefined, ['expires_in']],
    ['1 hour', undefined, ['expires_in']],
    ['0x10', undefined, ['expires_in']],
    [null, undefined, []],
    [undefined, undefined, []],
    [true, undefined, ['expires_in']],
    [[3600], undefined, ['expires_in']],
    [{}, undefined, ['expires_in']],
  ])('%j is %s seconds', (value, expected, problems) => {
    const response = parse({ ...good, refresh_token: 'rt', expires_in: value })
    expect(response.expiresInS).toBe(expected)
    expect(fieldsOf(response.problems)).toEqual(problems)
    expect(response.refreshToken?.reveal()).toBe('rt')
  })

  it('may be beyond all numbers', () => {
    expect(parse('{"access_token":"at","token_type":"Bearer","expires_in":1e999}')).toMatchObject({ expiresInS: undefined })
    expect(parse('{"access_token":"at","token_type":"Bearer","expires_in":-1e999}')).toMatchObject({ expiresInS: 0 })
  })
})

describe('token_type', () => {
  it.each<[unknown, string | undefined, readonly string[]]>([
    ['Bearer', 'Bearer', []],
    ['bearer', 'Bearer', []],
    ['BEARER', 'Bearer', []],
    [' bearer ', 'Bearer', []],
    [undefined, undefined, ['token_type']],
    [null, undefined, ['token_type']],
    ['', undefined, ['token_type']],
    ['mac', 'mac', ['token_type!']],
    ['DPoP', 'DPoP', ['token_type!']],
    ['N_A', 'N_A', ['token_type!']],
    ['a b\n', undefined, ['token_type!']],
    [7, undefined, ['token_type!']],
    [['Bearer'], undefined, ['token_type!']],
  ])('%j', (value, expected, problems) => {
    const response = parse({ access_token: 'at', refresh_token: 'rt', token_type: value })
    expect(response.tokenType).toBe(expected)
    expect(fieldsOf(response.problems)).toEqual(problems)
    expect(response.refreshToken?.reveal()).toBe('rt')
  })
})

describe('refresh_token', () => {
  it.each<[unknown, string | undefined, readonly string[]]>([
    ['rt', 'rt', []],
    ['', undefined, []],
    ['  ', undefined, []],
    [null, undefined, []],
    [undefined, undefined, []],
    [5, undefined, ['refresh_token']],
    [{ token: 'rt' }, undefined, ['refresh_token']],
    ['ümlaut', 'ümlaut', []],
  ])('%j', (value, expected, problems) => {
    const response = parse({ ...good, refresh_token: value })
    expect(response.refreshToken?.reveal()).toBe(expected)
    expect(fieldsOf(response.problems)).toEqual(problems)
  })
})

describe('access_token', () => {
  it.each<[unknown, readonly string[]]>([
    [undefined, ['access_token!']],
    [null, ['access_token!']],
    ['', ['access_token!']],
    [5, ['access_token!']],
    [{ access_token: 'at' }, ['access_token!']],
    ['a\r\nX-Evil: 1', ['access_token!']],
    ['ümlaut', ['access_token!']],
  ])('%j cannot be handed out, and the refresh token beside it is kept', (value, problems) => {
    const response = parse({ access_token: value, refresh_token: 'rt', token_type: 'Bearer' })
    expect(response.accessToken).toBeUndefined()
    expect(response.refreshToken?.reveal()).toBe('rt')
    expect(fieldsOf(response.problems)).toEqual(problems)
  })

  it('is not looked for in other places', () => {
    expect(fieldsOf(parse({ ok: true, authed_user: { access_token: 'at' } }).problems)).toEqual(['access_token!', 'token_type'])
  })
})

describe('the other fields', () => {
  it.each<[unknown, string | undefined, readonly string[]]>([
    ['a b', 'a b', []],
    [' a ', 'a', []],
    ['', '', []],
    ['repo,gist', 'repo,gist', []],
    [['a', 'b'], 'a b', []],
    [['a', 5], undefined, ['scope']],
    [null, undefined, []],
    [7, undefined, ['scope']],
    ['a\u0000', undefined, ['scope']],
    ['x'.repeat(20_000), undefined, ['scope']],
  ])('scope %j', (value, expected, problems) => {
    const response = parse({ ...good, scope: value })
    expect(response.scope).toBe(expected)
    expect(fieldsOf(response.problems)).toEqual(problems)
  })

  it.each<[unknown, readonly string[]]>([
    ['', []],
    [null, []],
    [5, ['id_token']],
  ])('id_token %j is none', (value, problems) => {
    const response = parse({ ...good, id_token: value })
    expect(response.idToken).toBeUndefined()
    expect(fieldsOf(response.problems)).toEqual(problems)
  })

  it.each([0, -5, 'never', 1e15])('a refresh token lifetime of %j is unknown', (value) => {
    expect(parse({ ...good, refresh_token_expires_in: value }).refreshTokenExpiresInS).toBeUndefined()
  })

  it('an error beside the tokens is fatal, and the tokens are kept', () => {
    const response = parse({ ...good, refresh_token: 'rt', error: 'temporarily_odd' })
    expect(fieldsOf(response.problems)).toEqual(['body!'])
    expect(response.refreshToken?.reveal()).toBe('rt')
  })

  it('are not taken from the prototype', () => {
    const response = parse('{"__proto__":{"access_token":"evil","refresh_token":"evil"},"token_type":"Bearer"}')
    expect(response.accessToken).toBeUndefined()
    expect(response.refreshToken).toBeUndefined()
    expect(Object.hasOwn(Object.prototype, 'access_token')).toBe(false)
  })
})

describe('whatever comes', () => {
  const canary = 'canary-token-value'
  const value = fc.oneof(fc.constant(canary), fc.jsonValue({ maxDepth: 4 }), fc.double(), fc.string({ unit: 'binary' }))
  const field = fc.constantFrom(
    'access_token',
    'refresh_token',
    'token_type',
    'expires_in',
    'refresh_token_expires_in',
    'scope',
    'id_token',
    'error',
    '__proto__',
    'toString',
  )

  it('it does not throw, keeps its types, and repeats no value in a problem', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(field, value), { maxLength: 12 }), (entries) => {
        const text = `{${entries.map(([name, content]) => `${JSON.stringify(name)}:${JSON.stringify(content) ?? 'null'}`).join(',')}}`
        const response = parse(text)
        for (const seconds of [response.expiresInS, response.refreshTokenExpiresInS]) {
          expect(seconds === undefined || (Number.isInteger(seconds) && seconds >= 0 && seconds <= 315_360_000)).toBe(true)
        }
        expect(response.accessToken !== undefined || response.problems.some(({ fatal }) => fatal)).toBe(true)
        expect(JSON.stringify(response.problems)).not.toContain(canary)
      }),
      { numRuns: 2_000 },
    )
  })

  it('a usable refresh token is never lost', () => {
    const usable = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '')
    fc.assert(
      fc.property(fc.dictionary(field, value), usable, (body, refreshToken) => {
        expect(parse({ ...body, refresh_token: refreshToken }).refreshToken?.reveal()).toBe(refreshToken)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('what a careless server puts where people see it', () => {
  const secret = 'a-refresh-token-of-a-user'

  it('a scope that repeats a secret is not taken', () => {
    const response = parseTokenResponse({ ...good, scope: `files ${secret}` }, [secret])
    expect(response.scope).toBeUndefined()
    expect(response.problems).toEqual([{ field: 'scope', problem: 'repeats a secret', fatal: false }])
  })

  it('a scope in which a short token of a test server stands by chance is', () => {
    expect(parseTokenResponse({ ...good, scope: 'files.read' }, ['files', '']).scope).toBe('files.read')
  })

  it('an access token of blanks alone is none', () => {
    const response = parse({ ...good, access_token: '  ' })
    expect(response.accessToken).toBeUndefined()
    expect(fieldsOf(response.problems)).toEqual(['access_token!'])
  })
})
