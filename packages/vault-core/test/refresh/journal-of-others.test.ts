import { expect, it } from 'vitest'
import { VaultError, type VaultStore } from '../../src/index.js'
import { failingStore, interceptedStore } from '../fixtures/intercepted-store.js'
import { settle } from '../fixtures/manual-clock.js'
import { memoryJournal } from '../fixtures/memory-journal.js'
import { ALICE } from '../fixtures/vault-world.js'
import { MIN, S, setScene } from './failure-matrix/scene.js'

/** From the write-back of a refresh on, this process reaches the store no more. */
function cutOffAtWriteBack(store: VaultStore): VaultStore {
  let isCutOff = false
  return interceptedStore(store, (call, work) => {
    isCutOff ||= call === 'credentials.update'
    return isCutOff ? Promise.reject(new VaultError('store_unavailable', 'The store is away.')) : work()
  })
}

// All workers of a machine find the same token ended at the same moment.
it('who waits for a process that dies with its answer in the journal they share does not send the old refresh token', async () => {
  const { world, process, ask } = await setScene('ended', { connection: { rotation: { kind: 'grace', seconds: 20 } } })
  const journal = memoryJournal()
  let die = (): void => undefined
  const dead = new Promise<void>((resolve) => {
    die = resolve
  })
  let isDead = false
  const dying = interceptedStore(world.store, (call, work) => {
    if (isDead) return new Promise(() => undefined)
    if (call !== 'credentials.update') return work()
    isDead = true
    die()
    return Promise.reject(new VaultError('store_unavailable', 'The store is away.'))
  })
  const slower = interceptedStore(world.store, (call, work) => (call === 'credentials.claim' ? dead.then(work) : work()))
  const [first, second] = [process({ journal, store: dying }), process({ journal, store: slower })]
  await second.sweep()
  const call = await ask({}, second)
  await first.getCredentials(ALICE)
  await settle()
  await world.clock.advance(9 * S)
  expect(call.end()).toMatchObject({ credentials: { accessToken: 'canary-access-2' } })
  expect(world.provider.refreshes()).toBe(1)
})

it('a journal that comes late gives no older access token for one that another process has brought', async () => {
  const { world, vault, process } = await setScene('ended', { rotates: false, connection: { rotation: { kind: 'none' } } })
  const journal = memoryJournal()
  await process({ journal, store: cutOffAtWriteBack(world.store) }).getCredentials(ALICE)
  expect(journal.entries.size).toBe(1)
  await world.clock.advance(MIN)
  expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-3')
  await process({ journal }).sweep()
  expect(journal.entries.size).toBe(0)
  expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-3')
})

it('while the store does not take what the journal has, the refresh token that was spent for it is not sent', async () => {
  const { world, process } = await setScene('ended', { lifetimeS: 60 })
  const journal = memoryJournal()
  await process({ journal, store: cutOffAtWriteBack(world.store) }).getCredentials(ALICE)
  await world.clock.advance(3 * MIN)

  const failing = failingStore(world.store, (call) => call === 'credentials.update')
  const next = process({ journal, store: failing.store })
  failing.isDown = true
  await expect(next.getCredentials(ALICE)).rejects.toThrow()
  expect(world.provider.refreshes()).toBe(1)
  failing.isDown = false
  expect((await next.getCredentials(ALICE)).accessToken).toBe('canary-access-3')
  expect(world.provider.grantAlive).toBe(true)
})

it('what the journal has of a grant that its user has ended meanwhile is revoked', async () => {
  const { world, vault, process } = await setScene('ended', { lifetimeS: 60 })
  const journal = memoryJournal()
  await process({ journal, store: cutOffAtWriteBack(world.store) }).getCredentials(ALICE)
  await vault.disconnect(ALICE)
  await settle()
  const revoked = world.provider.revocations.length
  await process({ journal }).sweep()
  await settle()
  expect(world.provider.revocations.slice(revoked)).toEqual(['refresh_token', 'access_token'])
  expect(journal.entries.size).toBe(0)
})
