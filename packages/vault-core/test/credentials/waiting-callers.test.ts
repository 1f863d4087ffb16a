import { expect, it } from 'vitest'
import { isVaultError } from '../../src/index.js'
import { settle } from '../fixtures/manual-clock.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'

const S = 1_000
/** As nothing else waits. */
const PATIENCE_MS = 12_345

/** A credential that has expired, a provider that does not answer yet, and the waits that callers begin. */
async function waitingWorld() {
  const world = vaultWorld()
  let waits = 0
  const clock: typeof world.clock = {
    ...world.clock,
    sleep: (ms, signal, options) => {
      if (ms === PATIENCE_MS) waits += 1
      return world.clock.sleep(ms, signal, options)
    },
  }
  const vault = world.vault({ clock, callerWaitMs: PATIENCE_MS })
  await world.connect(vault)
  await world.clock.advance(3_700 * S)
  const { open } = world.provider.hold()
  return { world, vault, open, waits: () => waits }
}

it('Thousands who wait for one refresh have one timer, and all get its token', async () => {
  const { world, vault, open, waits } = await waitingWorld()
  const callers = Array.from({ length: 1_000 }, () => vault.getCredentials(ALICE))
  await settle()
  expect(waits()).toBe(1)
  open()
  const tokens = (await Promise.all(callers)).map(({ accessToken }) => accessToken)
  expect(tokens).toEqual(tokens.map(() => 'canary-access-2'))
  expect(world.provider.refreshes()).toBe(1)
})

it('Who comes later waits for as long as he said, and one with a signal leaves when he likes', async () => {
  const { world, vault, open } = await waitingWorld()
  const leaving = new AbortController()
  const ends: string[] = []
  const note = (name: string, call: Promise<unknown>): Promise<void> =>
    call.then(
      () => void ends.push(`${name}: token`),
      (error: Error) => void ends.push(`${name}: ${isVaultError(error) ? error.code : error.name}`),
    )
  const calls = [note('first', vault.getCredentials(ALICE)), note('with a signal', vault.getCredentials(ALICE, { signal: leaving.signal }))]
  await world.clock.advance(5 * S)
  calls.push(note('later', vault.getCredentials(ALICE)))
  await world.clock.advance(4 * S)
  leaving.abort()
  await settle()
  expect(ends).toEqual(['with a signal: AbortError'])
  await world.clock.advance(PATIENCE_MS - 9 * S)
  expect(ends).toEqual(['with a signal: AbortError', 'first: provider_unavailable'])
  await world.clock.advance(4 * S)
  open()
  await Promise.all(calls)
  expect(ends).toEqual(['with a signal: AbortError', 'first: provider_unavailable', 'later: token'])
})
