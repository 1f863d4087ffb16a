import { describe, expect, it } from 'vitest'
import { VaultError } from '../../src/errors.js'
import { createPermissions } from '../../src/permissions/permissions.js'
import { credentialsUri } from '../../src/permissions/resource-uri.js'
import { ACCESS_RECORD_KIND } from '../../src/permissions/stored-access-record.js'
import { settle } from '../fixtures/manual-clock.js'
import { permissionWorld, viewers } from './permission-world.js'

const reads = (subject: string, resource: string) => ({ subject, permission: 'READ', resource })

describe('permissions', () => {
  it('deny by default', async () => {
    const { permissions } = permissionWorld().process()
    expect(await permissions.isAllowed(reads('u1', 'Vault:Connections'))).toBe(false)
    await expect(permissions.authorize(reads('u1', 'Vault:Connections'))).rejects.toMatchObject({ code: 'permission_denied' })
  })

  it.each([
    ['Vault:UserCredentialsViewer', 'Vault:Connections/*/Users/*/Credentials'],
    ['Authress:UserCredentialsViewer', 'Authress:Connections/*/Users/*/Credentials'],
    ['UserCredentialsViewer', 'Authress:Connections/*/Users/*/Credentials'],
    ['Vault:Owner', '*'],
  ])('let a service client with role %s on %s read the credentials of every user', async (role, resourceUri) => {
    const { permissions, accessRecords } = permissionWorld().process()
    await accessRecords.create({
      name: 'job',
      users: [{ userId: 'sc_job' }],
      statements: [{ roles: [role], resources: [{ resourceUri }] }],
    })
    for (const userId of ['u1', 'auth0|12/34', 'a:b', '*', 'x y']) {
      await permissions.authorize({ subject: 'sc_job', permission: 'READ', resource: credentialsUri('google', userId) })
    }
    expect(await permissions.isAllowed(reads('sc_job', 'Authress:Connections/google/Users/u1/Credentials'))).toBe(true)
    expect(await permissions.isAllowed(reads('sc_other', 'Authress:Connections/google/Users/u1/Credentials'))).toBe(false)
  })

  it('let the credentials viewer do nothing else', async () => {
    const { permissions, accessRecords } = permissionWorld().process()
    const resources = [{ resourceUri: 'Authress:Connections/*/Users/*/Credentials' }]
    await accessRecords.create({
      name: 'job',
      users: [{ userId: 'sc_job' }],
      statements: [{ roles: ['UserCredentialsViewer'], resources }],
    })
    const resource = 'Vault:Connections/google/Users/u1/Credentials'
    for (const permission of ['UPDATE', 'DELETE', 'GRANT', '*'])
      expect(await permissions.isAllowed({ subject: 'sc_job', permission, resource })).toBe(false)
    for (const above of ['Vault:Connections', 'Vault:Connections/google', 'Vault:Connections/google/Users/u1', '*']) {
      expect(await permissions.isAllowed(reads('sc_job', above))).toBe(false)
    }
  })

  it('take a service client that is named as a resource', async () => {
    const { permissions, accessRecords } = permissionWorld().process()
    await accessRecords.create(viewers(['Authress:ServiceClients/sc_a', 'Vault:ServiceClients/sc_b', 'Vault:ServiceClients/u1'], ['/a']))
    expect(await permissions.isAllowed(reads('sc_a', '/a'))).toBe(true)
    expect(await permissions.isAllowed(reads('sc_b', '/a'))).toBe(true)
    expect(await permissions.isAllowed(reads('u1', '/a'))).toBe(false)
    expect(await permissions.isAllowed(reads('Vault:ServiceClients/sc_b', '/a'))).toBe(false)
  })

  it('compare subjects exactly', async () => {
    const { permissions, accessRecords } = permissionWorld().process()
    await accessRecords.create(viewers(['*', 'User', 'caf\u00e9', '__proto__'], ['/a']))
    for (const subject of ['*', 'User', 'caf\u00e9', '__proto__'])
      expect(await permissions.isAllowed(reads(subject, '/a')), subject).toBe(true)
    for (const subject of ['u', 'user', 'User ', 'cafe\u0301', 'constructor'])
      expect(await permissions.isAllowed(reads(subject, '/a')), subject).toBe(false)
  })

  it('do not let a role allow what it may only give to others', async () => {
    const { permissions, accessRecords } = permissionWorld().process()
    await accessRecords.create({
      name: 'g',
      users: [{ userId: 'u1' }],
      statements: [{ roles: ['Vault:Granter'], resources: [{ resourceUri: '*' }] }],
    })
    expect(await permissions.isAllowed(reads('u1', '/a'))).toBe(false)
  })

  it('apply each statement to its own users, roles and resources alone', async () => {
    const { permissions, accessRecords } = permissionWorld().process()
    await accessRecords.create({
      name: 'two statements',
      statements: [
        { users: [{ userId: 'u1' }], roles: ['Vault:Viewer'], resources: [{ resourceUri: '/a' }, { resourceUri: '/b' }] },
        { users: [{ userId: 'u2' }], roles: ['Vault:Editor'], resources: [{ resourceUri: '/c' }] },
        { roles: ['Vault:Owner'], resources: [{ resourceUri: '*' }] },
      ],
    })
    const allowed = async (subject: string, permission: string) => {
      const resources = ['/a', '/b', '/c', '/d']
      const answers = await Promise.all(resources.map((resource) => permissions.isAllowed({ subject, permission, resource })))
      return resources.filter((_, index) => answers[index])
    }
    expect(await allowed('u1', 'read')).toEqual(['/a', '/b'])
    expect(await allowed('u1', 'update')).toEqual([])
    expect(await allowed('u2', 'read')).toEqual(['/c'])
    expect(await allowed('u2', 'delete')).toEqual(['/c'])
    expect(await allowed('u3', 'read')).toEqual([])
  })

  it('add up over several records, and a deleted one takes only its own away', async () => {
    const { permissions, accessRecords } = permissionWorld().process()
    await accessRecords.create(viewers(['u1', 'u2'], ['/a/*'], 'one'))
    await accessRecords.create(viewers(['u1'], ['/a/b'], 'two'))
    await accessRecords.delete('one')
    expect(await permissions.isAllowed(reads('u1', '/a/b/c'))).toBe(true)
    expect(await permissions.isAllowed(reads('u1', '/a/c'))).toBe(false)
    expect(await permissions.isAllowed(reads('u2', '/a/b/c'))).toBe(false)
  })

  it('keep tenants apart', async () => {
    const world = permissionWorld()
    await world.process({ tenant: 'a' }).accessRecords.create(viewers(['u1'], ['*']))
    expect(await world.process({ tenant: 'a' }).permissions.isAllowed(reads('u1', '/x'))).toBe(true)
    expect(await world.process({ tenant: 'b' }).permissions.isAllowed(reads('u1', '/x'))).toBe(false)
  })

  it.each([
    ['subject', { subject: '', permission: 'READ', resource: '/a' }],
    ['permission', { subject: 'u1', permission: 'RE AD', resource: '/a' }],
    ['resource', { subject: 'u1', permission: 'READ', resource: '/a//b' }],
  ])('name the bad field: %s', async (field, check) => {
    const { permissions } = permissionWorld().process()
    await expect(permissions.isAllowed(check)).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { [field]: expect.any(String) } },
    })
  })

  it('hold more records than a page of the store', async () => {
    const { permissions, accessRecords } = permissionWorld().process()
    for (let index = 0; index < 450; index += 1) await accessRecords.create(viewers([`u${index}`], [`/a/${index}`]))
    for (const index of [0, 199, 200, 201, 399, 400, 449]) {
      expect(await permissions.isAllowed(reads(`u${index}`, `/a/${index}`))).toBe(true)
      expect(await permissions.isAllowed(reads(`u${index}`, `/a/${index + 1}`))).toBe(false)
    }
  })
})

