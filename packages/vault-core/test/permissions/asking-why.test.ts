import { describe, expect, it } from 'vitest'
import { type PermissionProcess, permissionWorld } from './permission-world.js'

async function world(): Promise<PermissionProcess> {
  const process = permissionWorld().process()
  await process.groups.create({ groupId: 'grp_1', name: 'g', users: [{ userId: 'u1' }] })
  await process.roles.create({
    roleId: 'giver',
    name: 'Giver',
    permissions: [
      { action: 'read', allow: false, grant: true, delegate: false },
      { action: 'READ', allow: true, grant: false, delegate: false },
    ],
  })
  const on = (...uris: string[]) => uris.map((resourceUri) => ({ resourceUri }))
  await process.accessRecords.create({
    recordId: 'rec_docs',
    name: 'Docs',
    statements: [
      { roles: ['Vault:Viewer'], resources: on('/docs/d1', '/docs/d2/pages', '/orgs/*/docs/d3'), users: [{ userId: 'u1' }] },
      { roles: ['Vault:Editor', 'giver'], resources: on('/docs/d1'), groups: [{ groupId: 'grp_1' }] },
    ],
  })
  await process.accessRecords.create({
    recordId: 'rec_all',
    name: 'All',
    users: [{ userId: 'u2' }],
    statements: [{ roles: ['Vault:Viewer'], resources: on('/docs/*', 'orgs/a%2Fb') }],
  })
  return process
}

describe('explain', () => {
  it('names every record, statement, role and party that allows it', async () => {
    const { permissions } = await world()
    const common = { recordId: 'rec_docs', recordName: 'Docs', resourceUri: '/docs/d1' }
    expect(await permissions.explain({ subject: 'u1', permission: 'READ', resource: 'docs/d1/x' })).toEqual({
      allowed: true,
      grants: [
        { ...common, statement: 0, roleId: 'Vault:Viewer', action: 'read', via: { userId: 'u1' } },
        { ...common, statement: 1, roleId: 'Vault:Editor', action: 'read', via: { groupId: 'grp_1' } },
        { ...common, statement: 1, roleId: 'giver', action: 'READ', via: { groupId: 'grp_1' } },
      ],
    })
  })

  it.each([
    ['nobody', 'read', '/docs/d1', 'no_record_names_subject'],
    ['u1', 'read', '/docs', 'no_grant_covers_resource'],
    ['u1', 'read', '/docs/d3', 'no_grant_covers_resource'],
    ['u2', 'update', '/docs/d1', 'no_role_allows_permission'],
  ])('says why %s may not %s %s: %s', async (subject, permission, resource, reason) => {
    const { permissions } = await world()
    const decision = await permissions.explain({ subject, permission, resource })
    expect(decision).toMatchObject({ allowed: false, grants: [], reason })
    const nearest = [
      {
        recordId: 'rec_all',
        recordName: 'All',
        statement: 0,
        roleId: 'Vault:Viewer',
        action: 'read',
        resourceUri: '/docs/*',
        via: { userId: 'u2' },
      },
    ]
    expect(decision.nearest).toEqual(reason === 'no_role_allows_permission' ? nearest : undefined)
  })
})

describe('what a subject holds on a resource', () => {
  it('is one entry an action, flags joined, by whatever grant covers it', async () => {
    const { permissions } = await world()
    const flags = { allow: true, grant: false, delegate: false }
    expect(await permissions.permissionsFor({ subject: 'u1', resource: '/docs/d1/below' })).toEqual([
      { action: 'create', ...flags },
      { action: 'delete', ...flags },
      { action: 'read', ...flags, grant: true },
      { action: 'update', ...flags },
    ])
    expect(await permissions.permissionsFor({ subject: 'u1', resource: '/docs' })).toEqual([])
  })

  it('are roles only where they were given on this very resource', async () => {
    const { permissions } = await world()
    expect(await permissions.rolesFor({ subject: 'u1', resource: 'docs/d1/' })).toEqual(['Vault:Editor', 'Vault:Viewer', 'giver'])
    expect(await permissions.rolesFor({ subject: 'u1', resource: '/docs/d1/below' })).toEqual([])
    expect(await permissions.rolesFor({ subject: 'u2', resource: '/docs/d1' })).toEqual([])
    expect(await permissions.rolesFor({ subject: 'u2', resource: '/docs/*' })).toEqual(['Vault:Viewer'])
  })
})

describe('the resources below a collection', () => {
  it.each([
    ['u1', 'docs', {}, false, ['docs/d1']],
    ['u1', '/docs/*', {}, false, ['docs/d1']],
    ['u1', 'docs', { nested: true }, false, ['docs/d1', 'docs/d2/pages']],
    ['u1', 'docs', { nested: true, permission: 'update' }, false, ['docs/d1']],
    ['u1', 'docs', { permission: 'give' }, false, []],
    ['u1', 'docs/d1', {}, true, ['docs/d1/*']],
    ['u1', 'orgs/o1/docs', {}, false, ['orgs/o1/docs/d3']],
    ['u1', 'orgs', { nested: true }, false, ['orgs/*/docs/d3']],
    ['u1', 'orgs', {}, false, []],
    ['u1', undefined, { nested: true }, false, ['docs/d1', 'docs/d2/pages', 'orgs/*/docs/d3']],
    ['u2', 'docs', {}, true, ['docs/*']],
    ['u2', 'docs/d7', { nested: true }, true, ['docs/d7/*']],
    ['u2', 'orgs', {}, false, ['orgs/a%2Fb']],
    ['u3', 'docs', { nested: true }, false, []],
  ])('of %s in %s with %j', async (subject, collection, options, accessToAllSubResources, items) => {
    const { permissions } = await world()
    const answer = await permissions.resourcesFor({ subject, ...(collection !== undefined && { collection }), ...options })
    expect(answer).toEqual({ accessToAllSubResources, items })
  })

  it('come in pages, each once', async () => {
    const process = permissionWorld().process()
    const resources = Array.from({ length: 90 }, (_, index) => ({ resourceUri: `/docs/d${index}` }))
    await process.accessRecords.create({ name: 'r', users: [{ userId: 'u1' }], statements: [{ roles: ['Vault:Viewer'], resources }] })
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await process.permissions.resourcesFor({
        subject: 'u1',
        collection: 'docs',
        limit: 20,
        ...(cursor !== undefined && { cursor }),
      })
      expect(page.items.length).toBeLessThanOrEqual(20)
      seen.push(...page.items)
      cursor = page.cursor
    } while (cursor !== undefined)
    expect(seen.sort()).toEqual(resources.map(({ resourceUri }) => resourceUri.slice(1)).sort())
  })

  it('name what the authorizer allows', async () => {
    const { permissions } = await world()
    for (const subject of ['u1', 'u2']) {
      for (const resource of (await permissions.resourcesFor({ subject, nested: true, permission: 'read' })).items)
        expect(await permissions.isAllowed({ subject, permission: 'read', resource })).toBe(true)
    }
  })
})
