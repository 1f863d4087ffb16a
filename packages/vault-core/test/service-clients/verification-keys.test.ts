import { describe, expect, it } from 'vitest'
import type { ServiceClients } from '../../src/service-clients/service-clients.js'
import { type PermissionWorld, permissionWorld } from '../permissions/permission-world.js'
import { serviceClientsOver } from './service-clients-over.js'

function clientsOf(world: PermissionWorld): ServiceClients {
  return serviceClientsOver(world, {})
}

async function ownPublicKey(): Promise<{ readonly spki: string; readonly x: string | undefined }> {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
  if (!('publicKey' in pair)) throw new Error('No key pair was made.')
  const der = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))
  return { spki: btoa(String.fromCharCode(...der)), x: (await crypto.subtle.exportKey('jwk', pair.publicKey)).x }
}

describe('a key that the client made itself', () => {
  it('is taken by its public half, as one of the five', async () => {
    const clients = clientsOf(permissionWorld())
    const { clientId } = await clients.create({ name: 'job' })
    const { spki, x } = await ownPublicKey()
    const key = await clients.addVerificationKey(clientId, spki)
    expect(key).toMatchObject({ clientId, publicKey: { kty: 'OKP', crv: 'Ed25519', x } })
    expect((await clients.get(clientId)).verificationKeys).toEqual([key])
    await expect(clients.addVerificationKey(clientId, spki)).rejects.toMatchObject({ code: 'conflict' })
    for (let times = 0; times < 4; times += 1) await clients.createAccessKey(clientId)
    await expect(clients.addVerificationKey(clientId, (await ownPublicKey()).spki)).rejects.toMatchObject({
      facts: { reason: 'access_key_limit' },
    })
  })

  it.each([
    ['nothing', ''],
    ['no base64', '!!'],
    ['a bare key', btoa('x'.repeat(32))],
    ['a private key', `MC4CAQAwBQYDK2Vw${btoa('x'.repeat(36))}`],
    ['a key of another curve', `MCowBQYDK2VuAyEA${btoa('x'.repeat(32))}`],
    ['a key with a byte too many', `MCowBQYDK2VwAyEA${btoa('x'.repeat(33))}`],
  ])('is refused when it is %s', async (_what, publicKey) => {
    const clients = clientsOf(permissionWorld())
    const { clientId } = await clients.create({})
    await expect(clients.addVerificationKey(clientId, publicKey)).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { publicKey: expect.any(String) } },
    })
  })
})

describe('the key that a token names', () => {
  it('is read once a second, for however many ask', async () => {
    const world = permissionWorld()
    const clients = clientsOf(world)
    const { clientId } = await clients.create({ name: 'job' })
    const { keyId } = await clients.createAccessKey(clientId)
    world.documents.asked.get = 0
    for (let times = 0; times < 20; times += 1) expect((await clients.findVerificationKey(clientId, keyId))?.keyId).toBe(keyId)
    await Promise.all(Array.from({ length: 20 }, () => clients.findVerificationKey(clientId, keyId)))
    expect(world.documents.asked.get).toBe(1)
    await world.clock.advance(1_000)
    await clients.findVerificationKey(clientId, keyId)
    expect(world.documents.asked.get).toBe(2)
  })

  it('is gone at once where it was deleted, and within a second elsewhere', async () => {
    const world = permissionWorld()
    const [here, there] = [clientsOf(world), clientsOf(world)]
    const { clientId } = await here.create({ name: 'job' })
    const { keyId } = await here.createAccessKey(clientId)
    for (const clients of [here, there]) expect(await clients.findVerificationKey(clientId, keyId)).toBeDefined()
    await here.deleteAccessKey(clientId, keyId)
    expect(await here.findVerificationKey(clientId, keyId)).toBeUndefined()
    await world.clock.advance(1_000)
    expect(await there.findVerificationKey(clientId, keyId)).toBeUndefined()
  })

  it('is gone with its client, and there as soon as it was made', async () => {
    const world = permissionWorld()
    const clients = clientsOf(world)
    const { clientId } = await clients.create({ name: 'job' })
    expect(await clients.findVerificationKey(clientId, 'k')).toBeUndefined()
    const { keyId } = await clients.createAccessKey(clientId)
    expect(await clients.findVerificationKey(clientId, keyId)).toBeDefined()
    await clients.delete(clientId)
    expect(await clients.findVerificationKey(clientId, keyId)).toBeUndefined()
  })

  it.each(['', 'u1', 'sc_../x', `sc_${'x'.repeat(300)}`])('of a client that cannot be is asked of no store: %j', async (clientId) => {
    const world = permissionWorld()
    world.documents.failure = new Error('must not be asked')
    expect(await clientsOf(world).findVerificationKey(clientId, 'k')).toBeUndefined()
  })

  it('is store_unavailable while the store is away, and found once it is back', async () => {
    const world = permissionWorld()
    const clients = clientsOf(world)
    const { clientId } = await clients.create({ name: 'job' })
    const { keyId } = await clients.createAccessKey(clientId)
    world.documents.failure = new Error('ECONNRESET')
    await expect(clients.findVerificationKey(clientId, keyId)).rejects.toMatchObject({ code: 'store_unavailable' })
    world.documents.failure = undefined
    expect(await clients.findVerificationKey(clientId, keyId)).toBeDefined()
  })
})

