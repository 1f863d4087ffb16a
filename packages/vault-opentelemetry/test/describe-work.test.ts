import { VaultError, type VaultWork } from '@holdfast/vault-core'
import { describe, expect, it } from 'vitest'
import { attributesOf, failureOf, spanAttributesOf, spanNameOf } from '../src/describe-work.js'

function request(url: string, method = 'POST', purpose: 'token' | 'webhook' | 'api' = 'token'): VaultWork {
  return { name: 'request', purpose, method, url, connectionId: 'demo' }
}

describe('a request', () => {
  it.each([
    ['https://p.example/token', { 'server.address': 'p.example', 'server.port': 443, 'url.scheme': 'https' }],
    ['http://127.0.0.1/token', { 'server.address': '127.0.0.1', 'server.port': 80, 'url.scheme': 'http' }],
    ['https://[2606:4700::1]:8443/x', { 'server.address': '2606:4700::1', 'server.port': 8443, 'url.scheme': 'https' }],
  ])('to %s is told by its server', (url, server) => {
    expect(attributesOf(request(url))).toEqual({ ...server, 'http.request.method': 'POST', 'holdfast.request.purpose': 'token' })
  })

  it.each([
    ['GET', 'GET', 'GET'],
    ['patch', 'PATCH', 'PATCH'],
    ['PURGE', 'HTTP', '_OTHER'],
    ['made up by a caller', 'HTTP', '_OTHER'],
  ])('with method %s makes no more names than the conventions have', (method, name, attribute) => {
    expect(spanNameOf(request('https://p.example', method))).toBe(name)
    expect(attributesOf(request('https://p.example', method))).toMatchObject({ 'http.request.method': attribute })
  })

  it.each([
    ['token' as const, false, 'https://p.example/a/b'],
    ['api' as const, false, 'https://p.example'],
    ['api' as const, true, 'https://p.example/a/b'],
    ['webhook' as const, true, 'https://p.example'],
  ])('for %s, user ids shown: %s, has the URL %s, and never its query, its fragment or a password', (purpose, userIds, shown) => {
    const attributes = spanAttributesOf(request('https://user:pass@p.example/a/b?token=x#y', 'GET', purpose), { userIds })
    expect(attributes['url.full']).toBe(shown)
  })

  it('to no URL at all is told without a server', () => {
    expect(attributesOf(request('nowhere'))).toEqual({ 'http.request.method': 'POST', 'holdfast.request.purpose': 'token' })
    expect(spanAttributesOf(request('nowhere'), { userIds: true })).toEqual({ 'holdfast.connection.id': 'demo' })
  })
})

describe('a failure', () => {
  it.each<[string, Parameters<typeof failureOf>, string | undefined]>([
    ['an error of the vault is its code', [{}, new VaultError('store_unavailable', 'x')], 'store_unavailable'],
    ['a status of 400 or more is that', [{ status: 503 }, undefined], '503'],
    ['one below is none', [{ status: 302 }, undefined], undefined],
    ['a network that fails is its code', [{ failure: 'ECONNRESET' }, new TypeError('fetch failed')], 'ECONNRESET'],
    ['a caller who ends it', [{}, new DOMException('x', 'AbortError')], 'aborted'],
    ['another error is its class', [{}, new RangeError('alice')], 'RangeError'],
    ['a name that is none', [{}, Object.assign(new Error('x'), { name: 'alice@example.com' })], '_OTHER'],
    ['what is no error', [{}, 'alice'], '_OTHER'],
    ['none', [{ source: 'live' }, undefined], undefined],
  ])('%s', (_what, [facts, error], expected) => {
    expect(failureOf(facts, error)).toBe(expected)
  })
})
