import { VaultError, type VaultStore } from '@holdfast/vault-core'
import { type AuditLog, type AuditLogEntry, auditLog } from '@holdfast/vault-core/audit'
import { memoryStore } from '@holdfast/vault-store-memory'
import { describe, expect, it } from 'vitest'
import { managementOperations } from '../src/management/index.js'
import { type ManagementWorld, managementWorld } from './management/fixtures/management-world.js'
import { exchangeWorld, PUBLIC_URL } from './token-exchange-world.js'

const ADDRESS = '2001:db8::7'
const ALICE = 'Vault:Connections/demo/Users/alice/Credentials'

async function entriesOf(audit: AuditLog, ...types: readonly AuditLogEntry['type'][]): Promise<readonly AuditLogEntry[]> {
  return (await audit.list({ limit: 1_000 })).items.filter(({ type }) => types.includes(type))
}

async function audited(store?: VaultStore) {
  const audit = auditLog()
  const options = { audit, clientAddress: () => ADDRESS }
  return { audit, world: await exchangeWorld({ ...options, ...(store && { store }) }) }
}

async function managed(store: VaultStore = memoryStore()) {
  const audit = auditLog()
  return { audit, world: await managementWorld(store, { audit, clientAddress: () => ADDRESS }) }
}

/** A real memory store whose log cannot be written while it is down. */
function faultyLog() {
  const real = memoryStore()
  const faulty = {
    isDown: false,
    store: {
      ...real,
      audit: {
        ...real.audit,
        append: async (entries: Parameters<typeof real.audit.append>[0]) => {
          if (faulty.isDown) throw new VaultError('store_unavailable', 'A fault was injected.')
          await real.audit.append(entries)
        },
      },
    },
  }
  return faulty
}

describe('a hand-out over HTTP', () => {
  it('is on record with client, key, address and the access record that allowed it, on both routes', async () => {
    const { audit, world } = await audited()
    await world.connect('demo', 'alice')
    const { clientId, keyId, token } = await world.client(ALICE)
    const [record] = (await world.vault.accessRecords.list()).items
    const headers = { authorization: `Bearer ${token}` }
    const ask = () => world.handler(new Request(`${PUBLIC_URL}/v1/connections/demo/users/alice/credentials`, { headers }), undefined)
    // The second time the token is known already.
    for (let time = 0; time < 2; time++) expect((await ask()).status).toBe(200)
    expect((await world.exchange({ subject_token: token, requested_subject: 'alice' })).status).toBe(200)
    const actor = { kind: 'service_client', id: clientId, keyId, address: ADDRESS, accessRecordId: record?.recordId }
    expect((await entriesOf(audit, 'accessed')).map((entry) => entry.actor)).toEqual([actor, actor, actor])
  })

  it('to a user is on record as his own', async () => {
    const { audit, world } = await audited()
    await world.connect('demo', 'alice')
    expect((await world.exchange({ subject_token: world.user('alice') })).status).toBe(200)
    expect((await entriesOf(audit, 'accessed'))[0]?.actor).toEqual({ kind: 'user', id: 'alice', address: ADDRESS })
  })

  it('is not made while the log cannot be written', async () => {
    const faulty = faultyLog()
    const { audit, world } = await audited(faulty.store)
    await world.connect('demo', 'alice')
    const { token } = await world.client(ALICE)
    const headers = { authorization: `Bearer ${token}` }
    const ask = () => world.handler(new Request(`${PUBLIC_URL}/v1/connections/demo/users/alice/credentials`, { headers }), undefined)
    faulty.isDown = true
    const refused = await ask()
    expect([refused.status, await refused.text()]).toEqual([503, expect.not.stringContaining('canary-access')])
    expect((await world.exchange({ subject_token: token, requested_subject: 'alice' })).status).toBe(503)
    faulty.isDown = false
    expect((await ask()).status).toBe(200)
    expect(await entriesOf(audit, 'accessed')).toHaveLength(1)
  })
})