describe('the options of a service client', () => {
  it('are changed without touching its keys', async () => {
    const clients = clientsOf(permissionWorld())
    const { clientId, createdTime } = await clients.create({ name: 'job', tags: { team: 'a' } })
    await clients.createAccessKey(clientId)
    const { verificationKeys } = await clients.get(clientId)
    const changed = await clients.update(clientId, { name: 'worker', options: { grantUserPermissionsAccess: true } })
    expect(changed).toEqual({ clientId, name: 'worker', options: { grantUserPermissionsAccess: true }, createdTime, verificationKeys })
    expect(await clients.get(clientId)).toEqual(changed)
  })

  it('are given only by whoever may give what they come to', async () => {
    const world = permissionWorld()
    const clients = clientsOf(world)
    const wanted = { name: 'job', options: { grantUserPermissionsAccess: true } }
    await expect(clients.create(wanted, { by: 'boss' })).rejects.toMatchObject({
      code: 'permission_denied',
      facts: { reason: 'grant_missing' },
    })
    const { clientId } = await clients.create({ name: 'job' }, { by: 'boss' })
    await expect(clients.update(clientId, wanted, { by: 'boss' })).rejects.toMatchObject({ code: 'permission_denied' })
    const { accessRecords } = world.process()
    await accessRecords.create({
      name: 'r',
      users: [{ userId: 'boss' }],
      statements: [{ roles: ['Vault:Granter'], resources: [{ resourceUri: 'Vault:UserPermissions' }] }],
    })
    await world.clock.advance(1_000)
    await clients.update(clientId, wanted, { by: 'boss' })
  })
})

describe('a key for a client', () => {
  const missing = { code: 'permission_denied', facts: { reason: 'grant_missing' } }

  async function world() {
    const { clock, process, ...rest } = permissionWorld()
    const clients = clientsOf({ clock, process, ...rest })
    const { accessRecords } = process()
    const { clientId } = await clients.create({ name: 'job' })
    const give = async (userId: string, role: string, resourceUri: string): Promise<void> => {
      await accessRecords.create({ name: 'r', users: [{ userId }], statements: [{ roles: [role], resources: [{ resourceUri }] }] })
      await clock.advance(1_000)
    }
    return { clients, clientId, give }
  }

  it('is made by whoever may give all that the client holds, and by nobody else', async () => {
    const { clients, clientId, give } = await world()
    await clients.createAccessKey(clientId, { by: 'boss' })
    await give(clientId, 'Vault:Viewer', '/a')
    await expect(clients.createAccessKey(clientId, { by: 'boss' })).rejects.toMatchObject(missing)
    await expect(clients.addVerificationKey(clientId, (await ownPublicKey()).spki, { by: 'boss' })).rejects.toMatchObject(missing)
    await give('boss', 'Vault:Granter', '/a')
    await clients.createAccessKey(clientId, { by: 'boss' })
    await give(clientId, 'Vault:Owner', '*')
    await expect(clients.createAccessKey(clientId, { by: 'boss' })).rejects.toMatchObject(missing)
    expect((await clients.get(clientId)).verificationKeys).toHaveLength(2)
  })

  it('is made by the client itself, whatever it holds', async () => {
    const { clients, clientId, give } = await world()
    await give(clientId, 'Vault:Owner', '*')
    await clients.createAccessKey(clientId, { by: clientId })
    await clients.addVerificationKey(clientId, (await ownPublicKey()).spki, { by: clientId })
  })

  it('carries what the options give', async () => {
    const { clients, clientId, give } = await world()
    await clients.update(clientId, { name: 'job', options: { grantUserPermissionsAccess: true } })
    await expect(clients.createAccessKey(clientId, { by: 'boss' })).rejects.toMatchObject(missing)
    await give('boss', 'Vault:Granter', 'Vault:UserPermissions')
    await clients.createAccessKey(clientId, { by: 'boss' })
  })
})
