import { expect, it } from 'vitest'
import { type Clock, localKeyring } from '../../src/index.js'
import { vaultWorld } from '../fixtures/vault-world.js'

const USERS = Array.from({ length: 10_000 }, (_, n) => `user-${n}`)
const OLD = { id: 'old', key: new Uint8Array(32).fill(1) }
const NEW = { id: 'new', key: new Uint8Array(32).fill(2) }

/** Waits are over at once, so that the rotation goes as fast as it can; time moves when the test says so. */
function hurriedClock(): Clock & { aheadMs: number } {
  const clock = {
    aheadMs: 0,
    now: () => 1_800_000_000_000 + clock.aheadMs,
    monotonic: () => clock.aheadMs,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        // Patience, deadlines and leases do not run out here.
        if (ms < 1_000) return void setImmediate(resolve)
        signal?.addEventListener('abort', () => resolve())
      }),
  }
  return clock
}

it('a rotation of 10,000 users, while others read and refresh: nothing is refused, nothing is lost', { timeout: 900_000 }, async () => {
  const world = vaultWorld({ rotation: { kind: 'none' } })
  world.provider.rotates = false
  const clock = hurriedClock()
  const before = world.vault({ clock, keyring: localKeyring([OLD, NEW]) })
  for (const userId of USERS) await world.connect(before, userId)
  clock.aheadMs += 30 * 60_000

  // Two processes rotate, of which one has just been started; two others, with either key in front, read and refresh.
  const rotating = [0, 1].map(() => world.vault({ clock, keyring: localKeyring([NEW, OLD]) }).rotateKeys({ maxPerSecond: 10_000 }))
  const readers = [before, world.vault({ clock, keyring: localKeyring([NEW, OLD]) })]
  let isRotating = true
  let reads = 0
  let refreshes = 0
  const read = async (vault: (typeof readers)[number], seed: number): Promise<void> => {
    for (let n = seed; isRotating; n = (n * 48_271) % 2_147_483_647) {
      const userId = USERS[n % USERS.length] ?? 'user-0'
      const forceRefresh = n % 4 === 0
      const { accessToken } = await vault.getCredentials({ connectionId: 'drive', userId }, { forceRefresh })
      expect(accessToken).toMatch(/^canary-access-\d+$/)
      reads += 1
      if (forceRefresh) refreshes += 1
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const reading = readers.flatMap((vault, index) => [read(vault, 1 + index), read(vault, 1_000 + index)])
  const reports = await Promise.all(rotating)
  isRotating = false
  await Promise.all(reading)

  for (const report of reports) expect(report).toMatchObject({ isDone: true, seen: 10_001, failed: 0 })
  expect(reports.reduce((sum, { rewrapped }) => sum + rewrapped, 0)).toBeGreaterThanOrEqual(10_001)
  expect((await readers[1]?.keyStatus())?.keys).toEqual([{ keyId: 'new', dataKeys: 10_001 }])
  const alone = world.vault({ clock, keyring: localKeyring([NEW]) })
  for (const userId of USERS) await alone.getCredentials({ connectionId: 'drive', userId })
  console.log(`${reads} reads, ${refreshes} of them refreshes, while 10,000 users' data keys were wrapped anew.`)
  expect(reads).toBeGreaterThan(1_000)
  expect(refreshes).toBeGreaterThan(100)
})
