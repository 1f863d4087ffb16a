import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { manualClock } from '../../../vault-core/test/fixtures/manual-clock.js'
import { ALICE, failure, faultyVault, token } from './faulty-vault.js'
import { type ServiceWorld, serviceWorld } from './service-world.js'

let world: ServiceWorld

beforeAll(async () => {
  world = await serviceWorld()
  await world.connect('alice')
})
afterAll(() => world.close())

const HOUR = 3_600_000

describe('a machine whose clock is wrong', () => {
  it.each([-24 * HOUR, -HOUR, -70_000, 30_000, HOUR, 24 * HOUR])('by %i ms reads all the same, after one request more', async (aheadMs) => {
    const clock = { ...manualClock(), now: () => Date.now() + aheadMs }
    const client = world.client({ clock, cache: false })
    const before = world.requests.length
    for (let reads = 0; reads < 3; reads++) {
      const { accessToken } = await client.getCredentials(ALICE)
      expect(await world.askApi(accessToken)).toBe(200)
    }
    expect(world.requests.length - before).toBe(4)
  })

  it('by little needs no request more', async () => {
    for (const aheadMs of [-9_000, 9_000]) {
      const before = world.requests.length
      await world.client({ clock: { ...manualClock(), now: () => Date.now() + aheadMs } }).getCredentials(ALICE)
      expect(world.requests.length - before).toBe(1)
    }
  })

  it('is told apart from a key that is not valid: the vault is asked twice at most, whatever time it tells', async () => {
    const clock = manualClock()
    const vault = faultyVault((_request, n) => failure(401, 'unauthenticated', { date: new Date(clock.now() + n * HOUR).toUTCString() }))
    await expect(vault.client({ clock }).getCredentials(ALICE)).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(vault.requests).toHaveLength(2)
  })

  it('holds tokens by the clock of the vault', async () => {
    const clock = { ...manualClock(), now: () => Date.now() + HOUR }
    const client = world.client({ clock })
    await client.getCredentials(ALICE)
    const before = world.requests.length
    await client.getCredentials(ALICE)
    expect(world.requests.length).toBe(before)
  })

  it('by less than the vault notices holds no token beyond its end', async () => {
    const clock = manualClock()
    const aheadMs = 50_000
    const date = (): string => new Date(clock.now() + aheadMs).toUTCString()
    const vault = faultyVault((_request, n) => {
      const answer = token(`token-${n}`, clock.now() + aheadMs + 100_000)
      answer.headers.set('date', date())
      return answer
    })
    const client = vault.client({ clock })
    await client.getCredentials(ALICE)
    clock.jump(79_000)
    expect((await client.getCredentials(ALICE)).accessToken).toBe('token-1')
    clock.jump(2_000)
    expect((await client.getCredentials(ALICE)).accessToken).toBe('token-2')
  })

  it('is not what an answer that was long on the way tells: no token lives longer for it', async () => {
    const clock = manualClock()
    const vault = faultyVault((_request, n) => {
      const answer = token(`token-${n}`, clock.now() + 100_000)
      answer.headers.set('date', new Date(clock.now() - 20_000).toUTCString())
      return answer
    })
    const client = vault.client({ clock })
    await client.getCredentials(ALICE)
    clock.jump(81_000)
    expect((await client.getCredentials(ALICE)).accessToken).toBe('token-2')
  })

  it('by a little too much for the vault sends another token, not the same again', async () => {
    const clock = manualClock()
    const vault = faultyVault((_request, n) =>
      n > 1 ? token('good') : failure(401, 'unauthenticated', { date: new Date(clock.now() + 10_000).toUTCString() }),
    )
    expect((await vault.client({ clock }).getCredentials(ALICE)).accessToken).toBe('good')
    expect(new Set(vault.requests.map(({ headers }) => headers.get('authorization'))).size).toBe(2)
  })

  it('serves several who ask at the same time', async () => {
    await world.connect('bob', 'bob')
    const clock = { ...manualClock(), now: () => Date.now() - HOUR }
    const client = world.client({ clock })
    const tokens = await Promise.all(['alice', 'bob'].map((userId) => client.getCredentials({ connectionId: 'demo', userId })))
    expect(await Promise.all(tokens.map(({ accessToken }) => world.askApi(accessToken)))).toEqual([200, 200])
  })
})
