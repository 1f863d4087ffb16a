import { describe, expect, it } from 'vitest'
import { createServiceClients, SERVICE_CLIENT_KIND } from '../../src/service-clients/create-service-clients.js'
import type { ServiceClients } from '../../src/service-clients/service-clients.js'
import { recorderOf } from '../fixtures/recorder-of.js'
import { type PermissionWorld, permissionWorld } from '../permissions/permission-world.js'

function clientsOf(world: PermissionWorld, options: { readonly tenant?: string; readonly accountId?: string } = {}): ServiceClients {
  const { documents, runtime } = world
  const { permissions } = world.process(options.tenant === undefined ? {} : { tenant: options.tenant })
  const recorder = recorderOf(runtime)
  return createServiceClients({ documents, runtime, permissions, recorder, tenant: 'default', accountId: 'acc_default', ...options })
}

const storedText = async ({ documents }: PermissionWorld): Promise<string> => {
  const { items } = await documents.list({ tenant: 'default', kind: SERVICE_CLIENT_KIND, limit: 100 })
  return JSON.stringify(items)
}

describe('service clients', () => {
  it('are created, got, listed and deleted', async () => {
    const clients = clientsOf(permissionWorld())
    const job = await clients.create({ name: 'job' })
    expect(job).toEqual({
      clientId: expect.stringMatching(/^sc_[A-Za-z0-9_-]{22}$/),
      name: 'job',
      options: { grantUserPermissionsAccess: false },
      createdTime: '2027-01-15T08:00:00.000Z',
      verificationKeys: [],
    })
    const other = await clients.create({ name: 'job' })
    expect(other.clientId).not.toBe(job.clientId)
    expect(await clients.get(job.clientId)).toEqual(job)
    expect((await clients.list()).items).toHaveLength(2)
    await clients.delete(job.clientId)
    await expect(clients.get(job.clientId)).rejects.toMatchObject({ code: 'not_found' })
    await expect(clients.delete(job.clientId)).rejects.toMatchObject({ code: 'not_found' })
    expect(await clients.list()).toEqual({ items: [other] })
  })

  it('are deleted also when a key is made meanwhile, or when another deletes them first', async () => {
    const world = permissionWorld()
    const [clients, elsewhere] = [clientsOf(world), clientsOf(world)]
    for (const meanwhile of [elsewhere.createAccessKey, elsewhere.delete]) {
      const { clientId } = await clients.create({ name: 'job' })
      world.documents.beforeDelete = async () => {
        world.documents.beforeDelete = undefined
        await meanwhile(clientId)
      }
      await clients.delete(clientId)
      await expect(clients.get(clientId)).rejects.toMatchObject({ code: 'not_found' })
    }
  })

  it.each(['x'.repeat(129), 'a\nb', '\ud800', 7])('refuse the name %j', async (name) => {
    const { create } = clientsOf(permissionWorld())
    await expect(Reflect.apply(create, undefined, [{ name }])).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { name: expect.any(String) } },
    })
  })

  it.each(['', 'sc_', 'sc_a.b', 'sc_../x', 'u1', '\0', `sc_${'x'.repeat(300)}`, 'sc_unknown'])(
    'of the id %j are not there',
    async (clientId) => {
      const clients = clientsOf(permissionWorld())
      await expect(clients.get(clientId)).rejects.toMatchObject({ code: 'not_found' })
      await expect(clients.createAccessKey(clientId)).rejects.toMatchObject({ code: 'not_found' })
      await expect(clients.deleteAccessKey(clientId, 'k')).rejects.toMatchObject({ code: 'not_found' })
    },
  )

  it('of one tenant are not there for another', async () => {
    const world = permissionWorld()
    const { clientId } = await clientsOf(world, { tenant: 'a' }).create({ name: 'job' })
    await expect(clientsOf(world, { tenant: 'b' }).get(clientId)).rejects.toMatchObject({ code: 'not_found' })
  })

  it.each(['', 'acc.1', 'acc 1', 'acc/1', 'x'.repeat(129)])('refuse the account id %j', (accountId) => {
    expect(() => clientsOf(permissionWorld(), { accountId })).toThrow(
      expect.objectContaining({ code: 'invalid_configuration', facts: { fields: { accountId: expect.any(String) } } }),
    )
  })
})

