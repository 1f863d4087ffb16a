import { describe, expect, it } from 'vitest'
import { vaultWorld } from '../fixtures/vault-world.js'

describe('the first administrator', () => {
  it('is made once, may do everything, and is told its key this once', async () => {
    const world = vaultWorld()
    const vault = world.vault()
    const administrator = await vault.bootstrapAdministrator()
    expect(administrator?.accessKey.split('.').slice(0, 3)).toEqual([administrator?.clientId, administrator?.keyId, 'acc_default'])
    const subject = administrator?.clientId ?? ''
    expect(await vault.permissions.isAllowed({ subject, permission: 'anything', resource: 'Vault:AccessRecords/r1' })).toBe(true)
    await vault.accessRecords.create(
      { name: 'r', users: [{ userId: 'u1' }], statements: [{ roles: ['Vault:Owner'], resources: [{ resourceUri: '*' }] }] },
      { by: subject },
    )
    expect(await vault.bootstrapAdministrator()).toBeUndefined()
    expect(await world.vault().bootstrapAdministrator()).toBeUndefined()
    expect((await vault.serviceClients.list()).items).toHaveLength(1)
  })

  it('is one, however many processes start at once, and nothing is left of the others', async () => {
    const world = vaultWorld()
    const made = await Promise.all(Array.from({ length: 8 }, () => world.vault().bootstrapAdministrator()))
    const [administrator, ...others] = made.filter((key) => key !== undefined)
    expect(others).toEqual([])
    const vault = world.vault()
    expect((await vault.serviceClients.list()).items.map(({ clientId }) => clientId)).toEqual([administrator?.clientId])
    expect((await vault.accessRecords.list()).items.map(({ users }) => users)).toEqual([[{ userId: administrator?.clientId }]])
  })

  it('can be made again by an application whose key was lost', async () => {
    const vault = vaultWorld().vault()
    const first = await vault.bootstrapAdministrator()
    const second = await vault.bootstrapAdministrator({ again: true })
    expect(second?.clientId).not.toBe(first?.clientId)
    expect(await vault.permissions.isAllowed({ subject: second?.clientId ?? '', permission: '*', resource: '/any' })).toBe(true)
  })
})
