import { beforeAll, describe, expect, it } from 'vitest'
import { type ManagementWorld, managementWorld, PUBLIC_URL } from './fixtures/management-world.js'

let world: ManagementWorld
beforeAll(async () => {
  world = await managementWorld()
})

const record = (more: object = {}): object => ({
  name: 'Readers',
  users: [{ userId: 'alice' }],
  statements: [{ roles: ['Vault:Viewer'], resources: [{ resourceUri: '/documents/*' }] }],
  ...more,
})
const create = async (more: object = {}): Promise<{ readonly recordId: string; readonly lastUpdated: string }> =>
  (await world.call('POST', '/v1/records', { body: record(more) })).body

describe('an access record over HTTP', () => {
  it('is created, read, changed and ended', async () => {
    const created = await world.call('POST', '/v1/records', { body: record({ description: 'd', tags: { a: 'b' } }) })
    expect(created.status).toBe(201)
    const { recordId } = created.body
    expect(created.body).toMatchObject({
      ...record({ description: 'd', tags: { a: 'b' } }),
      recordId: expect.stringMatching(/^rec_/),
      status: 'ACTIVE',
      links: { self: { href: `${PUBLIC_URL}/v1/records/${recordId}` } },
    })
    const { body: read } = await world.call('GET', `/v1/records/${recordId}`)
    expect(read).toEqual(created.body)
    const changed = await world.call('PUT', `/v1/records/${recordId}`, {
      body: { ...read, name: 'Renamed', capacity: 0.1, account: { accountId: 'a' } },
    })
    expect(changed).toMatchObject({ status: 200, body: { recordId, name: 'Renamed' } })
    expect(changed.body.lastUpdated > read.lastUpdated).toBe(true)
    expect((await world.call('DELETE', `/v1/records/${recordId}`)).status).toBe(204)
    expect(await world.call('GET', `/v1/records/${recordId}`)).toMatchObject({ status: 200, body: { status: 'DELETED' } })
    expect((await world.call('DELETE', `/v1/records/${recordId}`)).status).toBe(204)
    expect((await world.call('PUT', `/v1/records/${recordId}`, { body: record() })).status).toBe(404)
  })

  it('has its self link with its id as one segment', async () => {
    const { body } = await world.call('POST', '/v1/records', { body: record({ recordId: 'a|b:c~d' }) })
    expect(body.links.self.href).toBe(`${PUBLIC_URL}/v1/records/a%7Cb%3Ac~d`)
    expect((await world.call('GET', body.links.self.href.slice(PUBLIC_URL.length))).body).toEqual(body)
  })

  it('counts at once', async () => {
    const ask = async (): Promise<number> => (await world.call('GET', '/v1/users/zoe/resources/%2Fdocuments%2FA/permissions/read')).status
    expect(await ask()).toBe(404)
    const { recordId } = await create({ users: [{ userId: 'zoe' }] })
    expect(await ask()).toBe(200)
    await world.call('DELETE', `/v1/records/${recordId}`)
    expect(await ask()).toBe(404)
  })

  it('conflicts with one of the same id, also with a deleted one', async () => {
    await create({ recordId: 'once' })
    expect(await world.call('POST', '/v1/records', { body: record({ recordId: 'once' }) })).toMatchObject({
      status: 409,
      body: { errorCode: 'conflict' },
    })
    await world.call('DELETE', '/v1/records/once')
    expect((await world.call('POST', '/v1/records', { body: record({ recordId: 'once' }) })).status).toBe(409)
  })

  it('is listed by page, part of a name and status', async () => {
    for (const name of ['needle one', 'Needle two', 'needle three']) await create({ name })
    const gone = await create({ name: 'needle gone' })
    await world.call('DELETE', `/v1/records/${gone.recordId}`)
    const names: string[] = []
    let next: string | undefined = '/v1/records?limit=2&filter=NEEDLE'
    while (next !== undefined) {
      const { body } = await world.call('GET', next)
      names.push(...body.records.map(({ name }: { name: string }) => name))
      expect(new URL(body.links.self.href).searchParams.get('filter')).toBe('NEEDLE')
      next = body.links.next?.href.slice(PUBLIC_URL.length)
    }
    expect(names.toSorted()).toEqual(['Needle two', 'needle one', 'needle three'])
    const deleted = await world.call('GET', '/v1/records?status=DELETED&filter=needle')
    expect(deleted.body.records.map(({ name }: { name: string }) => name)).toEqual(['needle gone'])
  })

  it.each<[string, string]>([
    ['limit', 'limit=0'],
    ['limit', 'limit=1001'],
    ['limit', 'limit=2.5'],
    ['limit', 'limit=many'],
    ['limit', 'limit=1&limit=2'],
    ['cursor', 'cursor='],
    ['status', 'status=ALL'],
    ['sort', 'sort=name'],
  ])('a list with a wrong %s (%s) is refused', async (field, query) => {
    const { status, body } = await world.call('GET', `/v1/records?${query}`)
    expect(status).toBe(400)
    expect(Object.keys(body.fields)).toEqual([field])
  })

  it('a list with a cursor that no page gave is refused, and no retry is asked for', async () => {
    const { status, body } = await world.call('GET', '/v1/records?cursor=made-up')
    expect([status, body.errorCode]).toEqual([400, 'invalid_request'])
  })
})

