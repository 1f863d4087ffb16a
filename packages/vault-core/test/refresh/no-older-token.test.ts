import { describe, expect, it } from 'vitest'
import type { Vault } from '../../src/index.js'
import { type Fault, json } from '../fixtures/faulty-provider.js'
import { storeStoppingAt } from '../fixtures/intercepted-store.js'
import { settle } from '../fixtures/manual-clock.js'
import { ALICE, type VaultWorld } from '../fixtures/vault-world.js'
import { MIN, S, setScene } from './failure-matrix/scene.js'
import { troubledStore, writes } from './troubled-store.js'

/** A process has refreshed while its old token lives, and cannot write the answer. */
async function refreshedUnwritten() {
  const { world, vault, process } = await setScene('lives')
  const troubled = troubledStore(world.store)
  const holder = process({ store: troubled.store })
  troubled.fails = writes
  const { accessToken } = await holder.getCredentials(ALICE, { minValidityMs: 30 * MIN })
  expect(accessToken).toBe('canary-access-2')
  return { world, vault, troubled, holder }
}

const tokenOf = async (vault: Vault): Promise<string> => (await vault.getCredentials(ALICE)).accessToken

// Whatever a caller was given, the store had not yet.
describe('a process that has handed out a token which the store had not taken', () => {
  it('hands out no older one because of a row that was read before the write and comes after it', async () => {
    const { world, vault, troubled, holder } = await refreshedUnwritten()
    const rows = troubled.delayRows()
    const call = tokenOf(holder)
    await settle()
    troubled.fails = () => false
    await world.clock.advance(6 * S)
    expect(await tokenOf(vault)).toBe('canary-access-2')
    rows.arrive()
    expect(await call).toBe('canary-access-2')
  })

  it('hands it out no more once it is written and the store is away again: the user may have disconnected', async () => {
    const { world, troubled, holder } = await refreshedUnwritten()
    troubled.fails = () => false
    await world.clock.advance(6 * S)
    troubled.fails = () => true
    await expect(tokenOf(holder)).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('does not hand it out to a user who was forgotten since, and has come back', async () => {
    const { world, vault, troubled, holder } = await refreshedUnwritten()
    troubled.fails = () => false
    await world.clock.advance(6 * S)
    await vault.forgetUser(ALICE.userId)
    await world.clock.advance(1 * S)
    await world.connect(vault)
    expect(await tokenOf(holder)).toBe('canary-access-3')
  })
})

const answer = (name: string, tokens: Readonly<Record<string, string>>): Fault => ({
  when: 'before',
  respond: () => json(200, { access_token: `canary-access-${name}`, token_type: 'Bearer', expires_in: 3_600, ...tokens }),
})

async function request(vault: Vault, world: VaultWorld, count: number): Promise<void> {
  void vault.getCredentials(ALICE).catch(() => undefined)
  await settle()
  expect(world.provider.refreshes()).toBe(count)
}

describe.each([
  [
    'rotates, and forgives',
    { kind: 'grace', seconds: 60 },
    [{ refresh_token: 'canary-refresh-first' }, { refresh_token: 'canary-refresh-second' }],
  ],
  ['does not rotate', { kind: 'none' }, [{}, {}]],
] as const)('two processes that were answered by a provider that %s', (_name, rotation, [first, second]) => {
  it('keep to the later answer, though it could not be written before the earlier one was, late', async () => {
    const { world, vault, process } = await setScene('ended', { connection: { rotation } })
    world.provider.failNext(answer('first', first), answer('second', second))
    const suspended = storeStoppingAt(world.store, 'credentials.update')
    await request(process({ store: suspended.store }), world, 1)
    await world.clock.advance(20 * S)
    const troubled = troubledStore(world.store)
    troubled.fails = writes
    const holder = process({ store: troubled.store })
    expect(await tokenOf(holder)).toBe('canary-access-second')

    suspended.resume()
    await settle()
    expect(await tokenOf(vault)).toBe('canary-access-first')
    expect(await tokenOf(holder)).toBe('canary-access-second')

    troubled.fails = () => false
    await world.clock.advance(6 * S)
    expect(await tokenOf(holder)).toBe('canary-access-second')
    expect(await tokenOf(vault)).toBe('canary-access-second')
    expect(world.provider.refreshes()).toBe(2)
  })

  /** A process that cannot write the earlier answer, when another has written the later one. */
  async function behindTheLater() {
    const { world, process } = await setScene('ended', { connection: { rotation } })
    world.provider.failNext(answer('first', first), answer('second', second))
    const troubled = troubledStore(world.store)
    troubled.fails = writes
    const holder = process({ store: troubled.store })
    expect(await tokenOf(holder)).toBe('canary-access-first')
    await world.clock.advance(20 * S)
    expect(await tokenOf(process())).toBe('canary-access-second')
    expect(await tokenOf(holder)).toBe('canary-access-second')
    return { world, troubled, holder }
  }

  it('do not fall back to the earlier answer, which is not written yet, when the store is away after it has shown the later one', async () => {
    const { troubled, holder } = await behindTheLater()
    troubled.fails = () => true
    await expect(tokenOf(holder)).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('do not give the earlier answer, which is not written yet, to whoever needs another token', async () => {
    const { world, holder } = await behindTheLater()
    await expect(holder.getCredentials(ALICE, { forceRefresh: true })).rejects.toMatchObject({
      code: 'provider_unavailable',
      facts: { reason: 'refresh_in_progress' },
    })
    // More life than any of the two has left: the newer one is what there is.
    await world.clock.advance(10 * S)
    expect((await holder.getCredentials(ALICE, { minValidityMs: 60 * MIN })).accessToken).toBe('canary-access-second')
  })
})
