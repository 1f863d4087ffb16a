import { beforeAll, describe, expect, it } from 'vitest'
import { type ManagementWorld, managementWorld } from './fixtures/management-world.js'

let world: ManagementWorld
beforeAll(async () => {
  world = await managementWorld()
})

describe('a tenant over HTTP', () => {
  it('is created, read, listed, changed and deleted', async () => {
    const tenant = {
      tenantId: 'acme',
      tenantLookupIdentifier: 'acme.example',
      data: { name: 'Acme' },
      connection: { connectionId: 'in-code' },
    }
    const created = await world.call('POST', '/v1/tenants', { body: tenant })
    expect(created).toMatchObject({ status: 201, body: { ...tenant, createdTime: expect.stringMatching(/Z$/) } })
    expect((await world.call('GET', '/v1/tenants/acme')).body).toEqual(created.body)
    expect((await world.call('GET', '/v1/tenants')).body.tenants).toEqual([created.body])
    const changed = await world.call('PUT', '/v1/tenants/acme', { body: { ...created.body, data: { name: 'ACME' } } })
    expect(changed).toMatchObject({
      status: 200,
      body: { tenantId: 'acme', data: { name: 'ACME' }, createdTime: created.body.createdTime },
    })
    const emptied = await world.call('PUT', '/v1/tenants/acme', { body: {} })
    expect(emptied.body).not.toHaveProperty('data')
    expect((await world.call('POST', '/v1/tenants', { body: tenant })).status).toBe(409)
    expect((await world.call('DELETE', '/v1/tenants/acme')).status).toBe(204)
    for (const method of ['GET', 'DELETE']) expect((await world.call(method, '/v1/tenants/acme')).status).toBe(404)
    expect((await world.call('PUT', '/v1/tenants/acme', { body: {} })).status).toBe(404)
  })

  it.each<[string, object, string]>([
    ['no id', {}, 'tenantId'],
    ['an id that is none', { tenantId: 'a/b' }, 'tenantId'],
    ['an unknown field', { tenantId: 'a', plan: 'x' }, 'plan'],
    ['an unknown field below', { tenantId: 'a', data: { plan: 'x' } }, 'data.plan'],
    ['a connection that can be none', { tenantId: 'a', connection: { connectionId: 'a/b' } }, 'connection.connectionId'],
  ])('%s is refused, with the name of the field', async (_name, body, field) => {
    const refused = await world.call('POST', '/v1/tenants', { body })
    expect(refused.status).toBe(400)
    expect(Object.keys(refused.body.fields)).toEqual([field])
  })

  it('is not renamed by a PUT', async () => {
    await world.call('POST', '/v1/tenants', { body: { tenantId: 'fixed' } })
    const refused = await world.call('PUT', '/v1/tenants/fixed', { body: { tenantId: 'other' } })
    expect(refused).toMatchObject({ status: 400, body: { fields: { tenantId: expect.any(String) } } })
  })
})