describe('If-Unmodified-Since', () => {
  it('lets a change through when nothing came between, and answers 412 when something did', async () => {
    const { recordId, lastUpdated } = await create()
    const put = (since: string): ReturnType<ManagementWorld['call']> =>
      world.call('PUT', `/v1/records/${recordId}`, { body: record({ name: 'Changed' }), headers: { 'if-unmodified-since': since } })
    const changed = await put(lastUpdated)
    expect(changed.status).toBe(200)
    expect(await put(lastUpdated)).toMatchObject({ status: 412, body: { errorCode: 'conflict', reason: 'modified_since' } })
    expect(await put('1970-01-01T00:00:00.000Z')).toMatchObject({ status: 412 })
    expect(await put('Thu, 01 Jan 1970 00:00:00 GMT')).toMatchObject({ status: 412 })
    expect((await put(changed.body.lastUpdated)).status).toBe(200)
    expect((await put('2999-01-01T00:00:00+02:00')).status).toBe(200)
  })

  it.each(['yesterday', '0', '2026', '2026-13-01T00:00:00Z', '2026-01-01', 'Thu, 01 Jan 1970', '1970-01-01T00:00:00.000'])(
    '%j is no time: refused, and nothing is changed',
    async (since) => {
      const { recordId, lastUpdated } = await create()
      const refused = await world.call('PUT', `/v1/records/${recordId}`, { body: record(), headers: { 'if-unmodified-since': since } })
      expect(refused).toMatchObject({ status: 400, body: { fields: { 'If-Unmodified-Since': expect.any(String) } } })
      expect((await world.call('GET', `/v1/records/${recordId}`)).body.lastUpdated).toBe(lastUpdated)
    },
  )
})

describe('a body that is no record', () => {
  it.each<[string, object, readonly string[]]>([
    ['no name', { name: undefined }, ['name']],
    ['an empty name', { name: '' }, ['name']],
    ['no statements', { statements: [] }, ['statements']],
    ['an unknown field', { expires: 'x' }, ['expires']],
    [
      'an unknown field of a statement',
      { statements: [{ roles: ['Vault:Viewer'], resources: [{ resourceUri: 'a' }], deny: true }] },
      ['statements[0].deny'],
    ],
    [
      'an unknown field of a resource',
      { statements: [{ roles: ['Vault:Viewer'], resources: [{ resourceUri: 'a', deny: 1 }] }] },
      ['statements[0].resources[0].deny'],
    ],
    [
      'a resource that is none',
      { statements: [{ roles: ['Vault:Viewer'], resources: [{ resourceUri: 'a//b' }] }] },
      ['statements[0].resources[0].resourceUri'],
    ],
    ['a role that does not exist', { statements: [{ roles: ['nope'], resources: [{ resourceUri: 'a' }] }] }, ['statements[0].roles[0]']],
    ['a group that does not exist', { groups: [{ groupId: 'grp_nope' }] }, ['groups[0].groupId']],
    ['a user without id', { users: [{}] }, ['users[0].userId']],
    ['users twice', { statements: [{ roles: ['Vault:Viewer'], resources: [{ resourceUri: 'a' }], users: [{ userId: 'b' }] }] }, ['users']],
    ['an end by its status', { status: 'DELETED' }, ['status']],
    ['an id that is none', { recordId: 'a/b' }, ['recordId']],
    ['two wrong fields', { name: 1, description: 2 }, ['description', 'name']],
  ])('%s is refused, with the name of each field', async (_name, part, fields) => {
    const refused = await world.call('POST', '/v1/records', { body: record(part) })
    expect(refused).toMatchObject({ status: 400, body: { errorCode: 'invalid_request' } })
    expect(Object.keys(refused.body.fields).toSorted()).toEqual(fields)
  })

  it('cannot rename a record', async () => {
    const { recordId } = await create()
    const refused = await world.call('PUT', `/v1/records/${recordId}`, { body: record({ recordId: 'other' }) })
    expect(refused).toMatchObject({ status: 400, body: { fields: { recordId: expect.any(String) } } })
  })
})