describe('whoever is refused', () => {
  it('is on record, with what he asked for, and whose it is', async () => {
    const { audit, world } = await audited()
    const { clientId, keyId, token } = await world.client('Vault:Connections/demo/Users/bob/Credentials')
    const headers = { authorization: `Bearer ${token}` }
    for (const userId of ['alice', 'a/b:c'])
      await world.handler(
        new Request(`${PUBLIC_URL}/v1/connections/demo/users/${encodeURIComponent(userId)}/credentials`, { headers }),
        undefined,
      )
    await world.exchange({ subject_token: token, requested_subject: 'alice' })
    const denied = await entriesOf(audit, 'access_denied')
    const about = { outcome: 'denied', actor: { kind: 'service_client', id: clientId, keyId, address: ADDRESS } }
    expect(denied).toMatchObject([
      { ...about, connectionId: 'demo', userId: 'alice', details: { permission: 'READ', resource: ALICE } },
      { ...about, userId: 'a/b:c', details: { resource: 'Vault:Connections/demo/Users/a%2Fb%3Ac/Credentials' } },
      { ...about, userId: 'alice', details: { resource: ALICE } },
    ])
    expect((await audit.list({ userId: 'a/b:c' })).items).toHaveLength(1)
  })

  it('is refused all the same while the log cannot be written', async () => {
    const faulty = faultyLog()
    const { world } = await audited(faulty.store)
    const { token } = await world.client()
    faulty.isDown = true
    const headers = { authorization: `Bearer ${token}` }
    const response = await world.handler(new Request(`${PUBLIC_URL}/v1/connections/demo/users/alice/credentials`, { headers }), undefined)
    expect(response.status).toBe(403)
  })

  it('as his client is frozen, too', async () => {
    const { audit, world } = await audited()
    await world.connect('demo', 'alice')
    const { clientId, token } = await world.client(ALICE)
    await world.vault.serviceClients.freeze(clientId)
    expect((await world.exchange({ subject_token: token, requested_subject: 'alice' })).status).toBe(403)
    expect(await entriesOf(audit, 'access_denied', 'accessed')).toMatchObject([
      { type: 'access_denied', reason: 'hand_out_frozen', userId: 'alice' },
    ])
  })

  it('as he gives what he may not give, too, once', async () => {
    const { audit, world } = await managed()
    const { clientId, token } = await world.client([['Vault:Editor', 'Vault:AccessRecords']])
    const statements = [{ roles: ['Vault:Owner'], resources: [{ resourceUri: '*' }] }]
    const body = { name: 'All', users: [{ userId: clientId }], statements }
    expect((await world.call('POST', '/v1/records', { as: token, body })).status).toBe(403)
    expect(await entriesOf(audit, 'access_denied', 'administered')).toMatchObject([
      { type: 'access_denied', actor: { id: clientId }, details: { permission: 'createRecord' } },
    ])
  })

  it('is not on record when he may pass for another reason than a grant', async () => {
    const { audit, world } = await managed()
    const { clientId, token } = await world.client()
    const body = { name: 'Group', users: [], admins: [{ userId: clientId }] }
    const { body: group } = await world.call('POST', '/v1/groups', { body })
    expect((await world.call('GET', `/v1/groups/${group.groupId}`, { as: token })).status).toBe(200)
    expect(await entriesOf(audit, 'access_denied')).toEqual([])
  })
})

const OAUTH = { type: 'OAUTH2', tokenUrl: 'https://p.example/token', authenticationUrl: 'https://p.example/authorize' }

const READ = { action: 'read', allow: true, grant: false, delegate: false }
const READING = { users: [{ userId: 'u' }], statements: [{ roles: ['Vault:Viewer'], resources: [{ resourceUri: '/documents' }] }] }

/** Each operation of the management API that changes something: how it is called, and which resource is on record. */
const CHANGES: Readonly<Record<string, readonly [path: string, body: object | undefined, resource: string]>> = {
  createConnection: ['/v1/connections', { connectionId: 'c1', clientId: 'app', ...OAUTH }, 'Vault:Connections/c1'],
  updateConnection: ['/v1/connections/c1', { clientId: 'other', ...OAUTH }, 'Vault:Connections/c1'],
  deleteConnection: ['/v1/connections/c1', undefined, 'Vault:Connections/c1'],
  disconnectCredentials: ['/v1/connections/in-code/users/u/credentials', undefined, 'Vault:Connections/in-code/Users/u/Credentials'],
  createClient: ['/v1/clients', { name: 'job' }, 'Vault:ServiceClients/{clientId}'],
  updateClient: ['/v1/clients/{clientId}', { name: 'night job' }, 'Vault:ServiceClients/{clientId}'],
  requestAccessKey: ['/v1/clients/{clientId}/access-keys', undefined, 'Vault:ServiceClients/{clientId}/access-keys/{keyId}'],
  deleteAccessKey: ['/v1/clients/{clientId}/access-keys/{keyId}', undefined, 'Vault:ServiceClients/{clientId}/access-keys/{keyId}'],
  deleteClient: ['/v1/clients/{clientId}', undefined, 'Vault:ServiceClients/{clientId}'],
  createRecord: ['/v1/records', { recordId: 'r1', name: 'r', ...READING }, 'Vault:AccessRecords/r1'],
  updateRecord: ['/v1/records/r1', { name: 'r2', ...READING }, 'Vault:AccessRecords/r1'],
  deleteRecord: ['/v1/records/r1', undefined, 'Vault:AccessRecords/r1'],
  createRole: ['/v1/roles', { roleId: 'role-1', name: 'r', permissions: [READ] }, 'Vault:Roles/role-1'],
  updateRole: ['/v1/roles/role-1', { name: 'r2', permissions: [READ] }, 'Vault:Roles/role-1'],
  deleteRole: ['/v1/roles/role-1', undefined, 'Vault:Roles/role-1'],
  createGroup: ['/v1/groups', { groupId: 'grp_1', name: 'g', users: [] }, 'Vault:Groups/grp_1'],
  updateGroup: ['/v1/groups/grp_1', { name: 'g2', users: [] }, 'Vault:Groups/grp_1'],
  deleteGroup: ['/v1/groups/grp_1', undefined, 'Vault:Groups/grp_1'],
  putUser: ['/v1/users/u%2F1', { name: 'U' }, 'Vault:Users/u%2F1'],
  deleteUser: ['/v1/users/u%2F1', undefined, 'Vault:Users/u%2F1'],
  createTenant: ['/v1/tenants', { tenantId: 't1' }, 'Vault:Tenants/t1'],
  updateTenant: ['/v1/tenants/t1', { data: { name: 'T' } }, 'Vault:Tenants/t1'],
  deleteTenant: ['/v1/tenants/t1', undefined, 'Vault:Tenants/t1'],
}

