import { describe, expect, it } from 'vitest'
import { readErrorCode } from '../../src/oauth/error-code.js'

const TOKEN = 'v1.MRrDdJ1pLqk-8a2x.Yc0ZtWmQ'

describe('the error code of an answer', () => {
  it.each(['invalid_client', 'invalid_grant', 'unauthorized_client', 'invalid_request', 'unsupported_grant_type', 'invalid_scope'])(
    '%s of the RFC counts, also when a secret is a word in it',
    (code) => {
      expect(readErrorCode(code, ['client', 'grant', 'invalid', 'i', code])).toBe(code)
    },
  )

  it.each<[string, string]>([
    ['whole', `token ${TOKEN} is gone`],
    ['by its beginning', `unknown token ${TOKEN.slice(0, 14)}`],
    ['by its end', `unknown token ..${TOKEN.slice(-13)}`],
  ])('that quotes a secret %s is not repeated', (_how, code) => {
    expect(readErrorCode(code, ['', TOKEN])).toBe('unknown_error')
  })

  it('of a provider of its own is kept when it has no more than a few letters of a secret', () => {
    expect(readErrorCode('bad_refresh_token', ['my_refresh_1', TOKEN, ''])).toBe('bad_refresh_token')
    expect(readErrorCode('no key abc', ['abc'])).toBe('unknown_error')
  })
})
