import { describe, expect, it } from 'vitest'
import type { VaultEvent } from '../../src/index.js'
import type { ServiceClients } from '../../src/service-clients/service-clients.js'
import { type PermissionWorld, permissionWorld } from '../permissions/permission-world.js'
import { serviceClientsOver } from './service-clients-over.js'

async function world(): Promise<PermissionWorld & { readonly events: VaultEvent[]; readonly clientId: string; another(): ServiceClients }> {
  const inner = permissionWorld()
  const events: VaultEvent[] = []
  const another = (): ServiceClients => serviceClientsOver(inner, { on: (event) => events.push(event) })
  const { clientId } = await another().create({ name: 'job' })
  return { ...inner, events, clientId, another }
}

describe('a service client', () => {
  it('is frozen until it is unfrozen, here at once and elsewhere within a second, and its key stays', async () => {
    const { another, clientId, clock, events } = await world()
    const [here, there] = [another(), another()]
    const { keyId } = await here.createAccessKey(clientId)
    for (const clients of [here, there]) expect(await clients.isFrozen(clientId)).toBe(false)

    await here.freeze(clientId)
    expect(await here.isFrozen(clientId)).toBe(true)
    await clock.advance(1_000)
    expect(await there.isFrozen(clientId)).toBe(true)
    expect(await there.findVerificationKey(clientId, keyId)).toBeDefined()
    expect(await there.get(clientId)).toMatchObject({ frozenSince: '2027-01-15T08:00:00.000Z', verificationKeys: [{ keyId }] })
    await clock.advance(1_000)
    await there.freeze(clientId)
    expect((await there.get(clientId)).frozenSince).toBe('2027-01-15T08:00:00.000Z')

    await there.unfreeze(clientId)
    expect(await there.isFrozen(clientId)).toBe(false)
    await clock.advance(1_000)
    expect(await here.isFrozen(clientId)).toBe(false)
    expect(await here.get(clientId)).not.toHaveProperty('frozenSince')
    await here.unfreeze(clientId)
    expect(events).toEqual([
      { id: expect.any(String), type: 'client_frozen', atMs: Date.parse('2027-01-15T08:00:00.000Z'), tenant: 'default', clientId },
      { id: expect.any(String), type: 'client_unfrozen', atMs: Date.parse('2027-01-15T08:00:02.000Z'), tenant: 'default', clientId },
    ])
  })

  it('stays frozen through every other change', async () => {
    const { another, clientId } = await world()
    const clients = another()
    await clients.freeze(clientId)
    await clients.update(clientId, { name: 'renamed' })
    const { keyId } = await clients.createAccessKey(clientId)
    await clients.findVerificationKey(clientId, keyId, { used: true })
    await clients.deleteAccessKey(clientId, keyId)
    expect(await clients.get(clientId)).toMatchObject({ name: 'renamed', frozenSince: expect.any(String) })
  })

  it('that was read lately is told without waiting', async () => {
    const { another, clientId, clock, documents } = await world()
    const clients = another()
    await clients.findVerificationKey(clientId, 'any')
    documents.asked.get = 0
    expect(clients.isFrozen(clientId)).toBe(false)
    await clock.advance(1_000)
    expect(await clients.isFrozen(clientId)).toBe(false)
    expect(documents.asked.get).toBe(1)
  })

  it('that is gone, or cannot be, is not frozen, and cannot be', async () => {
    const { another, clientId } = await world()
    const clients = another()
    await clients.freeze(clientId)
    await clients.delete(clientId)
    for (const id of [clientId, 'sc_nobody', 'u1', '']) {
      expect(await clients.isFrozen(id)).toBe(false)
      await expect(clients.freeze(id)).rejects.toMatchObject({ code: 'not_found' })
      await expect(clients.unfreeze(id)).rejects.toMatchObject({ code: 'not_found' })
    }
  })

  it('is not taken for one that is not frozen while the store is away', async () => {
    const { another, clientId, documents } = await world()
    documents.failure = new Error('ECONNRESET')
    await expect(another().isFrozen(clientId)).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})
