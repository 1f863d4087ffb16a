import { describe, expect, it } from 'vitest'
import type { Keyring } from '../../../src/crypto/keyring.js'
import { type VaultTransitKeyringOptions, vaultTransitKeyring } from '../../../src/crypto/keyrings/vault-transit.js'
import { manualClock } from '../../fixtures/manual-clock.js'
import { type FakeVaultTransit, fakeVaultTransit } from './fake-vault-transit.js'

const dek = Uint8Array.from({ length: 32 }, (_, n) => n)
const context = { tenant: 'shop', userId: 'alice', dekId: new Uint8Array(16).fill(9) }
const url = 'https://vault.example:8200'
const keys = [{ id: '2026', name: 'holdfast' }]

function world(options: Partial<VaultTransitKeyringOptions> = {}): { readonly transit: FakeVaultTransit; readonly keyring: Keyring } {
  const transit = fakeVaultTransit('holdfast')
  return { transit, keyring: vaultTransitKeyring({ url, token: transit.token, fetch: transit.fetch, keys, ...options }) }
}

describe('a request to the transit engine', () => {
  it('carries the data key and what it is bound to in base64, the token in its header, and follows no redirect', async () => {
    const { transit, keyring } = world()
    await keyring.unwrap(await keyring.wrap(dek, context), context)
    const first = transit.requests[0]
    const last = transit.requests.at(-1)
    expect(first).toMatchObject({ url: `${url}/v1/transit/encrypt/holdfast`, redirect: 'manual' })
    expect(first?.body).toEqual({ plaintext: btoa(String.fromCharCode(...dek)), associated_data: last?.body.associated_data })
    expect(last).toMatchObject({ url: `${url}/v1/transit/decrypt/holdfast`, redirect: 'manual' })
    expect(atob(last?.body.associated_data ?? '')).toContain('alice')
    for (const { headers } of transit.requests) {
      expect(headers.get('x-vault-token')).toBe(transit.token)
      expect(headers.get('x-vault-request')).toBe('true')
      expect(headers.has('x-vault-namespace')).toBe(false)
    }
  })

  it.each([
    [{ url: `${url}/` }, `${url}/v1/transit/encrypt/holdfast`],
    [{ url: 'https://gate.example/vault' }, 'https://gate.example/vault/v1/transit/encrypt/holdfast'],
    [{ mount: 'team-a/transit/' }, `${url}/v1/team-a/transit/encrypt/holdfast`],
    [{ url: 'http://127.0.0.1:8200' }, 'http://127.0.0.1:8200/v1/transit/encrypt/holdfast'],
  ])('with %o goes to %s', async (options, expected) => {
    const { transit, keyring } = world(options)
    await keyring.wrap(dek, context).catch(() => undefined)
    expect(transit.requests[0]?.url).toBe(expected)
  })

  it('names the namespace', async () => {
    const { transit, keyring } = world({ namespace: 'team-a/prod' })
    await keyring.wrap(dek, context)
    expect(transit.requests[0]?.headers.get('x-vault-namespace')).toBe('team-a/prod')
  })

  it('asks for the token anew each time, so that one may run out', async () => {
    const transit = fakeVaultTransit('holdfast')
    const tokens = ['hvs.old', transit.token]
    const keyring = vaultTransitKeyring({ url, fetch: transit.fetch, keys, token: async () => tokens.shift() ?? transit.token })
    await expect(keyring.wrap(dek, context)).rejects.toMatchObject({ facts: { reason: 'access_denied' } })
    expect(await keyring.unwrap(await keyring.wrap(dek, context), context)).toEqual(dek)
  })

  it('is given up after timeoutMs, also when the token does not come or fetch does not heed its signal', async () => {
    const clock = manualClock()
    const never = (): Promise<never> => new Promise(() => undefined)
    for (const options of [{ fetch: never as typeof fetch }, { token: never }, {}]) {
      const { transit, keyring } = world({ clock, timeoutMs: 3_000, ...options })
      transit.fault = 'hangs'
      let told: unknown
      const work = keyring.wrap(dek, context).catch((error: unknown) => {
        told = error
      })
      await clock.advance(2_999)
      expect(told).toBeUndefined()
      await clock.advance(1)
      await work
      expect(told).toMatchObject({ code: 'store_unavailable', cause: { message: 'No answer within 3000 ms.' } })
    }
  })
})

