import { describe, expect, it } from 'vitest'
import { toBase64url } from '../../src/crypto/base64.js'
import { dataKeyIdOf } from '../../src/crypto/envelope.js'
import type { Keyring } from '../../src/crypto/keyring.js'
import type { DocumentStore } from '../../src/storage/contract.js'
import { place, sealerWorld, text } from './sealer-world.js'

const newId = new Uint8Array(16).fill(7)
const newDek = new Uint8Array(32).fill(8)
const aliceKeys = { tenant: 'default', kind: 'data_key', id: 'alice' }

describe('data keys of a new user', () => {
  it('are one, though many processes meet the user at the same time', async () => {
    const world = sealerWorld()
    const sealers = Array.from({ length: 8 }, () => world.sealer())
    const blobs = await Promise.all(sealers.map((sealer, n) => sealer.seal(place, text(`${n}`))))
    expect(new Set(blobs.map((blob) => toBase64url(blob.slice(4, 20)))).size).toBe(1)
    for (const [n, blob] of blobs.entries()) for (const sealer of sealers) expect(await sealer.open(place, blob)).toEqual(text(`${n}`))
  })

  it('stand in one document per user, and the tenant’s own in another', async () => {
    const world = sealerWorld()
    const sealer = world.sealer()
    const blob = await sealer.seal(place, text('a'))
    await sealer.seal({ ...place, userId: '' }, text('b'))
    const row = await world.documents.get(aliceKeys)
    const id = toBase64url(dataKeyIdOf(blob) ?? new Uint8Array())
    expect(JSON.parse(row?.data ?? '')).toEqual({
      v: 1,
      current: id,
      keys: [{ dekId: id, wrapped: expect.stringMatching(/^[\w-]+$/), createdAtMs: world.clock.now() }],
    })
    expect(await world.documents.get({ tenant: 'default', kind: 'tenant_data_key', id: 'tenant' })).not.toBeNull()
  })

  it('are never used when the store lost them between two writers', async () => {
    const world = sealerWorld()
    let refusals = 0
    const faultyDocuments: DocumentStore = {
      ...world.documents,
      put: async (put) => (refusals++ === 0 ? { outcome: 'conflict', current: null } : world.documents.put(put)),
    }
    const blob = await world.sealer({ documents: faultyDocuments }).seal(place, text('a'))
    expect(await world.sealer().open(place, blob)).toEqual(text('a'))
  })

  it('are store_unavailable, not made up, when they come and go without end', async () => {
    const world = sealerWorld()
    const faultyDocuments: DocumentStore = { ...world.documents, put: async () => ({ outcome: 'conflict', current: null }) }
    await expect(world.sealer({ documents: faultyDocuments }).seal(place, text('a'))).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('"alice"'),
    })
  })
})