describe('staleness', () => {
  it('is none in the process that wrote', async () => {
    const { permissions, accessRecords } = permissionWorld().process()
    expect(await permissions.isAllowed(reads('u1', '/a'))).toBe(false)
    await accessRecords.create(viewers(['u1'], ['/a'], 'r'))
    expect(await permissions.isAllowed(reads('u1', '/a'))).toBe(true)
    await accessRecords.delete('r')
    expect(await permissions.isAllowed(reads('u1', '/a'))).toBe(false)
  })

  it('is within the bound in another process, for what is added and what is taken away', async () => {
    const world = permissionWorld()
    const [here, there] = [world.process(), world.process()]
    expect(await there.permissions.isAllowed(reads('u1', '/a'))).toBe(false)
    await here.accessRecords.create(viewers(['u1'], ['/a'], 'r'))
    await world.clock.advance(999)
    expect(await there.permissions.isAllowed(reads('u1', '/a'))).toBe(false)
    await world.clock.advance(1)
    expect(await there.permissions.isAllowed(reads('u1', '/a'))).toBe(true)
    await here.accessRecords.delete('r')
    await world.clock.advance(1000)
    expect(await there.permissions.isAllowed(reads('u1', '/a'))).toBe(false)
  })

  it('is measured by the monotonic clock', async () => {
    const world = permissionWorld()
    const [here, there] = [world.process(), world.process()]
    await there.permissions.isAllowed(reads('u1', '/a'))
    await here.accessRecords.create(viewers(['u1'], ['/a']))
    await world.clock.advance(1000)
    world.clock.jump(-3_600_000)
    expect(await there.permissions.isAllowed(reads('u1', '/a'))).toBe(true)
  })

  it('follows the bound that was set, none included', async () => {
    const world = permissionWorld()
    const here = world.process()
    const [patient, strict] = [world.process({ maxStalenessMs: 60_000 }), world.process({ maxStalenessMs: 0 })]
    for (const { permissions } of [patient, strict]) await permissions.isAllowed(reads('u1', '/a'))
    await here.accessRecords.create(viewers(['u1'], ['/a']))
    expect(await strict.permissions.isAllowed(reads('u1', '/a'))).toBe(true)
    await world.clock.advance(59_999)
    expect(await patient.permissions.isAllowed(reads('u1', '/a'))).toBe(false)
    await world.clock.advance(1)
    expect(await patient.permissions.isAllowed(reads('u1', '/a'))).toBe(true)
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('has a bound that is a number of milliseconds, not %s', (maxStalenessMs) => {
    const { documents, runtime } = permissionWorld()
    expect(() => createPermissions({ documents, tenant: 't', runtime, maxStalenessMs })).toThrow(
      expect.objectContaining({ code: 'invalid_configuration' }),
    )
  })

  it('costs one listing of each kind for all checks that come together, and none while nothing changes', async () => {
    const world = permissionWorld()
    const { permissions } = world.process()
    const ask = () => Promise.all(Array.from({ length: 100 }, () => permissions.isAllowed(reads('u1', '/a'))))
    await ask()
    expect(world.documents.asked).toMatchObject({ list: 3, revision: 3 })
    await world.clock.advance(999)
    await ask()
    expect(world.documents.asked).toMatchObject({ list: 3, revision: 3 })
    await world.clock.advance(1)
    await ask()
    expect(world.documents.asked).toMatchObject({ list: 3, revision: 6 })
    await world.process().accessRecords.create(viewers(['u2'], ['/a']))
    await world.clock.advance(1000)
    await ask()
    expect(world.documents.asked).toMatchObject({ list: 4, revision: 9 })
  })

  it('does not let a reading that was under way hide a write of this process', async () => {
    const world = permissionWorld()
    const { permissions, accessRecords } = world.process()
    const open = world.documents.holdListings()
    const before = permissions.isAllowed(reads('u1', '/a'))
    await settle()
    await accessRecords.create(viewers(['u1'], ['/a']))
    const after = permissions.isAllowed(reads('u1', '/a'))
    await settle()
    open()
    expect(await before).toBe(false)
    expect(await after).toBe(true)
  })

  it('does not let a check join a reading that began too long ago', async () => {
    const world = permissionWorld()
    const [here, there] = [world.process(), world.process()]
    const open = world.documents.holdListings()
    const early = there.permissions.isAllowed(reads('u1', '/a'))
    await settle()
    await here.accessRecords.create(viewers(['u1'], ['/a']))
    await world.clock.advance(1000)
    const late = there.permissions.isAllowed(reads('u1', '/a'))
    await settle()
    open()
    expect(await early).toBe(false)
    expect(await late).toBe(true)
  })

  it('counts a write whose acknowledgement was lost', async () => {
    const world = permissionWorld()
    const { permissions, accessRecords } = world.process()
    await accessRecords.create(viewers(['u1'], ['/a'], 'r'))
    await permissions.isAllowed(reads('u1', '/a'))
    world.documents.lostAcknowledgement = new VaultError('store_unavailable', 'lost')
    await expect(accessRecords.delete('r')).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(await permissions.isAllowed(reads('u1', '/a'))).toBe(false)
  })
})

describe('a store that fails', () => {
  it.each([
    ['its own error', new Error('ECONNRESET')],
    ['store_unavailable', new VaultError('store_unavailable', 'down')],
    ['another code', new VaultError('permission_denied', 'odd')],
  ])('with %s makes a check fail as store_unavailable, also where a grant was read before', async (_what, failure) => {
    const world = permissionWorld()
    const { permissions, accessRecords } = world.process()
    await accessRecords.create(viewers(['u1'], ['/a']))
    expect(await permissions.isAllowed(reads('u1', '/a'))).toBe(true)
    await world.clock.advance(1000)
    world.documents.failure = failure
    for (const subject of ['u1', 'u2']) {
      await expect(permissions.isAllowed(reads(subject, '/a'))).rejects.toMatchObject({ code: 'store_unavailable' })
      await expect(permissions.authorize(reads(subject, '/a'))).rejects.toMatchObject({ code: 'store_unavailable' })
    }
    world.documents.failure = undefined
    expect(await permissions.isAllowed(reads('u1', '/a'))).toBe(true)
  })

  it('in the middle of a reading leaves nothing behind', async () => {
    const world = permissionWorld()
    const { permissions, accessRecords } = world.process()
    await accessRecords.create(viewers(['u1'], ['/a']))
    const open = world.documents.holdListings()
    const check = permissions.isAllowed(reads('u1', '/a'))
    await settle()
    world.documents.failure = new Error('reset')
    open()
    await expect(check).rejects.toMatchObject({ code: 'store_unavailable' })
    world.documents.failure = undefined
    expect(await permissions.isAllowed(reads('u1', '/a'))).toBe(true)
  })
})

describe('a stored record that this version cannot read', () => {
  const good = { ...viewers(['u1'], ['/a']), recordId: 'odd', status: 'ACTIVE', lastUpdated: '2027-01-01T00:00:00.000Z' }

  it.each([
    ['no JSON', '{'],
    ['no object', 'null'],
    ['no status', JSON.stringify({ ...good, status: undefined })],
    ['a status of the future', JSON.stringify({ ...good, status: 'SUSPENDED' })],
    ['a field of the future', JSON.stringify({ ...good, notAfter: '2020-01-01' })],
    ['a statement with a condition', JSON.stringify({ ...good, statements: [{ ...good.statements[0], condition: 'office hours' }] })],
    ['a bad resource', JSON.stringify({ ...good, statements: [{ roles: ['Vault:Owner'], resources: [{ resourceUri: '' }] }] })],
    ['the id of another', JSON.stringify({ ...good, recordId: 'other' })],
    ['a deleted one', JSON.stringify({ ...good, status: 'DELETED' })],
  ])('gives nothing, and disturbs no other: %s', async (_what, data) => {
    const world = permissionWorld()
    await world.documents.put({ tenant: 'default', kind: ACCESS_RECORD_KIND, id: 'odd', data, expect: 'absent', attemptId: 'a' })
    const { permissions, accessRecords } = world.process()
    await accessRecords.create(viewers(['u2'], ['/a']))
    expect(await permissions.isAllowed(reads('u1', '/a'))).toBe(false)
    expect(await permissions.isAllowed(reads('u2', '/a'))).toBe(true)
  })

  it('is told to the log, once, by its id', async () => {
    const world = permissionWorld()
    await world.documents.put({ tenant: 'default', kind: ACCESS_RECORD_KIND, id: 'odd', data: '{', expect: 'absent', attemptId: 'a' })
    const warnings: object[] = []
    const log = { debug() {}, info() {}, error() {}, warn: (fields: object) => void warnings.push(fields) }
    const permissions = createPermissions({ documents: world.documents, tenant: 'default', runtime: world.runtime, log, maxStalenessMs: 0 })
    for (let times = 0; times < 3; times += 1) await permissions.isAllowed(reads('u1', '/a'))
    expect(warnings).toEqual([{ kind: ACCESS_RECORD_KIND, id: 'odd' }])
  })

  it('gives what its other roles give when one role is unknown', async () => {
    const world = permissionWorld()
    const data = JSON.stringify({ ...good, statements: [{ roles: ['custom', 'Vault:Viewer'], resources: [{ resourceUri: '/a' }] }] })
    await world.documents.put({ tenant: 'default', kind: ACCESS_RECORD_KIND, id: 'odd', data, expect: 'absent', attemptId: 'a' })
    const { permissions } = world.process()
    expect(await permissions.isAllowed(reads('u1', '/a'))).toBe(true)
    expect(await permissions.isAllowed({ ...reads('u1', '/a'), permission: 'update' })).toBe(false)
  })
})
