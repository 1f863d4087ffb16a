import { describe, expect, it } from 'vitest'
import { extensionOf, type Vault, type VaultStore } from '../../src/index.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'

const CREDENTIALS = 'Vault:Connections/drive/Users/carol/Credentials'
const statement = { roles: ['Vault:UserCredentialsViewer'], resources: [{ resourceUri: CREDENTIALS }] }
const [alice, bob] = [{ userId: 'alice' }, { userId: 'bob' }]

const mayRead = (vault: Vault, subject: string): Promise<boolean> =>
  vault.permissions.isAllowed({ subject, permission: 'READ', resource: CREDENTIALS })

/** Alice and Bob, named in every place that names users. */
async function named() {
  const world = vaultWorld()
  const vault = world.vault()
  await world.connect(vault)
  await vault.users.put({ userId: 'alice', name: 'Alice', email: 'alice@example.com' })
  const group = await vault.groups.create({ name: 'G', users: [alice, bob], admins: [alice] })
  const give = { vault, recordOf: (fields: object) => vault.accessRecords.create({ name: 'R', statements: [statement], ...fields }) }
  const records = {
    hers: await give.recordOf({ users: [alice], admins: [alice] }),
    both: await give.recordOf({ users: [alice, bob] }),
    inStatement: await give.recordOf({ statements: [{ ...statement, users: [alice, bob] }] }),
    byGroup: await give.recordOf({ groups: [{ groupId: group.groupId }] }),
    others: await give.recordOf({ users: [bob], description: 'Not "alice".' }),
    deleted: await give.recordOf({ users: [alice] }),
  }
  await vault.accessRecords.delete(records.deleted.recordId)
  return { world, vault, group, records }
}

async function everythingIn(store: VaultStore): Promise<string> {
  const kinds = ['access_record', 'group', 'user', 'data_key', 'service_client']
  const pages = await Promise.all(kinds.map((kind) => store.documents.list({ tenant: 'default', kind, limit: 1_000 })))
  return JSON.stringify(pages)
}

describe('a user who is forgotten', () => {
  it('is out of the directory, access records and groups, and whoever gets his id gets none of his rights', async () => {
    const { world, vault, group, records } = await named()
    expect(await mayRead(vault, 'alice')).toBe(true)
    await world.clock.advance(5_000)
    await vault.forgetUser('alice')
    await expect(vault.users.get('alice')).rejects.toMatchObject({ code: 'not_found' })
    expect(await vault.groups.get(group.groupId)).toMatchObject({ users: [bob], admins: [] })
    const { recordId, ...hers } = records.hers
    expect(await vault.accessRecords.get(recordId)).toEqual({
      ...hers,
      recordId,
      users: [],
      admins: [],
      lastUpdated: '2027-01-15T08:00:05.000Z',
    })
    expect((await vault.accessRecords.get(records.both.recordId)).users).toEqual([bob])
    expect((await vault.accessRecords.get(records.inStatement.recordId)).statements).toEqual([{ ...statement, users: [bob] }])
    expect((await vault.accessRecords.get(records.deleted.recordId)).users).toEqual([])
    expect(await vault.accessRecords.get(records.others.recordId)).toEqual(records.others)
    expect([await mayRead(vault, 'alice'), await mayRead(vault, 'bob'), await mayRead(vault, 'nobody')]).toEqual([false, true, false])
    expect(await everythingIn(world.store)).not.toContain('{\\"userId\\":\\"alice\\"}')
  })

  it('is so in every process within a second', async () => {
    const { world, vault } = await named()
    const other = world.vault()
    expect(await mayRead(other, 'alice')).toBe(true)
    await vault.forgetUser('alice')
    await world.clock.advance(1_001)
    expect(await mayRead(other, 'alice')).toBe(false)
  })

  it('is forgotten though a document that names him cannot be read, and the log says which', async () => {
    const { world, vault } = await named()
    const damaged = { tenant: 'default', kind: 'access_record', id: 'rec_of-later' }
    const data = JSON.stringify({ recordId: damaged.id, users: [alice], until: 'a field of a later version' })
    await world.store.documents.put({ ...damaged, data, expect: 'absent', attemptId: 'a' })
    await vault.forgetUser('alice')
    expect(world.logLines).toContainEqual([expect.stringContaining('cannot be read'), { kind: 'access_record', id: 'rec_of-later' }])
    expect(await mayRead(vault, 'alice')).toBe(false)
  })

  it('by an id that only service clients have takes nothing from any of them', async () => {
    const { vault } = await named()
    const { clientId } = await vault.serviceClients.create({ name: 'job' })
    await vault.accessRecords.create({ name: 'job', users: [{ userId: clientId }], statements: [statement] })
    await vault.forgetUser(clientId)
    expect(await mayRead(vault, clientId)).toBe(true)
  })

  it('by a process that dies at any write is wholly forgotten by the next call', async () => {
    const writes = async (allowed: number): Promise<number> => {
      const { world } = await named()
      let left = allowed
      const counted = <T extends object>(part: T, names: readonly string[]): T =>
        new Proxy(part, {
          get: (target, name, receiver) => {
            const own: unknown = Reflect.get(target, name, receiver)
            if (typeof own !== 'function' || !names.includes(String(name))) return own
            return async (...args: unknown[]) => {
              left -= 1
              if (left < 0) throw new Error('The process was killed.')
              return Reflect.apply(own, target, args)
            }
          },
        })
      const dying: VaultStore = {
        ...world.store,
        documents: counted(world.store.documents, ['put', 'delete']),
        credentials: counted(world.store.credentials, ['update', 'delete']),
      }
      const made = world.vault({ store: dying })
      const kept = new Map([['alice', 'her things']])
      extensionOf(made).onForgetUser(async (userId) => void kept.delete(userId))
      const killed = await made.forgetUser('alice').then(
        () => false,
        () => true,
      )
      const next = world.vault()
      extensionOf(next).onForgetUser(async (userId) => void kept.delete(userId))
      if (killed) await next.forgetUser('alice')
      expect(kept.size).toBe(0)
      expect(await everythingIn(world.store)).not.toMatch(/alice\\?"[,}]/)
      await expect(next.getCredentials(ALICE)).rejects.toMatchObject({ code: 'credential_not_found' })
      expect(await mayRead(next, 'alice')).toBe(false)
      return allowed - Math.max(0, left)
    }
    const all = await writes(1_000)
    expect(all).toBeGreaterThan(8)
    for (let allowed = 0; allowed < all; allowed += 1) await writes(allowed)
  })

  it('is not forgotten when what others keep of him cannot be removed, and his keys are there for another try', async () => {
    const { vault } = await named()
    let isDown = true
    extensionOf(vault).onForgetUser(async () => {
      if (isDown) throw new Error('away')
    })
    await expect(vault.forgetUser('alice')).rejects.toThrow('away')
    expect((await extensionOf(vault).documents.get({ tenant: 'default', kind: 'data_key', id: 'alice' }))?.version).toBeDefined()
    isDown = false
    await vault.forgetUser('alice')
    expect(await extensionOf(vault).documents.get({ tenant: 'default', kind: 'data_key', id: 'alice' })).toBeNull()
  })
})
