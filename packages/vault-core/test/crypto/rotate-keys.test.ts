import { memoryStore } from '@holdfast/vault-store-memory'
import { describe, expect, it } from 'vitest'
import { type Keyring, localKeyring, type Vault, type VaultStore } from '../../src/index.js'
import { ALICE, type VaultWorld, vaultWorld } from '../fixtures/vault-world.js'

const OLD = { id: 'old', key: new Uint8Array(32).fill(1) }
const NEW = { id: 'new', key: new Uint8Array(32).fill(2) }

/** Some users are connected under the old key; a vault with the new one in front is over the same store. */
async function twoKeys(users: readonly string[], keyring: Keyring = localKeyring([NEW, OLD])) {
  const world = vaultWorld()
  const before = world.vault({ keyring: localKeyring([OLD, NEW]) })
  for (const userId of users) await world.connect(before, userId)
  return { world, before, after: world.vault({ keyring }) }
}

/** The rest of a rotation that sleeps between its users. */
async function run<T>(world: VaultWorld, work: Promise<T>): Promise<T> {
  let isDone = false
  const end = (): void => {
    isDone = true
  }
  work.then(end, end)
  while (!isDone) await world.clock.advance(1_000)
  return work
}

const tokenOf = async (vault: Vault, userId: string): Promise<string> =>
  (await vault.getCredentials({ connectionId: 'drive', userId })).accessToken

describe('rotateKeys', () => {
  it('wraps every data key under the first wrapping key, and nothing needs the old one any more', async () => {
    const { world, after } = await twoKeys(['alice', 'bob', 'carol'])
    expect(await after.keyStatus()).toEqual({ currentKeyId: 'new', keys: [{ keyId: 'old', dataKeys: 4 }], unreadable: 0 })
    const report = await run(world, after.rotateKeys())
    expect(report).toEqual({ keyId: 'new', isDone: true, seen: 4, rewrapped: 4, failed: 0, failures: [] })
    expect(await after.keyStatus()).toEqual({ currentKeyId: 'new', keys: [{ keyId: 'new', dataKeys: 4 }], unreadable: 0 })
    const alone = world.vault({ keyring: localKeyring([NEW]) })
    for (const userId of ['alice', 'bob', 'carol']) expect(await tokenOf(alone, userId)).toMatch(/^canary-access-/)
    await expect(tokenOf(world.vault({ keyring: localKeyring([OLD]) }), 'alice')).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('passes over what is done, and goes on from the cursor of a run that was ended', async () => {
    const users = Array.from({ length: 230 }, (_, n) => `user-${n}`)
    const { world, after } = await twoKeys(users)
    const abort = new AbortController()
    const first = await run(
      world,
      after.rotateKeys({ maxPerSecond: 10_000, signal: abort.signal, onProgress: ({ seen }) => void (seen === 210 && abort.abort()) }),
    )
    expect(first).toMatchObject({ isDone: false, seen: 210, rewrapped: 210, cursor: expect.any(String) })
    const { cursor = '' } = first
    const second = await run(world, after.rotateKeys({ maxPerSecond: 10_000, cursor }))
    expect(second).toMatchObject({ isDone: true, failed: 0 })
    expect(first.rewrapped + second.rewrapped).toBe(231)
    expect(await run(world, after.rotateKeys())).toMatchObject({ seen: 231, rewrapped: 0 })
  })

  it('keeps to its pace, and tells how far it is', async () => {
    const { world, after } = await twoKeys(['alice', 'bob', 'carol'])
    const seen: number[] = []
    const beganMs = world.clock.now()
    await run(world, after.rotateKeys({ maxPerSecond: 1, onProgress: (progress) => void seen.push(progress.seen) }))
    expect(seen).toEqual([1, 2, 3, 4])
    expect(world.clock.now() - beganMs).toBeGreaterThanOrEqual(4_000)
  })

  it('leaves what does not open as it is, names whose it is, and goes on', async () => {
    const { world, after } = await twoKeys(['alice', 'bob', 'carol'])
    await damage(world.store, 'bob')
    const report = await run(world, after.rotateKeys())
    expect(report).toMatchObject({
      isDone: true,
      seen: 4,
      rewrapped: 3,
      failed: 1,
      failures: [{ userId: 'bob', error: { code: 'decryption_failed' } }],
    })
    expect(await after.keyStatus()).toMatchObject({ keys: [{ keyId: 'new', dataKeys: 3 }], unreadable: 1 })
    expect(await tokenOf(world.vault({ keyring: localKeyring([NEW]) }), 'carol')).toBe('canary-access-3')
  })

  it('ends with store_unavailable when the keyring is away, and what was done stays done', async () => {
    const real = localKeyring([NEW, OLD])
    let unwraps = 0
    const faulty: Keyring = {
      ...real,
      unwrap: (...args) => (++unwraps > 2 ? Promise.reject(new Error('The KMS is away.')) : real.unwrap(...args)),
    }
    const { world, after } = await twoKeys(['alice', 'bob', 'carol'], faulty)
    await expect(run(world, after.rotateKeys())).rejects.toMatchObject({ code: 'store_unavailable', cause: expect.any(Error) })
    expect((await after.keyStatus()).keys).toEqual([
      { keyId: 'new', dataKeys: 2 },
      { keyId: 'old', dataKeys: 2 },
    ])
  })

  it('loses to a write that came between, looks again, and loses nothing', async () => {
    const { world, after } = await twoKeys(['alice'])
    const other = world.vault({ keyring: localKeyring([NEW, OLD]) })
    const [one, two] = await run(world, Promise.all([after.rotateKeys(), other.rotateKeys()]))
    expect([one.failed, two.failed, one.rewrapped + two.rewrapped >= 2]).toEqual([0, 0, true])
    expect(await after.keyStatus()).toMatchObject({ keys: [{ keyId: 'new', dataKeys: 2 }] })
    expect(await tokenOf(world.vault({ keyring: localKeyring([NEW]) }), 'alice')).toBe('canary-access-1')
  })

  it.each([0, -1, Number.NaN, 20_000, '5'])('refuses %s as a pace', async (maxPerSecond) => {
    const { after } = await twoKeys([])
    await expect(after.rotateKeys({ maxPerSecond: maxPerSecond as number })).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { maxPerSecond: expect.any(String) } },
    })
  })
})

