import { describe, expect, it } from 'vitest'
import { type CustomerTenants, createCustomerTenants } from '../../src/directory/customer-tenants.js'
import { permissionWorld } from '../permissions/permission-world.js'

function tenantsOf(): CustomerTenants {
  const { documents, runtime } = permissionWorld()
  return createCustomerTenants({ documents, runtime, tenant: 'default' })
}
const acme = { tenantId: 'acme', tenantLookupIdentifier: 'acme.example', data: { name: 'Acme' }, connection: { connectionId: 'okta-acme' } }

describe('customer tenants', () => {
  it('are created, got, listed, changed and deleted', async () => {
    const tenants = tenantsOf()
    const created = await tenants.create(acme)
    expect(created).toEqual({ ...acme, createdTime: '2027-01-15T08:00:00.000Z', lastUpdated: '2027-01-15T08:00:00.000Z' })
    await expect(tenants.create(acme)).rejects.toMatchObject({ code: 'conflict', facts: { fields: { tenantId: 'is taken' } } })
    const changed = await tenants.update('acme', { tenantId: 'acme', data: {} })
    expect(changed).toEqual({ tenantId: 'acme', data: {}, createdTime: created.createdTime, lastUpdated: '2027-01-15T08:00:00.001Z' })
    expect(await tenants.list()).toEqual({ items: [changed] })
    await expect(tenants.update('acme', { ...acme, tenantId: 'other' })).rejects.toMatchObject({ code: 'invalid_request' })
    await tenants.delete('acme')
    await expect(tenants.get('acme')).rejects.toMatchObject({ code: 'not_found' })
  })

  it.each([
    ['no id', { data: {} }, 'tenantId'],
    ['an id with a slash', { tenantId: 'a/b' }, 'tenantId'],
    ['a connection that can be none', { tenantId: 'a', connection: { connectionId: 'a b' } }, 'connection.connectionId'],
    ['data of another kind', { tenantId: 'a', data: 'x' }, 'data'],
    ['an unknown field', { tenantId: 'a', owner: 'x' }, 'owner'],
  ])('refuse %s', async (_what, tenant, field) => {
    await expect(Reflect.apply(tenantsOf().create, undefined, [tenant])).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { [field]: expect.any(String) } },
    })
  })
})
