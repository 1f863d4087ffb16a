import { bytesOf } from '../rows.js'
import type { StoreSubject } from '../store-subject.js'

/** What can be redeemed once, for a while. */
export function ticketRules({ describe, rule, expect }: StoreSubject): void {
  const ticket = (tenant: string, id = 't') => ({ tenant, kind: 'flow', id })

  describe('tickets', () => {
    rule('are taken once', async ({ store, tenant }) => {
      expect(await store.tickets.create({ ...ticket(tenant), data: bytesOf('flow'), ttlMs: 60_000 })).toBe('created')
      expect(await store.tickets.take(ticket(tenant))).toEqual(bytesOf('flow'))
      expect(await store.tickets.take(ticket(tenant))).toBe(null)
    })

    rule('100 takes at once: one gets it', async ({ store, tenant }) => {
      await store.tickets.create({ ...ticket(tenant), data: bytesOf('flow'), ttlMs: 60_000 })
      const taken = await Promise.all(Array.from({ length: 100 }, () => store.tickets.take(ticket(tenant))))
      expect(taken.filter((data) => data !== null).length).toBe(1)
    })

    rule('that live are not replaced', async ({ store, tenant }) => {
      await store.tickets.create({ ...ticket(tenant), data: bytesOf('first'), ttlMs: 60_000 })
      expect(await store.tickets.create({ ...ticket(tenant), data: bytesOf('second'), ttlMs: 60_000 })).toBe('exists')
      expect(await store.tickets.take(ticket(tenant))).toEqual(bytesOf('first'))
    })

    rule('100 creates of one key at once: one wins', async ({ store, tenant }) => {
      const created = await Promise.all(
        Array.from({ length: 100 }, () => store.tickets.create({ ...ticket(tenant), data: bytesOf('x'), ttlMs: 60_000 })),
      )
      expect(created.filter((outcome) => outcome === 'created').length).toBe(1)
    })

    rule('expire by the store’s clock: neither taken nor in the way', async ({ store, tenant, elapse }) => {
      await store.tickets.create({ ...ticket(tenant), data: bytesOf('old'), ttlMs: 1_000 })
      await elapse(1_001)
      expect(await store.tickets.create({ ...ticket(tenant), data: bytesOf('new'), ttlMs: 1_000 })).toBe('created')
      expect(await store.tickets.take(ticket(tenant))).toEqual(bytesOf('new'))
      await store.tickets.create({ ...ticket(tenant), data: bytesOf('old'), ttlMs: 1_000 })
      await elapse(1_001)
      expect(await store.tickets.take(ticket(tenant))).toBe(null)
    })

    rule('that expired are purged, so many at a time; those that live stay', async ({ store, tenant, elapse }) => {
      for (let n = 0; n < 5; n++) await store.tickets.create({ ...ticket(tenant, `old-${n}`), data: bytesOf('x'), ttlMs: 1_000 })
      await store.tickets.create({ ...ticket(tenant, 'living'), data: bytesOf('x'), ttlMs: 60_000 })
      await elapse(1_001)
      expect(await store.tickets.purge(3)).toBe(3)
      expect((await store.tickets.purge(100)) >= 2).toBe(true)
      expect(await store.tickets.take(ticket(tenant, 'living'))).toEqual(bytesOf('x'))
    })

    rule('that were made again live by their last time', async ({ store, tenant, elapse }) => {
      const create = (id: string, ttlMs: number) => store.tickets.create({ ...ticket(tenant, id), data: bytesOf(id), ttlMs })
      await create('taken', 1_000)
      await store.tickets.take(ticket(tenant, 'taken'))
      await create('taken', 60_000)
      await create('expired', 1_000)
      await elapse(1_001)
      await create('expired', 60_000)
      await store.tickets.purge(100)
      expect(await store.tickets.take(ticket(tenant, 'taken'))).toEqual(bytesOf('taken'))
      expect(await store.tickets.take(ticket(tenant, 'expired'))).toEqual(bytesOf('expired'))
    })

    rule('keep their bytes, whatever becomes of those that were given', async ({ store, tenant }) => {
      const given = bytesOf('flow')
      await store.tickets.create({ ...ticket(tenant), data: given, ttlMs: 60_000 })
      given.fill(0)
      expect(await store.tickets.take(ticket(tenant))).toEqual(bytesOf('flow'))
    })

    rule('may be empty and may be large', async ({ store, tenant }) => {
      await store.tickets.create({ ...ticket(tenant, 'empty'), data: new Uint8Array(), ttlMs: 60_000 })
      await store.tickets.create({ ...ticket(tenant, 'large'), data: new Uint8Array(65_536).fill(7), ttlMs: 60_000 })
      expect((await store.tickets.take(ticket(tenant, 'empty')))?.length).toBe(0)
      expect((await store.tickets.take(ticket(tenant, 'large')))?.every((byte) => byte === 7)).toBe(true)
    })
  })
}
