import { expect, it } from 'vitest'
import { interceptedStore } from '../fixtures/intercepted-store.js'
import { settle } from '../fixtures/manual-clock.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'
import { HOUR, S } from './failure-matrix/scene.js'

/** Alice's refresh is under way; another process forgets her, and she connects anew: her row counts from the beginning, as the old one did. */
async function forgottenMeanwhile(isWriteLost: boolean) {
  const world = vaultWorld()
  let fails = false
  const store = interceptedStore(world.store, async (call, work) => {
    if (fails && call === 'credentials.update') throw new Error('The store is down.')
    return work()
  })
  const vault = world.vault({ store })
  const other = world.vault()
  await world.connect(vault)
  await world.clock.advance(2 * HOUR)
  const gate = world.provider.hold()
  const call = vault.getCredentials(ALICE).then(
    ({ accessToken }) => accessToken,
    (error: unknown) => error,
  )
  await settle()
  if (isWriteLost) {
    fails = true
    gate.open()
    await call
  }
  await other.forgetUser('alice')
  await world.connect(other)
  const { accessToken } = await other.getCredentials(ALICE)
  gate.open()
  await settle()
  return { world, vault, call, newToken: accessToken, mend: () => (fails = false) }
}

it('what a refresh brings for a user who was forgotten, and has connected anew, is given to nobody', async () => {
  const { world, vault, call, newToken } = await forgottenMeanwhile(false)
  expect([newToken, expect.objectContaining({ code: 'provider_unavailable' })]).toContainEqual(await call)
  await world.clock.advance(10 * S)
  expect((await vault.getCredentials(ALICE)).accessToken).toBe(newToken)
  // It is dropped, not tried again and again.
  expect(JSON.stringify(world.logLines)).not.toContain('The write is repeated')
  expect(JSON.stringify(world.logLines)).not.toContain('it is repeated')
})

it('nor is what the store could not take', async () => {
  const { world, vault, newToken, mend } = await forgottenMeanwhile(true)
  expect((await vault.getCredentials(ALICE)).accessToken).toBe(newToken)
  mend()
  await world.clock.advance(10 * S)
  expect((await vault.getCredentials(ALICE)).accessToken).toBe(newToken)
})
