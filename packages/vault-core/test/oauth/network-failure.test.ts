import { describe, expect, it } from 'vitest'
import { failureCode, wasSurelyNotSent } from '../../src/oauth/network-failure.js'
import { networkFailure } from './faulty-token-endpoint.js'

describe('a failed fetch', () => {
  it.each<[string, unknown]>([
    ['refused', networkFailure('ECONNREFUSED', { syscall: 'connect' })],
    ['no such name', networkFailure('ENOTFOUND', { syscall: 'getaddrinfo' })],
    ['no name server', networkFailure('EAI_AGAIN')],
    ['connect timed out', networkFailure('UND_ERR_CONNECT_TIMEOUT')],
    ['connect timed out in the system', networkFailure('ETIMEDOUT', { syscall: 'connect' })],
    ['no route before the connection', networkFailure('ENETUNREACH', { syscall: 'connect' })],
    ['an address that is not public', networkFailure('ERR_ADDRESS_NOT_PUBLIC')],
    ['certificate refused', networkFailure('DEPTH_ZERO_SELF_SIGNED_CERT')],
    ['certificate of another host', networkFailure('ERR_TLS_CERT_ALTNAME_INVALID')],
    ['code on the error itself', Object.assign(new Error('x'), { code: 'ConnectionRefused' })],
    [
      'all addresses refused',
      new TypeError('fetch failed', {
        cause: Object.assign(
          new AggregateError([networkFailure('ECONNREFUSED'), networkFailure('ENETUNREACH', { syscall: 'connect' })], 'both'),
          {
            code: 'ECONNREFUSED',
          },
        ),
      }),
    ],
  ])('surely sent nothing: %s', (_name, error) => {
    expect(wasSurelyNotSent(error)).toBe(true)
  })

  it.each<[string, unknown]>([
    ['reset', networkFailure('ECONNRESET')],
    ['socket hang up', networkFailure('UND_ERR_SOCKET')],
    ['headers timed out', networkFailure('UND_ERR_HEADERS_TIMEOUT')],
    ['no route, perhaps later', networkFailure('ENETUNREACH')],
    ['broken pipe', networkFailure('EPIPE')],
    ['TLS alert', networkFailure('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE')],
    ['no code', new TypeError('Failed to fetch')],
    ['a word', 'ECONNREFUSED'],
    ['nothing', undefined],
    ['null', null],
    ['an empty aggregate', new AggregateError([], 'none')],
    [
      'one of two addresses got further',
      new TypeError('x', { cause: new AggregateError([networkFailure('ECONNREFUSED'), networkFailure('ECONNRESET')], 'both') }),
    ],
  ])('may have sent: %s', (_name, error) => {
    expect(wasSurelyNotSent(error)).toBe(false)
  })

  it('may be its own cause', () => {
    const error = new Error('x')
    error.cause = error
    expect(wasSurelyNotSent(error)).toBe(false)
    expect(failureCode(error)).toBeUndefined()
  })

  it('is told by its code, and never by its message', () => {
    expect(failureCode(networkFailure('ECONNRESET'))).toBe('ECONNRESET')
    expect(failureCode(Object.assign(new Error('x'), { code: 'a secret with spaces' }))).toBeUndefined()
    expect(failureCode(new Error('canary'))).toBeUndefined()
  })

  it('that cannot be looked at is nothing known, and does not throw', () => {
    const fail = (): never => {
      throw new Error('canary')
    }
    const hostile = Object.defineProperties(new Error('x'), { code: { get: fail }, cause: { get: fail } })
    for (const error of [hostile, new Error('x', { cause: hostile }), new Proxy({}, { get: fail })]) {
      expect(wasSurelyNotSent(error)).toBe(false)
      expect(failureCode(error)).toBeUndefined()
    }
  })
})