describe('access keys', () => {
  it('have four parts without dots, and the last one signs what the public key verifies', async () => {
    const clients = clientsOf(permissionWorld())
    const { clientId } = await clients.create({ name: 'job' })
    const key = await clients.createAccessKey(clientId)
    expect(key).toEqual({ keyId: expect.any(String), clientId, generationDate: '2027-01-15T08:00:00.000Z', accessKey: expect.any(String) })

    const parts = key.accessKey.split('.')
    expect(parts.slice(0, 3)).toEqual([clientId, key.keyId, 'acc_default'])
    expect(parts).toHaveLength(4)
    expect(parts[3]).toMatch(/^MC4CAQAwBQYDK2Vw[A-Za-z0-9+/]{48}$/)

    const [verification] = (await clients.get(clientId)).verificationKeys
    if (!verification) throw new Error('The client has no key.')
    expect(verification).toEqual({
      keyId: key.keyId,
      clientId,
      generationDate: key.generationDate,
      publicKey: { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', kid: key.keyId, x: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) },
    })
    const pkcs8 = Uint8Array.from(atob(parts[3] ?? ''), (character) => character.charCodeAt(0))
    const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign'])
    const { kty, crv, x } = verification.publicKey
    const publicKey = await crypto.subtle.importKey('jwk', { kty, crv, x }, 'Ed25519', false, ['verify'])
    const message = new TextEncoder().encode('message')
    expect(await crypto.subtle.verify('Ed25519', publicKey, await crypto.subtle.sign('Ed25519', privateKey, message), message)).toBe(true)
  })

  it('leave no private key in the store or in an answer', async () => {
    const world = permissionWorld()
    const clients = clientsOf(world)
    const { clientId } = await clients.create({ name: 'job' })
    const { accessKey } = await clients.createAccessKey(clientId)
    const privatePart = accessKey.split('.')[3] ?? ''
    // The seed is the last 32 bytes: whatever text it might be kept in, these 40 characters would be there.
    const seed = privatePart.slice(-40)
    for (const text of [await storedText(world), JSON.stringify(await clients.get(clientId)), JSON.stringify(await clients.list())]) {
      expect(text).toContain(clientId)
      expect(text).not.toContain(seed)
      expect(text).not.toContain(seed.replaceAll('+', '-').replaceAll('/', '_'))
      expect(text).not.toContain('MC4CAQ')
      expect(text).not.toContain('"d"')
    }
  })

  it('are wiped from memory once they were told', async () => {
    const world = permissionWorld()
    const { documents, runtime } = world
    const made: Uint8Array[] = []
    const clients = createServiceClients({
      documents,
      runtime,
      permissions: world.process().permissions,
      recorder: recorderOf(runtime),
      tenant: 'default',
      accountId: 'acc_1',
      generateKeyPair: async () => {
        const privateKeyPkcs8 = new Uint8Array(48).fill(7)
        made.push(privateKeyPkcs8)
        return { privateKeyPkcs8, publicKeyX: 'A'.repeat(43) }
      },
    })
    const { clientId } = await clients.create({ name: 'job' })
    expect((await clients.createAccessKey(clientId)).accessKey).toContain('.acc_1.BwcHBwcH')
    expect(made).toEqual([new Uint8Array(48)])
  })

  it('are at most five at a time', async () => {
    const clients = clientsOf(permissionWorld())
    const { clientId } = await clients.create({ name: 'job' })
    const keys = []
    for (let times = 0; times < 5; times += 1) keys.push(await clients.createAccessKey(clientId))
    await expect(clients.createAccessKey(clientId)).rejects.toMatchObject({ code: 'conflict', facts: { reason: 'access_key_limit' } })
    await clients.deleteAccessKey(clientId, keys[0]?.keyId ?? '')
    await clients.createAccessKey(clientId)
    expect((await clients.get(clientId)).verificationKeys).toHaveLength(5)
  })

  it('are at most five when many are made at once', async () => {
    const clients = clientsOf(permissionWorld())
    const { clientId } = await clients.create({ name: 'job' })
    const results = await Promise.allSettled(Array.from({ length: 12 }, () => clients.createAccessKey(clientId)))
    const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.keyId] : []))
    expect(made).toHaveLength(5)
    expect((await clients.get(clientId)).verificationKeys.map(({ keyId }) => keyId).sort()).toEqual(made.sort())
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict' })
  })

  it('stop at once when they or their client are deleted, and their ids never come back', async () => {
    const world = permissionWorld()
    const [clients, elsewhere] = [clientsOf(world), clientsOf(world)]
    const { clientId } = await clients.create({ name: 'job' })
    const ids = new Set<string>()
    for (let times = 0; times < 10; times += 1) {
      const { keyId } = await clients.createAccessKey(clientId)
      expect(ids.has(keyId)).toBe(false)
      ids.add(keyId)
      expect((await elsewhere.get(clientId)).verificationKeys).toHaveLength(1)
      await clients.deleteAccessKey(clientId, keyId)
      expect((await elsewhere.get(clientId)).verificationKeys).toEqual([])
      await expect(clients.deleteAccessKey(clientId, keyId)).rejects.toMatchObject({ code: 'not_found' })
    }
    await clients.createAccessKey(clientId)
    await clients.delete(clientId)
    await expect(elsewhere.get(clientId)).rejects.toMatchObject({ code: 'not_found' })
    await expect(elsewhere.createAccessKey(clientId)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('are not made twice by a machine that makes the same key twice', async () => {
    const world = permissionWorld()
    const { documents, runtime } = world
    const generateKeyPair = async () => ({ privateKeyPkcs8: new Uint8Array(48), publicKeyX: 'A'.repeat(43) })
    const clients = createServiceClients({
      documents,
      runtime,
      permissions: world.process().permissions,
      recorder: recorderOf(runtime),
      tenant: 'default',
      accountId: 'a',
      generateKeyPair,
    })
    const { clientId } = await clients.create({ name: 'job' })
    await clients.createAccessKey(clientId)
    await expect(clients.createAccessKey(clientId)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('are given up on when the client keeps changing', async () => {
    const world = permissionWorld()
    const clients = clientsOf(world)
    const { clientId } = await clients.create({ name: 'job' })
    world.documents.asked.put = 0
    const key = { tenant: 'default', kind: SERVICE_CLIENT_KIND, id: clientId }
    const touch = async (): Promise<void> => {
      world.documents.beforePut = undefined
      const row = await world.documents.get(key)
      await world.documents.put({
        ...key,
        data: row?.data ?? '',
        expect: row?.version ?? 0,
        attemptId: `other-${world.documents.asked.put}`,
      })
      world.documents.beforePut = touch
    }
    world.documents.beforePut = touch
    await expect(clients.createAccessKey(clientId)).rejects.toMatchObject({ code: 'conflict' })
    expect(world.documents.asked.put).toBeLessThan(40)
    world.documents.beforePut = undefined
    expect((await clients.get(clientId)).verificationKeys).toEqual([])
  })

  it.each([
    ['no JSON', '{'],
    ['another id', '{"clientId":"sc_y","name":"n","createdTime":"t","verificationKeys":[]}'],
    [
      'a symmetric key',
      '{"clientId":"sc_x","name":"n","createdTime":"t","verificationKeys":[{"keyId":"k","generationDate":"t","publicKey":{"kty":"oct","kid":"k","k":"AA"}}]}',
    ],
    [
      'a key under the id of another',
      `{"clientId":"sc_x","name":"n","createdTime":"t","verificationKeys":[{"keyId":"k","generationDate":"t","publicKey":{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","kid":"j","x":"${'A'.repeat(43)}"}}]}`,
    ],
  ])('are not read out of a document that is none: %s', async (_what, data) => {
    const world = permissionWorld()
    await world.documents.put({ tenant: 'default', kind: SERVICE_CLIENT_KIND, id: 'sc_x', data, expect: 'absent', attemptId: 'a' })
    await expect(clientsOf(world).get('sc_x')).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})