describe('who may change a record', () => {
  it('an admin of it may read, change and end it, without a grant', async () => {
    const { clientId, token } = await world.client()
    for (const userId of [clientId, `Vault:ServiceClients/${clientId}`, `Authress:ServiceClients/${clientId}`]) {
      const { recordId } = await create({ admins: [{ userId }] })
      expect((await world.call('GET', `/v1/records/${recordId}`, { as: token })).status).toBe(200)
      const body = record({ name: 'By its admin', admins: [{ userId }] })
      expect((await world.call('PUT', `/v1/records/${recordId}`, { as: token, body })).status).toBe(200)
      expect((await world.call('DELETE', `/v1/records/${recordId}`, { as: token })).status).toBe(204)
    }
  })

  it('a user who is an admin may, and one whose id only looks like a client of the vault may not', async () => {
    const { clientId } = await world.client()
    const { recordId } = await create({ admins: [{ userId: 'alice' }, { userId: `Vault:ServiceClients/${clientId}` }] })
    const statusFor = async (userId: string): Promise<number> =>
      (await world.call('GET', `/v1/records/${recordId}`, { as: world.user(userId) })).status
    expect(await statusFor('alice')).toBe(200)
    expect(await statusFor('bob')).toBe(403)
    expect(await statusFor(`Vault:ServiceClients/${clientId}`)).toBe(403)
    const { recordId: another } = await create({ admins: [{ userId: 'Vault:ServiceClients/alice' }] })
    expect((await world.call('GET', `/v1/records/${another}`, { as: world.user('alice') })).status).toBe(403)
  })

  it('an admin gives nothing on that he may not give', async () => {
    const { clientId, token } = await world.client()
    const { recordId } = await create({ admins: [{ userId: clientId }] })
    const body = record({ users: [{ userId: clientId }], statements: [{ roles: ['Vault:Owner'], resources: [{ resourceUri: '*' }] }] })
    expect(await world.call('PUT', `/v1/records/${recordId}`, { as: token, body })).toMatchObject({
      status: 403,
      body: { errorCode: 'permission_denied', reason: 'grant_missing' },
    })
    expect(await world.vault.permissions.isAllowed({ subject: clientId, permission: 'read', resource: '/documents/A' })).toBe(false)
  })

  it('a caller who may CREATE records creates only what he may give', async () => {
    const { token, clientId } = await world.client([
      ['Vault:Editor', 'Vault:AccessRecords'],
      ['Vault:Admin', '/documents'],
    ])
    const give = (resourceUri: string, role = 'Vault:Viewer'): ReturnType<ManagementWorld['call']> =>
      world.call('POST', '/v1/records', { as: token, body: record({ statements: [{ roles: [role], resources: [{ resourceUri }] }] }) })
    expect((await give('/documents/A')).status).toBe(201)
    expect((await give('/documents/*')).status).toBe(201)
    for (const uri of ['*', '/other', 'Vault:Connections'])
      expect(await give(uri)).toMatchObject({ status: 403, body: { reason: 'grant_missing' } })
    expect(await give('/documents/A', 'Vault:Owner')).toMatchObject({ status: 403, body: { reason: 'grant_missing' } })
    expect(clientId).toMatch(/^sc_/)
  })

  it('whoever has no right gets one answer, whether the record exists or not', async () => {
    const { recordId } = await create()
    const { token } = await world.client([['Vault:Viewer', 'Vault:AccessRecords/another']])
    for (const [method, body] of [['GET'], ['PUT', record()], ['DELETE']] as const) {
      const answers = new Set<string>()
      for (const id of [recordId, 'rec_nothing', 'x'.repeat(300), 'a%2Fb', '%00']) {
        const { status, body: answer } = await world.call(method, `/v1/records/${id}`, { as: token, body })
        expect(status).toBe(403)
        answers.add(JSON.stringify({ ...answer, errorId: '' }))
      }
      expect(answers.size).toBe(1)
    }
    expect((await world.call('GET', '/v1/records/another', { as: token })).status).toBe(404)
  })
})
