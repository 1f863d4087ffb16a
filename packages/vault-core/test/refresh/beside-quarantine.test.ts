import { describe, expect, it } from 'vitest'
import { type RotationProfile, type Vault, VaultError } from '../../src/index.js'
import { type Fault, json } from '../fixtures/faulty-provider.js'
import { interceptedStore, storeStoppingAt } from '../fixtures/intercepted-store.js'
import { settle } from '../fixtures/manual-clock.js'
import { ALICE } from '../fixtures/vault-world.js'
import { HOUR, MIN, S, setScene } from './failure-matrix/scene.js'
import { troubledStore, writes } from './troubled-store.js'

const tokenOf = async (vault: Vault): Promise<string> => (await vault.getCredentials(ALICE)).accessToken

/** Asks for so long a life that the token at hand does not do, and a refresh is made. */
const refresh = async (vault: Vault): Promise<string> => (await vault.getCredentials(ALICE, { minValidityMs: 30 * MIN })).accessToken

/** Without a refresh token of its own it leaves the one that was sent. */
const unusable = (refreshToken?: string): Fault => ({
  when: 'before',
  respond: () =>
    json(200, {
      access_token: 'canary-access-unusable',
      token_type: 'mac',
      expires_in: 3_600,
      ...(refreshToken && { refresh_token: refreshToken }),
    }),
})

/**
 * A process holds a token that it cannot write. Another one has asked for a newer, with the same refresh token, and has got what cannot be
 * used: the row has the first token yet, in quarantine.
 */
async function besideQuarantine(rotation: RotationProfile, refreshToken?: string) {
  const { world, vault, process } = await setScene('lives', { connection: { rotation }, rotates: rotation.kind !== 'none' })
  const troubled = troubledStore(world.store)
  const holder = process({ store: troubled.store })
  troubled.fails = writes
  expect(await refresh(holder)).toBe('canary-access-2')
  await world.clock.advance(20 * S)
  world.provider.failNext(unusable(refreshToken))
  expect(await refresh(vault)).toBe('canary-access-1')
  expect(world.provider.refreshes()).toBe(2)
  return { world, vault, process, troubled, holder }
}

const GRACE: RotationProfile = { kind: 'grace', seconds: 60 }

describe.each([
  ['brought another refresh token', GRACE, 'canary-refresh-unusable'],
  ['brought no refresh token', { kind: 'none' }, undefined],
] as const)('a token that is not written yet, beside a later answer that cannot be used and %s', (_name, rotation, refreshToken) => {
  it('is handed out by the process that holds it', async () => {
    const { world, holder } = await besideQuarantine(rotation, refreshToken)
    expect(await tokenOf(holder)).toBe('canary-access-2')
    await world.clock.advance(5 * MIN)
    expect(await tokenOf(holder)).toBe('canary-access-2')
  })

  it('takes the place of the old one when the store can be written again, and stays there', async () => {
    const { world, vault, troubled, holder } = await besideQuarantine(rotation, refreshToken)
    troubled.fails = () => false
    await world.clock.advance(6 * S)
    expect(await tokenOf(vault)).toBe('canary-access-2')
    expect((await vault.getCredentials(ALICE)).expiresAt?.getTime()).toBe((await holder.getCredentials(ALICE)).expiresAt?.getTime())
    await world.clock.advance(5 * MIN)
    expect(await tokenOf(holder)).toBe('canary-access-2')
    expect(await tokenOf(vault)).toBe('canary-access-2')
  })
})

it('a token that is not written yet, beside a later answer that brought none to a credential without one that lives, is the newest', async () => {
  const { world, vault, process } = await setScene('ended', { connection: { rotation: GRACE } })
  const troubled = troubledStore(world.store)
  const holder = process({ store: troubled.store })
  troubled.fails = writes
  expect(await tokenOf(holder)).toBe('canary-access-2')
  await world.clock.advance(20 * S)
  world.provider.failNext(unusable('canary-refresh-unusable'))
  await expect(tokenOf(vault)).rejects.toMatchObject({ facts: { reason: 'quarantined' } })
  expect(await tokenOf(holder)).toBe('canary-access-2')
  troubled.fails = () => false
  await world.clock.advance(6 * S)
  expect(await tokenOf(vault)).toBe('canary-access-2')
})

