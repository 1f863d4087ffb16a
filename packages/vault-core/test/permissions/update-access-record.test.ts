import { describe, expect, it } from 'vitest'
import { permissionWorld, viewers } from './permission-world.js'

describe('changing an access record', () => {
  it('replaces all but its id, with a later time, and counts at once', async () => {
    const { accessRecords, permissions } = permissionWorld().process()
    const before = await accessRecords.create({ ...viewers(['u1'], ['/a'], 'r'), description: 'old' })
    const after = await accessRecords.update('r', viewers(['u2'], ['/b']))
    expect(after).toEqual({ ...viewers(['u2'], ['/b'], 'r'), status: 'ACTIVE', lastUpdated: '2027-01-15T08:00:00.001Z' })
    expect(Date.parse(after.lastUpdated)).toBeGreaterThan(Date.parse(before.lastUpdated))
    expect(await accessRecords.get('r')).toEqual(after)
    expect(await permissions.isAllowed({ subject: 'u1', permission: 'read', resource: '/a' })).toBe(false)
    expect(await permissions.isAllowed({ subject: 'u2', permission: 'read', resource: '/b' })).toBe(true)
  })

  it('refuses what rests on an old reading, and says so', async () => {
    const world = permissionWorld()
    const { accessRecords } = world.process()
    const { lastUpdated } = await accessRecords.create(viewers(['u1'], ['/a'], 'r'))
    await expect(
      accessRecords.update('r', viewers(['u1'], ['/a']), { ifUnmodifiedSince: '1970-01-01T00:00:00.000Z' }),
    ).rejects.toMatchObject({
      code: 'conflict',
      facts: { reason: 'modified_since' },
    })
    await accessRecords.update('r', viewers(['u2'], ['/a']), { ifUnmodifiedSince: lastUpdated })
    await expect(accessRecords.update('r', viewers(['u3'], ['/a']), { ifUnmodifiedSince: lastUpdated })).rejects.toMatchObject({
      code: 'conflict',
    })
    expect((await accessRecords.get('r')).users).toEqual([{ userId: 'u2' }])
  })

  it('lets one of two that rest on the same reading win', async () => {
    const { accessRecords } = permissionWorld().process()
    const { lastUpdated } = await accessRecords.create(viewers(['u1'], ['/a'], 'r'))
    const both = await Promise.allSettled(
      ['u2', 'u3'].map((user) => accessRecords.update('r', viewers([user], ['/a']), { ifUnmodifiedSince: lastUpdated })),
    )
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('refuses another id, one that is deleted, and one that is not there', async () => {
    const { accessRecords } = permissionWorld().process()
    await accessRecords.create(viewers(['u1'], ['/a'], 'r'))
    await expect(accessRecords.update('r', viewers(['u1'], ['/a'], 'other'))).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { recordId: expect.any(String) } },
    })
    await accessRecords.delete('r')
    await expect(accessRecords.update('r', viewers(['u1'], ['/a']))).rejects.toMatchObject({ code: 'not_found' })
    await expect(accessRecords.update('none', viewers(['u1'], ['/a']))).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('listing access records', () => {
  it('pages through all of them, by status and text', async () => {
    const { accessRecords } = permissionWorld().process()
    for (let index = 0; index < 25; index += 1) {
      await accessRecords.create({
        ...viewers(['u1'], ['/a'], `r${index}`),
        name: index % 2 === 0 ? 'Even' : 'odd',
        description: `number ${index}`,
      })
    }
    await accessRecords.delete('r4')
    const all = async (query: Parameters<typeof accessRecords.list>[0]) => {
      const ids: string[] = []
      let cursor: string | undefined
      do {
        const page = await accessRecords.list({ ...query, limit: 4, ...(cursor !== undefined && { cursor }) })
        if (page.cursor !== undefined) expect(page.items.length).toBeGreaterThan(0)
        ids.push(...page.items.map(({ recordId }) => recordId))
        cursor = page.cursor
      } while (cursor !== undefined)
      expect(new Set(ids).size).toBe(ids.length)
      return ids.length
    }
    expect(await all({})).toBe(24)
    expect(await all({ status: 'DELETED' })).toBe(1)
    expect(await all({ filter: 'EVEN' })).toBe(12)
    expect(await all({ filter: 'number 1' })).toBe(11)
    expect(await all({ filter: 'nowhere' })).toBe(0)
  })

  it.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: 1001 }, 'limit'],
    [{ limit: 1.5 }, 'limit'],
    [{ cursor: '' }, 'cursor'],
    [{ cursor: 'made up' }, 'cursor'],
  ])('refuses %j', async (query, field) => {
    const { accessRecords } = permissionWorld().process()
    await expect(accessRecords.list(query)).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { [field]: expect.any(String) } },
    })
  })
})