describe('what Vault refuses', () => {
  it.each([
    ['permission denied', 403, 'access_denied'],
    ['missing client token', 401, 'access_denied'],
    ['no handler for route "transit/encrypt/holdfast". route entry not found.', 404, 'unusable_key'],
    ['encryption key not found', 400, 'unusable_key'],
    ['message decryption not supported for key type ecdsa-p256', 400, 'unusable_key'],
    ["missing 'context' for key derivation; the key was created using a derived key", 400, 'unusable_key'],
    ['ciphertext or signature version is disallowed by policy (too old)', 400, 'unusable_key'],
    ['request path "transit/encrypt/holdfast": rate limit quota exceeded', 429, 'throttled'],
    ['Vault is sealed', 503, undefined],
    ['internal error', 500, undefined],
    ['required index state not present', 412, undefined],
  ])('"%s" is an outage, which names the key and keeps the cause', async (said, status, reason) => {
    const { transit, keyring } = world()
    const wrapped = await keyring.wrap(dek, context)
    transit.fault = { status, errors: [said] }
    for (const work of [() => keyring.wrap(dek, context), () => keyring.unwrap(wrapped, context)]) {
      await expect(work()).rejects.toMatchObject({
        code: 'store_unavailable',
        facts: reason === undefined ? {} : { reason },
        message: expect.stringMatching(/Vault .*key "2026".*\. [A-Z]/),
        cause: { message: `HTTP ${status}: ${said}` },
      })
    }
  })

  it.each([
    'cipher: message authentication failed',
    'chacha20poly1305: message authentication failed',
    'invalid ciphertext: no prefix',
    'invalid ciphertext: version is too new',
    'invalid ciphertext length',
  ])('"%s" says that a data key does not open', async (said) => {
    const { transit, keyring } = world()
    const wrapped = await keyring.wrap(dek, context)
    transit.fault = { status: 400, errors: [said] }
    await expect(keyring.unwrap(wrapped, context)).rejects.toMatchObject({
      code: 'decryption_failed',
      message: expect.stringContaining('"2026"'),
      cause: { message: `HTTP 400: ${said}` },
    })
  })

  it('is an outage when it retired the version of the key that is needed', async () => {
    const { transit, keyring } = world()
    const wrapped = await keyring.wrap(dek, context)
    transit.rotate('holdfast')
    expect(await keyring.unwrap(wrapped, context)).toEqual(dek)
    transit.minDecryptionVersion = 2
    await expect(keyring.unwrap(wrapped, context)).rejects.toMatchObject({ facts: { reason: 'unusable_key' } })
    expect(await keyring.unwrap(await keyring.wrap(dek, context), context)).toEqual(dek)
  })
})

describe('an answer that cannot be used is an outage', () => {
  it.each([
    ['a redirect', { status: 307, headers: { location: 'https://other.example/v1/transit/encrypt/holdfast' } }],
    ['no JSON', { body: '<html>' }],
    ['no object', { body: '7' }],
    ['no data', { body: '{}' }],
    ['no ciphertext', { body: '{"data":{"plaintext":7}}' }],
    ['a ciphertext of another form', { body: '{"data":{"ciphertext":"AAAA","plaintext":"!"}}' }],
    ['more than 64 KiB', { body: JSON.stringify({ data: { ciphertext: 'x'.repeat(66_000) } }) }],
    ['an empty answer of 204', { status: 299 }],
    ['a connection that broke', { thrown: Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } }) }],
  ])('%s', async (_what, fault) => {
    const { transit, keyring } = world()
    const wrapped = await keyring.wrap(dek, context)
    transit.fault = fault
    for (const work of [() => keyring.wrap(dek, context), () => keyring.unwrap(wrapped, context)]) {
      await expect(work()).rejects.toMatchObject({ code: 'store_unavailable', message: expect.stringContaining('"2026"') })
    }
    // Neither is asked again elsewhere.
    expect(transit.requests.every((request) => request.url.startsWith(url))).toBe(true)
  })

  it('with the code of what broke the connection', async () => {
    const { transit, keyring } = world()
    transit.fault = { thrown: Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } }) }
    await expect(keyring.wrap(dek, context)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  })

  it('but a data key of another length is damaged', async () => {
    const { transit, keyring } = world()
    const wrapped = await keyring.wrap(dek, context)
    transit.faultyBytes = new Uint8Array(16)
    await expect(keyring.unwrap(wrapped, context)).rejects.toMatchObject({
      code: 'decryption_failed',
      message: expect.stringContaining('16 bytes'),
    })
  })
})

