import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { AuthenticationRequest } from '../src/index.js'
import { interceptedStore } from './fixtures/intercepted-store.js'
import { APP, loginWorld, MINUTE } from './fixtures/login-world.js'

const bare: AuthenticationRequest = {
  requestId: 'r'.repeat(43),
  applicationId: APP,
  redirectUrl: 'https://app.example.com/account',
  codeChallenge: undefined,
  connectionId: undefined,
  connectionProperties: undefined,
  responseLocation: 'cookie',
  flowType: ['token', 'id_token'],
  multiAccount: false,
  linkTo: undefined,
  createdAtMs: 0,
}

const full: AuthenticationRequest = {
  ...bare,
  codeChallenge: 'c'.repeat(43),
  connectionId: 'google',
  connectionProperties: { scope: 'openid https://example.com/drive', access_type: 'offline' },
  linkTo: 'alice|1',
}

describe('a sealed request', () => {
  it.each([
    ['with all of it', full],
    ['with as little as can be', bare],
  ])('comes back as it was, %s, in every process', async (_what, given) => {
    const world = loginWorld()
    const request = { ...given, createdAtMs: world.clock.now() }
    const sealed = await world.process().login.requests.seal(request)
    expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/)
    expect(await world.process().login.requests.open(sealed)).toEqual(request)
  })

  it('is good for 10 minutes, and as often as it comes', async () => {
    const world = loginWorld()
    const { requests } = world.process().login
    const sealed = await requests.seal({ ...full, createdAtMs: world.clock.now() })
    world.clock.advance(10 * MINUTE)
    expect(await requests.open(sealed)).toBeDefined()
    expect(await requests.open(sealed)).toBeDefined()
    world.clock.advance(1)
    expect(await requests.open(sealed)).toBeUndefined()
  })

  it('shows nothing of what is in it, and is another one each time', async () => {
    const world = loginWorld()
    const { requests } = world.process().login
    const request = { ...full, createdAtMs: world.clock.now() }
    const sealed = await requests.seal(request)
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toMatch(/google|alice|drive|app/)
    expect(await requests.seal(request)).not.toBe(sealed)
  })

  it('is not accepted when a single character is changed, cut off or added', async () => {
    const world = loginWorld()
    const { requests } = world.process().login
    const sealed = await requests.seal({ ...bare, createdAtMs: world.clock.now() })
    const tampered = [...Array(sealed.length).keys()].filter((index) => index % 7 === 0 || index < 60)
    for (const index of tampered) {
      const other = sealed[index] === 'A' ? 'B' : 'A'
      expect(await requests.open(sealed.slice(0, index) + other + sealed.slice(index + 1)), `at ${index}`).toBeUndefined()
    }
    // Of the last character some bits stand for nothing.
    for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.replace(sealed.slice(-1), '')) {
      expect(await requests.open(sealed.slice(0, -1) + last), `ending in ${last}`).toBeUndefined()
    }
    for (const text of ['', 'A', sealed.slice(0, -1), `${sealed}A`, `${sealed}AAAA`, `${sealed}=`, ` ${sealed}`, sealed.repeat(50)]) {
      expect(await requests.open(text)).toBeUndefined()
    }
  })

  it('of another vault or another tenant is not accepted', async () => {
    const world = loginWorld()
    const sealed = await loginWorld()
      .process()
      .login.requests.seal({ ...full, createdAtMs: world.clock.now() })
    expect(await world.process().login.requests.open(sealed)).toBeUndefined()
    const own = await world.process().login.requests.seal({ ...full, createdAtMs: world.clock.now() })
    expect(await world.process({}, { tenant: 'other' }).login.requests.open(own)).toBeUndefined()
  })

  it('too long for a URL is refused', async () => {
    const { requests } = loginWorld().process().login
    const long = { ...full, connectionProperties: { scope: 'x'.repeat(4_000) } }
    await expect(requests.seal(long)).rejects.toMatchObject({ code: 'invalid_request', facts: { fields: { request: expect.any(String) } } })
  })

  it('makes the vault keep nothing', async () => {
    const writes: string[] = []
    const world = loginWorld((store) =>
      interceptedStore(store, ({ name, kind }, work) => {
        if (name === 'put') writes.push(kind)
        return work()
      }),
    )
    const { requests } = world.process().login
    await requests.seal({ ...full, createdAtMs: world.clock.now() })
    const before = writes.length
    for (let time = 0; time < 5; time += 1) await requests.open(await requests.seal({ ...full, createdAtMs: world.clock.now() }))
    expect(writes).toHaveLength(before)
  })

  it('that a store without its keys cannot open is an error, and no damage', async () => {
    const world = loginWorld()
    const sealed = await world.process().login.requests.seal({ ...full, createdAtMs: world.clock.now() })
    const { requests } = world.process(
      {},
      { store: interceptedStore(world.store, () => Promise.reject(new Error('The store is down.'))) },
    ).login
    await expect(requests.open(sealed)).rejects.toThrow('The store is down.')
  })
})

/** As the SDK computes it: counts until the hash begins with `00`. */
function workOf(values: readonly string[], timeMs: number, from = 0): string {
  for (let counter = from; ; counter += 1) {
    const hash = createHash('sha256')
      .update(`${timeMs};${counter};${values.join('|')}`)
      .digest('base64url')
    if (hash.startsWith('00')) return `v2;${timeMs};${counter};${hash}`
  }
}

