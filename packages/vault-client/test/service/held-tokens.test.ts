import { describe, expect, it } from 'vitest'
import { manualClock, settle } from '../../../vault-core/test/fixtures/manual-clock.js'
import type { ServiceClientOptions } from '../../src/service/index.js'
import { ALICE, BOB, type Fault, faultyVault, token } from './faulty-vault.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** A vault that has a new token each time, which lives for so long. */
function world(lifeMs: number | undefined, options: Partial<ServiceClientOptions> = {}, answer?: Fault) {
  const clock = manualClock()
  const vault = faultyVault(answer ?? ((_request, n) => token(`token-${n}`, lifeMs === undefined ? undefined : clock.now() + lifeMs)))
  const client = vault.client({ clock, ...options })
  return { clock, vault, client, read: async (selector = ALICE) => (await client.getCredentials(selector)).accessToken }
}

describe('a token is held', () => {
  it.each([
    ['for four fifths of a short life', 10_000, 7_999],
    ['until a minute before its end', 5 * MINUTE, 4 * MINUTE - 1],
    ['for five minutes at most, though it lives for an hour', HOUR, 5 * MINUTE - 1],
    ['for five minutes when the provider states no lifetime', undefined, 5 * MINUTE - 1],
  ])('%s', async (_name, lifeMs, heldMs) => {
    const { clock, read, vault } = world(lifeMs)
    expect(await read()).toBe('token-1')
    clock.jump(heldMs)
    expect(await read()).toBe('token-1')
    expect(vault.requests).toHaveLength(1)
    clock.jump(1)
    expect(await read()).toBe('token-2')
  })

  it('for as long as the caller says, and its life allows', async () => {
    const { clock, read } = world(HOUR, { cache: { maxAgeMs: HOUR } })
    await read()
    clock.jump(59 * MINUTE - 1)
    expect(await read()).toBe('token-1')
    clock.jump(1)
    expect(await read()).toBe('token-2')
  })

  it('not when it has expired already, and not after the clock was set back', async () => {
    const expired = world(0)
    expect([await expired.read(), await expired.read()]).toEqual(['token-1', 'token-2'])
    const setBack = world(HOUR)
    await setBack.read()
    setBack.clock.jump(-1)
    expect(await setBack.read()).toBe('token-2')
  })

  it('for its own user and connection alone', async () => {
    const { read } = world(HOUR)
    const selectors = [ALICE, BOB, { connectionId: 'demo/users', userId: 'alice' }, { connectionId: 'demo', userId: 'users/alice' }]
    for (const [index, selector] of selectors.entries()) expect(await read(selector)).toBe(`token-${index + 1}`)
    for (const [index, selector] of selectors.entries()) expect(await read(selector)).toBe(`token-${index + 1}`)
  })

  it('in a bounded memory: the one goes that was asked for longest ago', async () => {
    const { read, vault } = world(HOUR, { cache: { maxEntries: 2 } })
    const carol = { connectionId: 'demo', userId: 'carol' }
    await read(ALICE)
    await read(BOB)
    await read(ALICE)
    await read(carol)
    expect(await read(ALICE)).toBe('token-1')
    expect(vault.requests).toHaveLength(3)
    expect(await read(BOB)).toBe('token-4')
  })

  it('not at all where the cache is switched off', async () => {
    const { read } = world(HOUR, { cache: false })
    expect([await read(), await read()]).toEqual(['token-1', 'token-2'])
  })

  it('no longer once it was refused; a refusal of an older one changes nothing', async () => {
    const { client, read } = world(HOUR)
    const first = await read()
    expect((await client.getCredentials(ALICE, { rejected: first })).accessToken).toBe('token-2')
    expect((await client.getCredentials(ALICE, { rejected: first })).accessToken).toBe('token-2')
    expect(await read()).toBe('token-2')
  })

  it('and no failure is', async () => {
    const { read } = world(HOUR, {}, (_request, n) => (n === 1 ? new Response(null, { status: 500 }) : token('good')))
    await expect(read()).rejects.toMatchObject({ status: 500 })
    expect(await read()).toBe('good')
  })
})

describe('calls at the same time', () => {
  function held() {
    const answers: ((response: Response) => void)[] = []
    const parts = world(HOUR, {}, () => new Promise((resolve) => void answers.push(resolve)))
    return { ...parts, answers }
  }

  it('share one request per user, and one token of the client’s own', async () => {
    const { client, vault, answers } = held()
    const reading = Promise.all([ALICE, ALICE, BOB, ALICE].map((selector) => client.getCredentials(selector)))
    await settle()
    expect(vault.requests.map(({ url }) => url)).toEqual([
      'https://vault.example.com/v1/connections/demo/users/alice/credentials',
      'https://vault.example.com/v1/connections/demo/users/bob/credentials',
    ])
    expect(new Set(vault.requests.map(({ headers }) => headers.get('authorization'))).size).toBe(1)
    for (const [index, answer] of answers.entries()) answer(token(`token-${index + 1}`))
    expect((await reading).map(({ accessToken }) => accessToken)).toEqual(['token-1', 'token-1', 'token-2', 'token-1'])
  })

  it('share it also with the cache off', async () => {
    const { vault, client } = world(HOUR, { cache: false })
    await Promise.all([client.getCredentials(ALICE), client.getCredentials(ALICE)])
    expect(vault.requests).toHaveLength(1)
  })

  it('go on when one caller leaves, and end with the last', async () => {
    const { client, vault, answers } = held()
    const [first, second] = [new AbortController(), new AbortController()]
    const leaving = client.getCredentials(ALICE, { signal: first.signal })
    const staying = client.getCredentials(ALICE, { signal: second.signal })
    await settle()
    first.abort(new Error('left'))
    await expect(leaving).rejects.toThrow('left')
    expect(vault.requests[0]?.signal.aborted).toBe(false)
    answers[0]?.(token('good'))
    expect((await staying).accessToken).toBe('good')

    const [third, fourth] = [new AbortController(), new AbortController()]
    const readings = [third, fourth].map(({ signal }) => client.getCredentials(BOB, { signal }))
    const ends = Promise.allSettled(readings)
    await settle()
    third.abort(new Error('left'))
    fourth.abort(new Error('left, too'))
    expect((await ends).map((end) => end.status === 'rejected' && end.reason.message)).toEqual(['left', 'left, too'])
    await settle()
    expect(vault.requests[1]?.signal.aborted).toBe(true)
    // Whoever comes now begins anew.
    const late = client.getCredentials(BOB)
    await settle()
    answers[2]?.(token('new'))
    expect((await late).accessToken).toBe('new')
  })
})

describe('the client’s own token', () => {
  it('serves all requests for most of its life, and then there is another', async () => {
    const { clock, read, vault } = world(HOUR, { cache: false })
    const own = () => vault.requests.at(-1)?.headers.get('authorization')
    await read()
    const first = own()
    clock.jump(44_999)
    await read()
    expect(own()).toBe(first)
    clock.jump(1)
    await read()
    expect(own()).not.toBe(first)
    // A clock that is set back makes it one from the future.
    const second = own()
    clock.jump(-1)
    await read()
    expect(own()).not.toBe(second)
  })
})