describe('a server that does not heed associated data', () => {
  it('is refused before anything is stored, and again', async () => {
    const { transit, keyring } = world()
    transit.ignoresAssociatedData = true
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(keyring.wrap(dek, context)).rejects.toMatchObject({
        code: 'invalid_configuration',
        message: expect.stringContaining('1.13'),
      })
    }
  })

  it('is looked for at the first wrap alone', async () => {
    const { transit, keyring } = world()
    await keyring.wrap(dek, context)
    expect(transit.requests.map((request) => request.url.split('/').at(-2))).toEqual(['encrypt', 'decrypt'])
    await keyring.wrap(dek, context)
    expect(transit.requests).toHaveLength(3)
  })

  it('is not taken for one while it is away', async () => {
    const transit = fakeVaultTransit('holdfast')
    let isDecryptDown = true
    const fetch: typeof globalThis.fetch = (input, init) =>
      isDecryptDown && String(input).includes('/decrypt/')
        ? Promise.resolve(Response.json({ errors: ['Vault is sealed'] }, { status: 503 }))
        : transit.fetch(input, init)
    const keyring = vaultTransitKeyring({ url, token: transit.token, fetch, keys })
    await expect(keyring.wrap(dek, context)).rejects.toMatchObject({ code: 'store_unavailable' })
    isDecryptDown = false
    expect(await keyring.unwrap(await keyring.wrap(dek, context), context)).toEqual(dek)
  })
})

describe('a wrapped data key', () => {
  it.each([
    ['v0, which Vault reads as v1', 'vault:v1:', 'vault:v0:'],
    ['v01, which Vault reads as v1', 'vault:v1:', 'vault:v01:'],
    ['+1, which Vault reads as v1', 'vault:v1:', 'vault:v+1:'],
  ])('is refused in another spelling: %s', async (_what, from, to) => {
    const { keyring } = world()
    const wrapped = await keyring.wrap(dek, context)
    const respelt = String.fromCharCode(...wrapped).replace(from, to)
    const bytes = Uint8Array.from(respelt, (character) => character.charCodeAt(0))
    await expect(keyring.unwrap(bytes, context)).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it('that is far too long is refused without asking', async () => {
    const { transit, keyring } = world()
    const wrapped = await keyring.wrap(dek, context)
    const before = transit.requests.length
    const long = new Uint8Array(1_000_000).fill(65)
    long.set(wrapped)
    await expect(keyring.unwrap(long, context)).rejects.toMatchObject({ code: 'decryption_failed' })
    expect(transit.requests).toHaveLength(before)
  })
})

describe('vaultTransitKeyring', () => {
  const good = { url, token: 'hvs.x', keys }
  it.each([
    ['no url', { url: undefined }, 'url'],
    ['http to another host', { url: 'http://vault.example:8200' }, 'url'],
    ['a url with a query', { url: `${url}/?x` }, 'url'],
    ['no token', { token: undefined }, 'token'],
    ['an empty token', { token: '' }, 'token'],
    ['a token with a line end', { token: 'hvs.x\n' }, 'token'],
    ['a mount that climbs', { mount: '../sys' }, 'mount'],
    ['a mount with a query', { mount: 'transit?x' }, 'mount'],
    ['an empty namespace', { namespace: '' }, 'namespace'],
    ['no time', { timeoutMs: 0 }, 'timeoutMs'],
    ['a time that is none', { timeoutMs: Number.NaN }, 'timeoutMs'],
    ['no keys', { keys: [] }, 'keys'],
    ['a name with a slash', { keys: [{ id: 'k', name: 'a/b' }] }, 'keys[0].name'],
    ['a name that climbs', { keys: [{ id: 'k', name: '..' }] }, 'keys[0].name'],
  ])('refuses %s, naming the field', (_what, bad, field) => {
    expect(() => vaultTransitKeyring({ ...good, ...bad } as never)).toThrow(
      expect.objectContaining({ code: 'invalid_configuration', facts: { fields: { [field]: expect.stringMatching(/\w/) } } }),
    )
  })

  it('learns of keys that were added since', async () => {
    const transit = fakeVaultTransit('holdfast', 'next')
    const given = { url, token: transit.token, fetch: transit.fetch }
    const next = { id: '2027', name: 'next' }
    const wrapped = await vaultTransitKeyring({ ...given, keys: [next] }).wrap(dek, context)
    const keyring = vaultTransitKeyring({ ...given, keys, reload: async () => [next, ...keys] })
    await keyring.reload?.()
    expect(await keyring.unwrap(wrapped, context)).toEqual(dek)
  })
})
