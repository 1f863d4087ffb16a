import { describe, expect, it } from 'vitest'
import { settle } from '../fixtures/manual-clock.js'
import { ALICE, accountWorld } from './account-world.js'

const HOUR = 3_600_000
const otherAccount = {
  code: 'authorization_response_invalid',
  facts: { reason: 'other_account', connectionId: 'oidc', userId: 'alice' },
}

// Whoever consents with another account than the one that is asked for mostly does so by mistake, or was made to.
describe('a flow for one account', () => {
  it('is refused when the user signs in with another, and the credentials stay', async () => {
    const world = await accountWorld()
    await world.connectAs('a')
    await world.connectAs('b')
    for (const accountId of ['a', 'b', 'default', 'nobody'])
      await expect(world.connectAs(accountId === 'b' ? 'a' : 'b', { accountId, returnTo: '/x' }), accountId).rejects.toMatchObject({
        ...otherAccount,
        facts: { ...otherAccount.facts, returnTo: '/x' },
      })
    expect([await world.tokenOf('a'), await world.tokenOf('b')]).toEqual(['access-1', 'access-2'])
  })

  it('replaces the credential of that one', async () => {
    const world = await accountWorld()
    await world.connectAs('a')
    await world.connectAs('b')
    await world.connectAs('b', { accountId: 'b' })
    await world.connectAs('a', { accountId: 'a' })
    await world.connectAs('a', { accountId: 'default' })
    expect([await world.tokenOf('a'), await world.tokenOf('b')]).toEqual(['access-5', 'access-3'])
  })

  it('connects it where it is not connected', async () => {
    const world = await accountWorld()
    await world.connectAs('a', { accountId: 'a' })
    await world.connectAs('b', { accountId: 'b' })
    expect(await world.rows()).toEqual({ default: 'a', b: 'b' })
  })
})

describe('while the default account waits for its consent', () => {
  const waiting = async () => {
    const world = await accountWorld()
    await world.connectAs('a')
    await world.clock.advance(2 * HOUR)
    world.revokeAtProvider()
    await expect(world.tokenOf()).rejects.toMatchObject({ code: 'reauthorization_required', facts: { authorization: { accountId: 'a' } } })
    return world
  }

  it('another one is refused, so that nobody asks in vain again and again', async () => {
    const world = await waiting()
    await expect(world.connectAs('b')).rejects.toMatchObject(otherAccount)
    await world.connectAs('a')
    expect(await world.tokenOf()).toBe('access-3')
    await world.connectAs('b')
    expect(await world.tokenOf('b')).toBe('access-4')
  })

  it('so is another one that is connected', async () => {
    const world = await accountWorld()
    await world.connectAs('a', { answer: { expires_in: 600, refresh_token: undefined } })
    await world.connectAs('b')
    // It has no refresh token, and has ended: nobody has found out yet.
    await world.clock.advance(HOUR / 2)
    await expect(world.connectAs('b')).rejects.toMatchObject(otherAccount)
    await world.connectAs('b', { accountId: 'b' })
    expect(await world.tokenOf('b')).toBe('access-4')
  })

  it('another one is added when that is meant', async () => {
    const world = await waiting()
    await world.connectAs('b', { addAccount: true })
    expect(await world.tokenOf('b')).toBe('access-2')
    await expect(world.tokenOf()).rejects.toMatchObject({ code: 'reauthorization_required' })
  })
})

describe('another account in the place of the default one', () => {
  it('takes it when that is asked for', async () => {
    const world = await accountWorld()
    await world.connectAs('a')
    await world.connectAs('b', { replaceAccount: true })
    expect(await world.tokenOf()).toBe('access-2')
    expect(await world.rows()).toEqual({ default: 'b' })
    expect(world.events.filter(({ type }) => type === 'scope_changed')).toEqual([])
  })

  it('takes it also where the default one stands under its own key, which ends', async () => {
    const world = await accountWorld()
    for (const subject of ['a', 'b', 'c']) await world.connectAs(subject)
    await world.vault.disconnect({ ...ALICE, accountId: 'a' })
    await settle()
    await world.connectAs('d', { replaceAccount: true })
    await settle()
    expect(await world.tokenOf()).toBe('access-4')
    expect(await world.rows()).toEqual({ default: 'd', c: 'c' })
    expect(world.issuer.requestsTo('/revoke').map(({ form }) => form.get('token'))).toContain('refresh-2')
  })

  it('takes it when the other one is connected already', async () => {
    const world = await accountWorld()
    await world.connectAs('a')
    await world.connectAs('b')
    await world.connectAs('b', { replaceAccount: true })
    expect(await world.tokenOf()).toBe('access-3')
    expect(await world.rows()).toEqual({ b: 'b' })
  })

  it('may take it once that was disconnected', async () => {
    const world = await accountWorld()
    await world.connectAs('a')
    await world.vault.disconnect(ALICE)
    await world.connectAs('b')
    expect(await world.tokenOf()).toBe('access-2')
    expect(await world.rows()).toEqual({ default: 'b' })
  })
})