describe('a token that comes into the store beside a later answer in quarantine', () => {
  it('leaves the refresh token of that answer', async () => {
    const { world, vault, troubled } = await besideQuarantine(GRACE, 'canary-refresh-unusable')
    troubled.fails = () => false
    await world.clock.advance(6 * S)
    const sent: (string | null)[] = []
    const spying = watchRefreshTokens(world.provider.fetch, sent)
    await world.clock.advance(2 * HOUR)
    const other = world.vault({ fetch: spying })
    await other.getCredentials(ALICE).catch(() => undefined)
    expect(sent).toEqual(['canary-refresh-unusable'])
    expect(await vault.getCredentials(ALICE).catch(() => undefined)).toBeUndefined()
  })

  it('is not put back by a process that was suspended with another unusable answer, whose refresh token is kept', async () => {
    const { world, vault, process, troubled, holder } = await besideQuarantine(GRACE, 'canary-refresh-unusable')
    await world.clock.advance(5 * S)
    const suspended = storeStoppingAt(world.store, 'credentials.update')
    world.provider.failNext(unusable('canary-refresh-third'))
    void refresh(process({ store: suspended.store })).catch(() => undefined)
    await settle()
    expect(world.provider.refreshes()).toBe(3)
    await world.clock.advance(60 * S)
    troubled.fails = () => false
    await world.clock.advance(6 * S)
    expect(await tokenOf(vault)).toBe('canary-access-2')

    suspended.resume()
    await settle()
    await world.clock.advance(2 * MIN)
    expect(await tokenOf(vault)).toBe('canary-access-2')
    expect(await tokenOf(holder)).toBe('canary-access-2')
    const sent: (string | null)[] = []
    await world.clock.advance(2 * HOUR)
    await world
      .vault({ fetch: watchRefreshTokens(world.provider.fetch, sent) })
      .getCredentials(ALICE)
      .catch(() => undefined)
    expect(sent).toEqual(['canary-refresh-third'])
  })

  it('is not put back by a process that notes down that its own request has failed', async () => {
    const { world, vault, process, troubled } = await besideQuarantine(GRACE, 'canary-refresh-unusable')
    await world.clock.advance(5 * S)
    const gate = world.provider.hold()
    world.provider.failNext({ when: 'before', respond: () => json(400, { error: 'temporarily_unavailable' }) })
    void refresh(process()).catch(() => undefined)
    await settle()
    expect(world.provider.refreshes()).toBe(3)
    troubled.fails = () => false
    await world.clock.advance(6 * S)
    const written = await vault.getCredentials(ALICE)
    expect(written.accessToken).toBe('canary-access-2')

    gate.open()
    await settle()
    const after = await vault.getCredentials(ALICE)
    expect(after.accessToken).toBe('canary-access-2')
    expect(after.expiresAt).toEqual(written.expiresAt)
    // What it noted down stands too: nobody asks the provider again before its time.
    await expect(vault.getCredentials(ALICE, { forceRefresh: true })).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(world.provider.refreshes()).toBe(3)
  })

  it('is dropped when the user has connected again meanwhile', async () => {
    const { world, vault, troubled, holder } = await besideQuarantine(GRACE, 'canary-refresh-unusable')
    await world.connect(vault)
    troubled.fails = () => false
    await world.clock.advance(6 * S)
    expect(await tokenOf(vault)).toBe('canary-access-3')
    expect(await tokenOf(holder)).toBe('canary-access-3')
  })
})

describe('a process that was shown a newer token while its own was on its way into the store', () => {
  it('does not hand out its own when the store is away', async () => {
    const { world, process } = await setScene('ended', { connection: { rotation: GRACE } })
    world.provider.failNext(answer('first'), answer('second'))
    let fail = (): void => undefined
    const isAway = new Promise<never>((_resolve, reject) => {
      fail = () => reject(new VaultError('store_unavailable', 'The store is away.'))
    })
    isAway.catch(() => undefined)
    let mayRead = true
    const slow = process({
      store: interceptedStore(world.store, (call, work) => (writes(call) || !mayRead ? isAway : work())),
    })
    const call = slow.getCredentials(ALICE).catch(() => undefined)
    await settle()
    await world.clock.advance(20 * S)
    expect(await tokenOf(process())).toBe('canary-access-second')
    expect(await tokenOf(slow)).toBe('canary-access-second')

    mayRead = false
    fail()
    await settle()
    await call
    await expect(tokenOf(slow)).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})

function answer(name: string): Fault {
  const tokens = { access_token: `canary-access-${name}`, refresh_token: `canary-refresh-${name}` }
  return { when: 'before', respond: () => json(200, { ...tokens, token_type: 'Bearer', expires_in: 3_600 }) }
}

function watchRefreshTokens(fetch: typeof globalThis.fetch, sent: (string | null)[]): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    sent.push(new URLSearchParams(await request.clone().text()).get('refresh_token'))
    return fetch(request)
  }
}
