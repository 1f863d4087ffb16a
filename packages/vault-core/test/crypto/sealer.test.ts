import { memoryStore } from '@holdfast/vault-store-memory'
import { describe, expect, it } from 'vitest'
import { createSealer } from '../../src/crypto/create-sealer.js'
import type { Keyring } from '../../src/crypto/keyring.js'
import { localKeyring } from '../../src/crypto/local-keyring.js'
import type { SealContext, Sealer } from '../../src/crypto/sealer.js'
import { runtimeWithDefaults } from '../../src/runtime.js'
import type { DocumentStore } from '../../src/storage/contract.js'
import { type ManualClock, manualClock } from '../fixtures/manual-clock.js'

const place: SealContext = { userId: 'alice', connectionId: 'drive', accountId: 'default', field: 'access_token', epoch: 1, secretRev: 1 }
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

interface World {
  readonly documents: DocumentStore
  readonly clock: ManualClock
  readonly counted: { gets: number; unwraps: number }
  sealer(options?: { keyring?: Keyring; tenant?: string; maxEntries?: number }): Sealer
}

function sealerWorld(): World {
  const clock = manualClock()
  const counted = { gets: 0, unwraps: 0 }
  const { documents: plain } = memoryStore({ clock: () => clock.now() })
  const documents: DocumentStore = {
    ...plain,
    get: (key) => {
      counted.gets++
      return plain.get(key)
    },
  }
  const local = localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(3) }])
  const counting: Keyring = {
    ...local,
    unwrap: (wrapped, context) => {
      counted.unwraps++
      return local.unwrap(wrapped, context)
    },
  }
  return {
    documents,
    clock,
    counted,
    sealer: ({ keyring = counting, tenant = 'default', ...rest } = {}) =>
      createSealer({ documents, keyring, tenant, runtime: runtimeWithDefaults({ clock }), ...rest }),
  }
}

describe('the sealer', () => {
  it('opens what another process sealed', async () => {
    const world = sealerWorld()
    const blob = await world.sealer().seal(place, text('token'))
    expect(await world.sealer().open(place, blob)).toEqual(text('token'))
  })

  it.each([
    ['user', { userId: 'bob' }],
    ['connection', { connectionId: 'mail' }],
    ['account', { accountId: 'second' }],
    ['field', { field: 'refresh_token' }],
    ['epoch', { epoch: 2 }],
    ['revision', { secretRev: 2 }],
  ])('refuses a value moved to another %s with decryption_failed', async (_name, other) => {
    const sealer = sealerWorld().sealer()
    await sealer.seal({ ...place, ...other }, text('theirs'))
    const blob = await sealer.seal(place, text('token'))
    await expect(sealer.open({ ...place, ...other }, blob)).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it('refuses a value moved to another tenant, though the data key was copied along', async () => {
    const world = sealerWorld()
    const blob = await world.sealer().seal(place, text('token'))
    const row = await world.documents.get({ tenant: 'default', kind: 'data_key', id: 'alice' })
    await world.documents.put({ tenant: 'other', kind: 'data_key', id: 'alice', data: row?.data ?? '', expect: 'absent', attemptId: 'a' })
    await expect(world.sealer({ tenant: 'other' }).open(place, blob)).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it('says which record and which data key, and nothing of the content', async () => {
    const sealer = sealerWorld().sealer()
    const blob = await sealer.seal(place, text('canary-content'))
    blob[100] = (blob[100] ?? 0) ^ 1
    const message = await sealer.open(place, blob).then(
      () => '',
      (error: Error) => error.message,
    )
    expect(message).toMatch(/"access_token" of user "alice" on connection "drive".*data key [\w-]{22}/)
    expect(message).not.toContain('canary')
  })

  it('two processes that meet a new user at the same time end with one data key', async () => {
    const world = sealerWorld()
    const [one, two] = [world.sealer(), world.sealer()]
    const [first, second] = await Promise.all([one.seal(place, text('a')), two.seal(place, text('b'))])
    expect(first.slice(4, 20)).toEqual(second.slice(4, 20))
    expect(await two.open(place, first)).toEqual(text('a'))
    expect(await one.open(place, second)).toEqual(text('b'))
  })

  it('unwraps a data key once for many callers, and again after five minutes', async () => {
    const world = sealerWorld()
    const blob = await world.sealer().seal(place, text('a'))
    const sealer = world.sealer()
    world.counted.unwraps = 0
    await Promise.all(Array.from({ length: 50 }, () => sealer.open(place, blob)))
    await world.clock.advance(299_000)
    await sealer.open(place, blob)
    expect(world.counted.unwraps).toBe(1)
    await world.clock.advance(1_000)
    await sealer.open(place, blob)
    expect(world.counted.unwraps).toBe(2)
  })

  it('keeps no more data keys than its bound', async () => {
    const world = sealerWorld()
    const sealer = world.sealer({ maxEntries: 2 })
    for (const userId of ['a', 'b', 'c']) await sealer.prepare(userId)
    const before = world.counted.gets
    await sealer.prepare('c')
    await sealer.prepare('b')
    expect(world.counted.gets).toBe(before)
    await sealer.prepare('a')
    expect(world.counted.gets).toBe(before + 1)
  })

  it('does not remember a failure of the keyring', async () => {
    const world = sealerWorld()
    const local = localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(3) }])
    const blob = await world.sealer().seal(place, text('a'))
    let down = true
    const faultyKeyring: Keyring = {
      ...local,
      unwrap: (wrapped, context) => (down ? Promise.reject(new Error('the KMS is away')) : local.unwrap(wrapped, context)),
    }
    const sealer = world.sealer({ keyring: faultyKeyring })
    await expect(sealer.open(place, blob)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('keyring failed'),
    })
    down = false
    expect(await sealer.open(place, blob)).toEqual(text('a'))
  })

  it('takes fingerprints that are the same for the same token and user, and differ otherwise', async () => {
    const world = sealerWorld()
    const [one, two] = [world.sealer(), world.sealer()]
    const fingerprint = await one.fingerprint('alice', 'token')
    expect(fingerprint).toHaveLength(16)
    expect(await two.fingerprint('alice', 'token')).toEqual(fingerprint)
    expect(await one.fingerprint('bob', 'token')).not.toEqual(fingerprint)
    expect(await one.fingerprint('alice', 'token2')).not.toEqual(fingerprint)
  })

  it('names the damage when the stored data keys are no JSON', async () => {
    const world = sealerWorld()
    await world.documents.put({ tenant: 'default', kind: 'data_key', id: 'alice', data: '{broken', expect: 'absent', attemptId: 'a' })
    await expect(world.sealer().seal(place, text('x'))).rejects.toMatchObject({
      code: 'decryption_failed',
      message: expect.stringContaining('"alice"'),
    })
  })
})
