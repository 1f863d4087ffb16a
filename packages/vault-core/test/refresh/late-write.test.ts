import { expect, it } from 'vitest'
import { json } from '../fixtures/faulty-provider.js'
import { storeStoppingAt } from '../fixtures/intercepted-store.js'
import { settle } from '../fixtures/manual-clock.js'
import { ALICE } from '../fixtures/vault-world.js'
import { HOUR, S, setScene } from './failure-matrix/scene.js'

// The write was prepared under a lease that held, and reaches the store when it does not any more.
it('a write that another process has overtaken says that the refresh token may have been sent twice', async () => {
  const { world, vault, process } = await setScene('ended')
  const suspended = storeStoppingAt(world.store, 'credentials.update')
  const first = process({ store: suspended.store, callerWaitMs: 120 * S })
  void first.getCredentials(ALICE).catch(() => undefined)
  await settle()
  expect(world.provider.refreshes()).toBe(1)

  await world.clock.advance(121 * S)
  await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ facts: { reason: 'rotation_outcome_unknown' } })
  suspended.resume()
  await settle()

  // The provider has ended the grant, as its old refresh token came twice. Nobody has revoked it.
  await world.clock.advance(2 * HOUR)
  await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ facts: { reason: 'rotation_outcome_unknown' } })
  expect(world.provider.refreshes()).toBe(3)
})

// A provider that forgives a second use answered both requests, and both answers are on their way into the store.
it.each([
  ['the earlier is written first', ['first', 'second']],
  ['the later is written first', ['second', 'first']],
] as const)('of two answers to one refresh token the one asked for later stands: %s', async (_name, order) => {
  const { world, vault, process } = await setScene('ended', { connection: { rotation: { kind: 'grace', seconds: 60 } } })
  const answer = (name: string) => ({
    when: 'before' as const,
    respond: () =>
      json(200, {
        access_token: `canary-access-${name}`,
        refresh_token: `canary-refresh-${name}`,
        token_type: 'Bearer',
        expires_in: 3_600,
      }),
  })
  world.provider.failNext(answer('first'), answer('second'))
  const stores = { first: storeStoppingAt(world.store, 'credentials.update'), second: storeStoppingAt(world.store, 'credentials.update') }
  const call = async (name: keyof typeof stores): Promise<void> => {
    void process({ store: stores[name].store, callerWaitMs: 120 * S })
      .getCredentials(ALICE)
      .catch(() => undefined)
    await settle()
  }
  await call('first')
  await world.clock.advance(20 * S)
  await call('second')
  for (const name of order) {
    stores[name].resume()
    await settle()
  }
  expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-second')
  expect(world.provider.revocations).toEqual([])
})

it('an answer that brings no new refresh token stands over an earlier one, and leaves the refresh token that came with that', async () => {
  const { world, vault, process } = await setScene('ended', { connection: { rotation: { kind: 'grace', seconds: 60 } } })
  const tokens = (name: string) => ({ access_token: `canary-access-${name}`, token_type: 'Bearer', expires_in: 3_600 })
  world.provider.failNext(
    { when: 'after', respond: () => json(200, { ...tokens('first'), refresh_token: 'canary-refresh-2' }) },
    { when: 'before', respond: () => json(200, tokens('second')) },
  )
  const first = storeStoppingAt(world.store, 'credentials.update')
  const second = storeStoppingAt(world.store, 'credentials.update')
  for (const { store } of [first, second]) {
    void process({ store })
      .getCredentials(ALICE)
      .catch(() => undefined)
    await settle()
    await world.clock.advance(20 * S)
  }
  for (const { resume } of [first, second]) {
    resume()
    await settle()
  }
  expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-second')
  await vault.getCredentials(ALICE, { forceRefresh: true })
  expect(world.provider.tokenRequests.at(-1)).toEqual({ grantType: 'refresh_token', newest: true })
  expect(world.provider.grantAlive).toBe(true)
})