describe('a change over the management API', () => {
  it('is on record, whichever it is: by whom, from where, and of what', async () => {
    const { audit, world } = await managed()
    const made: Record<string, string> = {}
    const named = (text: string): string => text.replace(/\{(\w+)\}/g, (_, name: string) => made[name] ?? name)
    for (const [operationId, [path, body]] of Object.entries(CHANGES)) {
      const { method = '' } = managementOperations.find((operation) => operation.operationId === operationId) ?? {}
      const answer = await world.call(method, named(path), { ...(body && { body }) })
      expect(answer.status, `${operationId}: ${JSON.stringify(answer.body)}`).toBeLessThan(300)
      if (operationId === 'createClient') made['clientId'] = answer.body.clientId
      if (operationId === 'requestAccessKey') made['keyId'] = answer.body.keyId
    }
    const changing = managementOperations.filter(({ method }) => method !== 'GET').map(({ operationId }) => operationId)
    expect(Object.keys(CHANGES).sort()).toEqual(changing.toSorted())
    const recorded = await entriesOf(audit, 'administered')
    expect(recorded.map(({ details }) => [details['action'], details['resource']])).toEqual(
      Object.entries(CHANGES).map(([operationId, [, , resource]]) => [operationId, named(resource)]),
    )
    expect(recorded.every(({ actor }) => actor?.address === ADDRESS && actor.keyId !== undefined)).toBe(true)
    expect(await audit.verify()).toMatchObject({ ok: true })
  })

  it('that is refused or only looks is not', async () => {
    const { audit, world } = await managed()
    await world.call('POST', '/v1/records', { body: { name: 'r' } })
    await world.call('DELETE', '/v1/clients/sc_absent')
    await world.call('GET', '/v1/clients')
    expect(await entriesOf(audit, 'administered')).toEqual([])
  })

  it('that cannot be recorded is not told to have gone well, and no key is given away by it', async () => {
    const faulty = faultyLog()
    const { world } = await managed(faulty.store)
    const { clientId } = await world.client()
    faulty.isDown = true
    const answer = await world.call('POST', `/v1/clients/${clientId}/access-keys`)
    expect(answer).toMatchObject({ status: 503, body: { errorCode: 'store_unavailable' } })
    expect(answer.body.accessKey).toBeUndefined()
  })
})

describe('where nobody keeps events or hears of them', () => {
  it('nobody asks which record allows it, nor for an address', async () => {
    let asked = 0
    const world: ManagementWorld = await managementWorld(memoryStore(), {
      clientAddress: () => {
        asked += 1
        return ADDRESS
      },
    })
    const { permissions } = world.vault
    Object.assign(permissions, {
      recordThatAllows: async () => {
        asked += 1
      },
    })
    expect((await world.call('GET', '/v1/clients')).status).toBe(200)
    expect((await world.call('POST', '/v1/clients', { body: { name: 'x' } })).status).toBe(201)
    expect((await world.call('POST', '/v1/clients', { as: (await world.client()).token, body: {} })).status).toBe(403)
    expect(asked).toBe(0)
  })
})

describe('an address that is none', () => {
  it.each(['unknown', '10.0.0.1, 10.0.0.2', '<script>', 'x'.repeat(300), '', '10.0.0.1:80'])('is left out: %j', async (address) => {
    const audit = auditLog()
    const world = await exchangeWorld({ audit, clientAddress: () => address })
    await world.connect('demo', 'alice')
    expect((await world.exchange({ subject_token: world.user('alice') })).status).toBe(200)
    expect((await entriesOf(audit, 'accessed'))[0]?.actor).toEqual({ kind: 'user', id: 'alice' })
  })
})