describe('a user whose data keys are destroyed', () => {
  it('does not have them in memory again by a read that had begun before', async () => {
    const world = sealerWorld()
    const blob = await world.sealer().seal(place, text('a'))
    let release = (): void => undefined
    let reads = 0
    const slowDocuments: DocumentStore = {
      ...world.documents,
      get: async (key) => {
        const row = await world.documents.get(key)
        if (reads++ === 0) await new Promise<void>((resolve) => (release = resolve))
        return row
      },
    }
    const sealer = world.sealer({ documents: slowDocuments })
    const early = sealer.open(place, blob)
    await world.clock.advance(0)
    const destroyed = sealer.destroyKeys('alice')
    await world.clock.advance(0)
    release()
    await Promise.all([early, destroyed])
    await expect(sealer.open(place, blob)).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it('gets none by whatever reads, and new ones where something is sealed for him again', async () => {
    const world = sealerWorld()
    const blob = await world.sealer().seal(place, text('a'))
    const [knows, meetsLate] = [world.sealer(), world.sealer()]
    await knows.prepare('alice')
    await world.sealer().destroyKeys('alice')
    for (const sealer of [knows, meetsLate]) expect(await sealer.holdsKeyOf('alice', blob)).toBe(false)
    for (const sealer of [knows, meetsLate, world.sealer()]) {
      await sealer.prepare('alice', { make: false })
      await expect(sealer.open(place, blob)).rejects.toMatchObject({ code: 'decryption_failed' })
    }
    expect(await world.documents.get(aliceKeys)).toBeNull()
    const fresh = await knows.seal(place, text('b'))
    expect(dataKeyIdOf(fresh)).not.toEqual(dataKeyIdOf(blob))
    expect(await meetsLate.open(place, fresh)).toEqual(text('b'))
  })
})

describe('the cache of data keys', () => {
  it('unwraps once for many callers, and again after five minutes', async () => {
    const world = sealerWorld()
    const blob = await world.sealer().seal(place, text('a'))
    const sealer = world.sealer()
    Object.assign(world.counted, { gets: 0, unwraps: 0 })
    await Promise.all(Array.from({ length: 50 }, () => sealer.open(place, blob)))
    await world.clock.advance(299_000)
    await sealer.open(place, blob)
    expect(world.counted).toEqual({ gets: 1, unwraps: 1 })
    await world.clock.advance(1_000)
    await sealer.open(place, blob)
    expect(world.counted).toEqual({ gets: 2, unwraps: 2 })
  })

  it('drops the user who was not asked for longest', async () => {
    const world = sealerWorld()
    const sealer = world.sealer({ maxEntries: 2 })
    for (const userId of ['a', 'b', 'a', 'c']) await sealer.prepare(userId)
    const before = world.counted.gets
    await sealer.prepare('c')
    await sealer.prepare('a')
    expect(world.counted.gets).toBe(before)
    await sealer.prepare('b')
    expect(world.counted.gets).toBe(before + 1)
  })

  it('has prepared keys at hand for the longest request, though the keyring goes away meanwhile', async () => {
    const world = sealerWorld()
    const sealer = world.sealer()
    await sealer.prepare('alice')
    await world.clock.advance(290_000)
    await sealer.prepare('alice')
    world.keyringIsDown = true
    await world.clock.advance(149_000)
    const blob = await sealer.seal(place, text('rotated'))
    expect(await sealer.fingerprint('alice', 'rotated')).toHaveLength(16)
    world.keyringIsDown = false
    expect(await world.sealer().open(place, blob)).toEqual(text('rotated'))
  })

  it('has keys that are held at hand, however many users come meanwhile, and no longer than until they are let go', async () => {
    const world = sealerWorld()
    const sealer = world.sealer({ maxEntries: 2 })
    const others = async () => {
      for (const userId of ['a', 'b', 'c']) await sealer.prepare(userId)
    }
    await sealer.prepare('alice')
    const [letGo, letGoToo] = [await sealer.hold('alice'), await sealer.hold('alice')]
    letGo()
    await others()
    world.keyringIsDown = true
    await sealer.seal(place, text('rotated'))
    world.keyringIsDown = false
    letGoToo()
    await others()
    world.keyringIsDown = true
    await expect(sealer.seal(place, text('later'))).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('has the tenant’s own keys at hand, however many users come: the journal is sealed under them when the store is away', async () => {
    const world = sealerWorld()
    const sealer = world.sealer({ maxEntries: 2 })
    await sealer.prepare('')
    for (const userId of ['a', 'b', 'c']) await sealer.prepare(userId)
    world.keyringIsDown = true
    await sealer.seal({ ...place, userId: '' }, text('entry'))
  })

  it('stays in use for reads when it cannot be renewed early', async () => {
    const world = sealerWorld()
    const sealer = world.sealer()
    const blob = await sealer.seal(place, text('a'))
    world.keyringIsDown = true
    await world.clock.advance(200_000)
    await expect(sealer.prepare('alice')).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(await sealer.open(place, blob)).toEqual(text('a'))
  })

  it('does not remember a failure of the keyring, and tells it as an outage without the keyring’s words', async () => {
    const world = sealerWorld()
    const blob = await world.sealer().seal(place, text('a'))
    world.keyringIsDown = true
    const sealer = world.sealer()
    await expect(sealer.open(place, blob)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/^Data key [\w-]{22} of user "alice": the keyring failed/),
      facts: { userId: 'alice' },
    })
    await expect(sealer.open(place, blob)).rejects.not.toThrow('canary')
    world.keyringIsDown = false
    expect(await sealer.open(place, blob)).toEqual(text('a'))
  })
})

describe('a user with several data keys', () => {
  it('is read by a process that knew the first alone, and written under the current one after that', async () => {
    const world = sealerWorld()
    const sealer = world.sealer()
    const old = await sealer.seal(place, text('old'))
    await world.addDataKey('alice', newId, newDek)
    const fresh = await world.sealer().seal(place, text('new'))
    expect(dataKeyIdOf(fresh)).toEqual(newId)

    Object.assign(world.counted, { gets: 0, unwraps: 0 })
    const opened = await Promise.all(Array.from({ length: 20 }, () => sealer.open(place, fresh)))
    expect(opened).toEqual(Array.from({ length: 20 }, () => text('new')))
    expect(world.counted).toEqual({ gets: 1, unwraps: 1 })
    expect(await sealer.open(place, old)).toEqual(text('old'))
    expect(dataKeyIdOf(await sealer.seal(place, text('next')))).toEqual(newId)
  })

  it('is read though another caller’s look at the store began before the new key was there', async () => {
    const world = sealerWorld()
    let release: (() => void) | undefined
    let hold = false
    const faultyDocuments: DocumentStore = {
      ...world.documents,
      get: async (key) => {
        const row = await world.documents.get(key)
        if (hold) await new Promise<void>((resolve) => (release = resolve))
        return row
      },
    }
    const sealer = world.sealer({ documents: faultyDocuments })
    const stranger = (await sealer.seal(place, text('old'))).slice()
    stranger.fill(1, 4, 20)
    hold = true
    const early = sealer.open(place, stranger).catch((error: unknown) => error)
    await world.clock.advance(0)
    hold = false
    await world.addDataKey('alice', newId, newDek)
    const late = sealer.open(place, await world.sealer().seal(place, text('new')))
    release?.()
    expect(await late).toEqual(text('new'))
    expect(await early).toMatchObject({ code: 'decryption_failed' })
  })

  it('keeps comparable fingerprints', async () => {
    const world = sealerWorld()
    const before = await world.sealer().fingerprint('alice', 'token')
    await world.addDataKey('alice', newId, newDek)
    expect(await world.sealer().fingerprint('alice', 'token')).toEqual(before)
  })

  it('opens what its known keys sealed, though the current one is wrapped under a key that this keyring lacks', async () => {
    const world = sealerWorld()
    const old = await world.sealer().seal(place, text('old'))
    await world.addDataKey('alice', newId, newDek)
    const faultyKeyring: Keyring = {
      ...world.keyring,
      unwrap: (wrapped, context) =>
        context.dekId.join() === newId.join() ? Promise.reject(new Error('unknown key')) : world.keyring.unwrap(wrapped, context),
    }
    const sealer = world.sealer({ keyring: faultyKeyring })
    expect(await sealer.open(place, old)).toEqual(text('old'))
    await expect(sealer.seal(place, text('x'))).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})

describe('a data key that the store does not have', () => {
  it('is looked for once more, then named in decryption_failed; the known ones stay in use', async () => {
    const world = sealerWorld()
    const sealer = world.sealer()
    const blob = await sealer.seal(place, text('a'))
    const stranger = blob.slice()
    stranger.set(newId, 4)
    const before = world.counted.gets
    await expect(sealer.open(place, stranger)).rejects.toMatchObject({
      code: 'decryption_failed',
      message: expect.stringContaining(toBase64url(newId)),
    })
    expect(world.counted.gets).toBe(before + 1)
    world.keyringIsDown = true
    await expect(sealer.open(place, stranger)).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(await sealer.open(place, blob)).toEqual(text('a'))
  })
})

describe('a damaged document of data keys', () => {
  const key = { dekId: toBase64url(newId), wrapped: 'AAAA', createdAtMs: 1 }
  it.each([
    ['no JSON', '{broken'],
    ['no object', 'null'],
    ['a later version', JSON.stringify({ v: 2, current: key.dekId, keys: [key] })],
    ['no keys', JSON.stringify({ v: 1, current: key.dekId, keys: [] })],
    ['no current key', JSON.stringify({ v: 1, current: 'AAAA', keys: [key] })],
    ['an id of another length', JSON.stringify({ v: 1, current: 'AAAA', keys: [{ ...key, dekId: 'AAAA' }] })],
    ['a wrapped key that is not base64', JSON.stringify({ v: 1, current: key.dekId, keys: [{ ...key, wrapped: '!' }] })],
    ['a key that is no object', JSON.stringify({ v: 1, current: key.dekId, keys: [key, 7] })],
  ])('is refused, naming the user: %s', async (_name, data) => {
    const world = sealerWorld()
    await world.documents.put({ ...aliceKeys, data, expect: 'absent', attemptId: 'a' })
    await expect(world.sealer().seal(place, text('x'))).rejects.toMatchObject({
      code: 'decryption_failed',
      message: expect.stringContaining('"alice"'),
      facts: { userId: 'alice' },
    })
  })

  it('is refused when a wrapped key was taken from another user', async () => {
    const world = sealerWorld()
    await world.sealer().prepare('bob')
    const bobs = await world.documents.get({ ...aliceKeys, id: 'bob' })
    await world.documents.put({ ...aliceKeys, data: bobs?.data ?? '', expect: 'absent', attemptId: 'a' })
    await expect(world.sealer().seal(place, text('x'))).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it('is refused when a keyring returns a key of another length', async () => {
    const world = sealerWorld()
    const faultyKeyring: Keyring = { ...world.keyring, unwrap: async () => new Uint8Array(31) }
    await expect(world.sealer({ keyring: faultyKeyring }).seal(place, text('x'))).rejects.toMatchObject({
      code: 'decryption_failed',
      message: expect.stringContaining('31 bytes'),
    })
  })
})