describe('a proof of work', () => {
  const values = ['google', APP]

  it('is accepted, and again for the very same request, in every process', async () => {
    const world = loginWorld()
    const proof = workOf(values, world.clock.now())
    expect(await world.process().login.proofs.accept(proof, values, 'request 1')).toBe('ok')
    expect(await world.process().login.proofs.accept(proof, values, 'request 1')).toBe('ok')
    expect(await world.process().login.proofs.accept(proof, values, 'request 1')).toBe('ok')
  })

  it('is refused for any other request, before and after', async () => {
    const world = loginWorld()
    const { proofs } = world.process().login
    const proof = workOf(values, world.clock.now())
    expect(await proofs.accept(proof, values, 'request 1')).toBe('ok')
    expect(await proofs.accept(proof, values, 'request 2')).toBe('replayed')
    expect(await proofs.accept(proof, values, 'request 1')).toBe('ok')
    expect(await proofs.accept(proof, values, 'request 2')).toBe('replayed')
  })

  it('is good for one of many requests at once', async () => {
    const world = loginWorld()
    const proof = workOf(values, world.clock.now())
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => world.process().login.proofs.accept(proof, values, `request ${index}`)),
    )
    expect(answers.filter((answer) => answer === 'ok')).toHaveLength(1)
    for (let index = 0; index < 20; index += 1) {
      const again = await world.process().login.proofs.accept(proof, values, `request ${index}`)
      expect(again).toBe(answers[index] === 'ok' ? 'ok' : 'replayed')
    }
  })

  it('does not count values that are missing', async () => {
    const world = loginWorld()
    const proof = workOf(values, world.clock.now())
    expect(await world.process().login.proofs.accept(proof, ['google', '', '', APP, ''], 'r')).toBe('ok')
  })

  it('counts a list as one value, also an empty one, as the SDK does', async () => {
    const world = loginWorld()
    const { proofs } = world.process().login
    expect(await proofs.accept(workOf([...values, 'a,b'], world.clock.now()), [...values, ['a', 'b']], 'r')).toBe('ok')
    expect(await proofs.accept(workOf([...values, ''], world.clock.now()), [...values, []], 'r')).toBe('ok')
    expect(await proofs.accept(workOf(values, world.clock.now()), [...values, []], 'r')).toBe('invalid')
  })

  it.each<[string, number, string]>([
    ['5 minutes old', -5 * MINUTE, 'ok'],
    ['older', -5 * MINUTE - 1, 'invalid'],
    ['5 minutes ahead', 5 * MINUTE, 'ok'],
    ['further ahead', 5 * MINUTE + 1, 'invalid'],
  ])('may be %s: %i ms, %s', async (_what, offMs, expected) => {
    const world = loginWorld()
    const proof = workOf(values, world.clock.now() + offMs)
    expect(await world.process().login.proofs.accept(proof, values, 'r')).toBe(expected)
  })

  it('is not good for another request either while its time is not over, however far ahead it is', async () => {
    const world = loginWorld()
    const { proofs } = world.process().login
    const proof = workOf(values, world.clock.now() + 5 * MINUTE)
    expect(await proofs.accept(proof, values, 'request 1')).toBe('ok')
    world.clock.advance(10 * MINUTE)
    expect(await proofs.accept(proof, values, 'request 2')).toBe('replayed')
    world.clock.advance(1)
    expect(await proofs.accept(proof, values, 'request 2')).toBe('invalid')
  })

  it.each<[string, (proof: string) => string]>([
    ['nothing', () => ''],
    ['another version', (proof) => proof.replace('v2', 'v1')],
    ['a part missing', (proof) => proof.split(';').slice(0, 3).join(';')],
    ['a part too many', (proof) => `${proof};x`],
    ['another time', (proof) => proof.replace(/;(\d+);/, (_all, ms: string) => `;${Number(ms) + 1};`)],
    ['another counter', (proof) => proof.replace(/;(\d+);00/, (_all, counter: string) => `;${Number(counter) + 1};00`)],
    ['zeros before the counter', (proof) => proof.replace(/;(\d+);00/, ';0$1;00')],
    ['zeros before the time', (proof) => proof.replace('v2;', 'v2;0')],
    ['a time that is no number', (proof) => proof.replace(/;\d+;/, ';1e12;')],
    ['a hash of no work', (proof) => proof.replace(/;00[^;]+$/, `;${createHash('sha256').update('x').digest('base64url')}`)],
    ['zeros that were not worked for', (proof) => proof.replace(/;00[^;]+$/, `;00${'A'.repeat(41)}`)],
    ['padding', (proof) => `${proof}=`],
  ])('with %s is none', async (_what, change) => {
    const world = loginWorld()
    const { proofs } = world.process().login
    const proof = workOf(values, world.clock.now())
    expect(await proofs.accept(change(proof), values, 'r')).toBe('invalid')
    expect(await proofs.accept(proof, values, 'r')).toBe('ok')
  })

  it.each<[string, readonly string[]]>([
    ['others', ['github', APP]],
    ['fewer', [APP]],
    ['more', ['google', APP, 'audience']],
    ['another order of', [APP, 'google']],
  ])('over %s values is none', async (_what, other) => {
    const world = loginWorld()
    const { proofs } = world.process().login
    expect(await proofs.accept(workOf(values, world.clock.now()), other, 'r')).toBe('invalid')
  })
})
