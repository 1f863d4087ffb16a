import { describe, expect, it } from 'vitest'
import type { RevokeAllReport, VaultStore } from '../../src/index.js'
import { settle } from '../fixtures/manual-clock.js'
import { type VaultWorld, vaultWorld } from '../fixtures/vault-world.js'

const USERS = Array.from({ length: 45 }, (_, n) => `user-${String(n).padStart(2, '0')}`)

async function connected(users: readonly string[] = USERS) {
  const world = vaultWorld()
  const vault = world.vault()
  for (const userId of users) await world.connect(vault, userId)
  return { world, vault }
}

async function statusesIn({ store }: VaultWorld): Promise<Readonly<Record<string, number>>> {
  const { items } = await store.credentials.list({ tenant: 'default', limit: 1_000 })
  const counts: Record<string, number> = {}
  for (const { status } of items) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

describe('revokeAll', () => {
  it('ends every credential at once, and revokes each at the provider', async () => {
    const { world, vault } = await connected()
    const operator = { kind: 'operator', id: 'ada' } as const
    expect(await vault.revokeAll({ actor: operator })).toEqual({ isDone: true, revoked: 45, failed: 0, failures: [] })
    expect(await statusesIn(world)).toEqual({ disconnected: 45 })
    await expect(vault.getCredentials({ connectionId: 'drive', userId: 'user-07' })).rejects.toMatchObject({ code: 'credential_not_found' })
    const told = world.events.filter(({ type }) => type === 'disconnected')
    expect(told).toHaveLength(45)
    expect(told[0]).toMatchObject({ reason: 'revoked_all', actor: operator })
    await settle()
    expect(world.provider.revocations).toHaveLength(90)
  })

  it('ends those of one user or of one connection alone', async () => {
    const { world, vault } = await connected(['alice', 'bob'])
    expect(await vault.revokeAll({ userId: 'alice' })).toMatchObject({ revoked: 1 })
    expect(await statusesIn(world)).toEqual({ active: 1, disconnected: 1 })
    expect(await vault.revokeAll({ connectionId: 'another' })).toMatchObject({ isDone: true, revoked: 0 })
    expect(await vault.revokeAll({ connectionId: 'drive' })).toMatchObject({ isDone: true, revoked: 1 })
    expect(await vault.revokeAll()).toMatchObject({ isDone: true, revoked: 0 })
  })

  it('goes on where a failure or a signal ended it, and counts', async () => {
    const { world } = await connected()
    let left = 20
    const failing: VaultStore['credentials']['update'] = (change) =>
      left-- > 0 ? world.store.credentials.update(change) : Promise.reject(Object.assign(new Error('lost'), { code: 'ECONNRESET' }))
    const faulty: VaultStore = { ...world.store, credentials: { ...world.store.credentials, update: failing } }
    await expect(world.vault({ store: faulty }).revokeAll()).rejects.toThrow('lost')
    expect(await statusesIn(world)).toEqual({ active: 25, disconnected: 20 })

    const stop = new AbortController()
    const reports: RevokeAllReport[] = []
    const stopped = await world.vault().revokeAll({
      signal: stop.signal,
      onProgress(report) {
        reports.push(report)
        if (report.revoked === 5) stop.abort()
      },
    })
    expect(stopped.isDone).toBe(false)
    // Those that were on their way have ended too.
    expect(stopped.revoked).toBeGreaterThanOrEqual(5)
    expect(stopped.revoked).toBeLessThan(25)
    expect(reports.map(({ revoked }) => revoked)).toEqual(Array.from({ length: stopped.revoked }, (_, n) => n + 1))
    expect(await world.vault().revokeAll()).toMatchObject({ isDone: true, revoked: 25 - stopped.revoked })
    expect(await statusesIn(world)).toEqual({ disconnected: 45 })
  })

  it('goes on when one credential cannot be ended, and says which', async () => {
    const { world } = await connected(['alice', 'bob', 'carol'])
    const conflicting: VaultStore['credentials']['update'] = async (change) => {
      const row = change.key.userId === 'bob' ? await world.store.credentials.get(change.key) : null
      return row ? { outcome: 'conflict', row } : world.store.credentials.update(change)
    }
    const faulty: VaultStore = { ...world.store, credentials: { ...world.store.credentials, update: conflicting } }
    expect(await world.vault({ store: faulty }).revokeAll()).toMatchObject({
      isDone: true,
      revoked: 2,
      failed: 1,
      failures: [{ connectionId: 'drive', userId: 'bob', accountId: 'default', error: { code: 'conflict' } }],
    })
  })

  it.each([{ userId: undefined }, { connectionId: undefined }, { userId: '' }, { userId: 7 }])(
    'takes %o for a mistake, and ends nothing',
    async (options) => {
      const { world, vault } = await connected(['alice'])
      const fields = Object.fromEntries(Object.keys(options).map((name) => [name, expect.any(String)]))
      await expect(vault.revokeAll(options as never)).rejects.toMatchObject({ code: 'invalid_request', facts: { fields } })
      expect(await statusesIn(world)).toEqual({ active: 1 })
    },
  )

  it('takes a name that it does not know for a mistake, and ends nothing; as listing does, and disconnecting one account', async () => {
    const { world, vault } = await connected(['alice'])
    const meant = (name: string, right: string) => ({
      code: 'invalid_request',
      facts: { fields: { [name]: `is unknown; did you mean \`${right}\`?` } },
    })
    await expect(vault.revokeAll({ conectionId: 'drive' } as never)).rejects.toMatchObject(meant('conectionId', 'connectionId'))
    await expect(vault.listCredentials({ user_id: 'alice' } as never)).rejects.toMatchObject(meant('user_id', 'userId'))
    const alice = { connectionId: 'drive', userId: 'alice' }
    for (const name of ['account', 'acountId'])
      await expect(vault.disconnect({ ...alice, [name]: 'another' })).rejects.toMatchObject(meant(name, 'accountId'))
    expect(await statusesIn(world)).toEqual({ active: 1 })

    // What was listed selects, with all that is shown of it.
    const { items } = await vault.listCredentials(alice)
    for (const info of items) await vault.disconnect(info)
    expect(await statusesIn(world)).toEqual({ disconnected: 1 })
  })
})

describe('revocations in the background', () => {
  it('do not wait for one that the provider puts off', async () => {
    const world = vaultWorld()
    let isFirst = true
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const isPutOff = isFirst && String(input instanceof Request ? input.url : input).endsWith('/revoke')
      if (isPutOff) isFirst = false
      return isPutOff ? new Response(null, { status: 503, headers: { 'retry-after': '600' } }) : world.provider.fetch(input, init)
    }
    const vault = world.vault({ fetch })
    for (const userId of USERS) await world.connect(vault, userId)
    await vault.revokeAll()
    await settle()
    expect(world.provider.revocations).toHaveLength(88)
    await world.clock.advance(700_000)
    expect(world.provider.revocations).toHaveLength(90)
  })
})