describe('a wrapping key that is not known', () => {
  it('is looked for once in the keyring anew, as another process may have been given it before', async () => {
    const { world, after } = await twoKeys(['alice'])
    await run(world, after.rotateKeys())
    let reloads = 0
    const late = localKeyring([OLD], {
      reload: async () => {
        reloads += 1
        return [OLD, NEW]
      },
    })
    expect(await tokenOf(world.vault({ keyring: late }), 'alice')).toBe('canary-access-1')
    expect(reloads).toBe(1)
  })

  it('that is still not there is an outage, never "not found"', async () => {
    const { world, after } = await twoKeys(['alice'])
    await run(world, after.rotateKeys())
    const vault = world.vault({ keyring: localKeyring([OLD], { reload: async () => [OLD] }) })
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('"new"'),
    })
  })
})

/** Writes other bytes where bob's wrapped key stands. */
async function damage({ documents }: VaultStore, userId: string): Promise<void> {
  const row = await documents.get({ tenant: 'default', kind: 'data_key', id: userId })
  if (!row) throw new Error('There is no such document.')
  const { tenant, kind, id, version } = row
  await documents.put({ tenant, kind, id, data: '{"v":1,"keys":[]}', expect: version, attemptId: 'damage' })
}

describe('the store that the rotation reads', () => {
  it('holds data keys of this tenant only', async () => {
    const store = memoryStore()
    const world = vaultWorld()
    const ours = world.vault({ store, keyring: localKeyring([OLD]), tenant: 'ours' })
    const theirs = world.vault({ store, keyring: localKeyring([OLD]), tenant: 'theirs' })
    await world.connect(ours, 'alice')
    await world.connect(theirs, 'alice')
    await run(world, world.vault({ store, keyring: localKeyring([NEW, OLD]), tenant: 'ours' }).rotateKeys())
    expect((await ours.keyStatus()).keys).toEqual([{ keyId: 'new', dataKeys: 2 }])
    expect((await theirs.keyStatus()).keys).toEqual([{ keyId: 'old', dataKeys: 2 }])
  })
})
