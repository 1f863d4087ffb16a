import { describe, expect, it } from 'vitest'
import type { VaultStore } from '../../src/index.js'
import { interceptedStore } from '../fixtures/intercepted-store.js'
import { settle } from '../fixtures/manual-clock.js'
import { type AuditWorld, auditWorld, DAY } from './audit-world.js'

describe('the chain of the audit log', () => {
  it('is empty before the first entry', async () => {
    const { audit } = auditWorld().process()
    expect(await audit.verify()).toEqual({ ok: true, entries: 0, head: { sequence: 0, mac: '' } })
  })

  it('takes in what was appended, a thousand entries a checkpoint', async () => {
    const world = auditWorld()
    const { vault, audit, fill } = world.process()
    await fill(2_500)
    await vault.sweep()
    expect((await world.store.documents.list({ tenant: 'default', kind: 'audit-checkpoint', limit: 10 })).items.length).toBe(2)
    expect(await audit.verify()).toMatchObject({ ok: true, entries: 2_500, head: { sequence: 2_500 } })
  })

  it('closes a checkpoint whose first entry is a day old', async () => {
    const world = auditWorld()
    const { vault, audit, fill } = world.process()
    for (let day = 0; day < 4; day++) {
      await fill(3)
      await vault.sweep()
      await world.clock.advance(DAY)
    }
    await vault.sweep()
    expect((await world.store.documents.list({ tenant: 'default', kind: 'audit-checkpoint', limit: 10 })).items.length).toBe(4)
    expect(await audit.verify()).toMatchObject({ ok: true, entries: 12 })
  })

  it('has the same head however many steps it took, and in whichever process', async () => {
    const world = auditWorld()
    const one = world.process()
    await one.fill(30)
    const { mac } = await one.audit.head()
    // The same entries once more, by another process that takes them in by threes.
    await removeHead(world)
    const { audit } = world.process({}, { store: listingAtMost(3, world.store) })
    expect((await audit.head()).mac).toBe(mac)
  })

  it('is extended by many processes at once, and none is in another’s way', async () => {
    const world = auditWorld()
    const processes = Array.from({ length: 6 }, () => world.process())
    await Promise.all(
      processes.map(async ({ vault, audit, fill }, index) => {
        for (let round = 0; round < 8; round++) {
          await fill(50 + index)
          await (round % 3 === 0 ? audit.head() : vault.sweep())
        }
      }),
    )
    const count = 8 * (50 + 51 + 52 + 53 + 54 + 55)
    for (const { audit } of processes) expect(await audit.verify()).toMatchObject({ ok: true, entries: count })
    const macs = new Set(await Promise.all(processes.map(async ({ audit }) => (await audit.head()).mac)))
    expect(macs.size).toBe(1)
  })

  it.each(['before', 'after'] as const)('goes on whichever call a process dies %s, also while it prunes', async (when) => {
    let stops = 0
    for (let call = 1; ; call++) {
      const world = auditWorld()
      const first = world.process({ retentionDays: 30 })
      for (const days of [1, 1, 40]) {
        await first.fill(4)
        await first.vault.sweep()
        await world.clock.advance(days * DAY)
      }
      await first.fill(4)

      const dying = storeThatDies(world.store, call, when)
      void world.process({ retentionDays: 30 }, { store: dying.store }).vault.sweep()
      await settle()
      if (!dying.isDead) break
      stops += 1

      const survivor = world.process({ retentionDays: 30 })
      const what = `after a death ${when} call ${call}`
      expect(await survivor.audit.verify(), what).toMatchObject({ ok: true, head: { sequence: 16 } })
      await survivor.vault.sweep()
      await survivor.vault.sweep()
      expect(await survivor.audit.verify(), what).toMatchObject({ ok: true, entries: 4, head: { sequence: 16 } })
      expect(
        (await survivor.audit.list()).items.map(({ sequence }) => sequence),
        what,
      ).toEqual([13, 14, 15, 16])
    }
    expect(stops).toBeGreaterThan(10)
  })
})

async function removeHead({ raw }: AuditWorld): Promise<void> {
  for (const [key, { kind }] of await raw.records('documents')) if (kind === 'audit-head') raw.set('documents', key, undefined)
}

/** A real store whose listings of the log are short. */
function listingAtMost(limit: number, store: VaultStore): VaultStore {
  return { ...store, audit: { ...store.audit, list: (query) => store.audit.list({ ...query, limit: Math.min(limit, query.limit) }) } }
}

/** A real store, as a process sees it that dies before or after its so many-th call: no call comes back from then on. */
function storeThatDies(real: VaultStore, at: number, when: 'before' | 'after') {
  let calls = 0
  const never = new Promise<never>(() => undefined)
  return {
    store: interceptedStore(real, async (name, work) => {
      // Others than the chain's: those of the sweeper and of the tenant's key are tested elsewhere.
      const isOurs = name.startsWith('audit.') || name === 'documents.put' || name === 'documents.delete'
      if (isOurs) calls += 1
      if (calls < at) return work()
      if (calls === at && isOurs && when === 'after') await work()
      return never
    }),
    get isDead() {
      return calls >= at
    },
  }
}
