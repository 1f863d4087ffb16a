import { expect, it } from 'vitest'
import type { Vault } from '../../../src/index.js'
import { createRefreshWorker } from '../../../src/refresh-worker/index.js'
import { settle } from '../../fixtures/manual-clock.js'
import { ALICE, vaultWorld } from '../../fixtures/vault-world.js'
import { S } from '../failure-matrix/scene.js'

const KEY = { ...ALICE, tenant: 'default', accountId: 'default' }
const BEHIND_MS = 5 * S

// Due times come from the clock of the process, and are judged by the store's.
it.each([
  ['a sweep by hand', (vault: Vault) => vault.sweep()],
  ['one run of a worker', (vault: Vault) => createRefreshWorker({ vault }).runOnce()],
] as const)(
  '%s looks once at what is due by the store’s clock alone, and refreshes it when its own clock has come so far',
  async (_name, run) => {
    const world = vaultWorld({ refreshAhead: true })
    world.provider.lifetimeS = 60
    const vault = world.vault({ clock: { ...world.clock, now: () => world.clock.now() - BEHIND_MS } })
    await world.connect(vault)
    const before = await world.store.credentials.get(KEY)
    // By the store's clock all of the time in which it is to be refreshed has passed, by the other none.
    await world.clock.advance(41 * S)

    const running = run(vault)
    let isOver = false
    void running.finally(() => {
      isOver = true
    })
    await settle()
    expect(isOver).toBe(true)
    expect(await running).toMatchObject({ due: 1, refreshed: 0, failed: 0 })
    const row = await world.store.credentials.get(KEY)
    expect(row?.version).toBe((before?.version ?? 0) + 1)
    expect(world.provider.refreshes()).toBe(0)

    await world.clock.advance(BEHIND_MS)
    expect(await run(vault)).toMatchObject({ refreshed: 1 })
  },
)
