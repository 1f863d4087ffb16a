import { createVault, localKeyring } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, it } from 'vitest'
import { apiOperations, createVaultHandler, type VaultHandler } from '../src/index.js'
import { openApiDocument } from '../src/openapi/openapi-document.js'
import { type ManagementWorld, managementWorld, PUBLIC_URL } from './management/fixtures/management-world.js'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
/** The pages: browsers' business, and not part of the document. */
const PAGES = ['/connect/x', '/connect/x/callback']

interface Described {
  readonly method: string
  /** As in the document, with names in braces. */
  readonly path: string
  /** With an `x` for each name. */
  readonly plainPath: string
  // biome-ignore lint/suspicious/noExplicitAny: a document as its readers have it, without types.
  readonly operation: any
}

let world: ManagementWorld
let handler: VaultHandler
// biome-ignore lint/suspicious/noExplicitAny: a document as its readers have it, without types.
let document: any
let described: readonly Described[]

beforeAll(async () => {
  world = await managementWorld()
  handler = createVaultHandler({ vault: world.vault, publicUrl: PUBLIC_URL, identify: () => undefined, rateLimit: false })
  const response = await ask('GET', '/openapi.json')
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
  document = await response.json()
  described = Object.entries<Record<string, object>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      plainPath: path.replace(/\{\w+\}/g, 'x'),
      operation,
    })),
  )
})

const ask = (method: string, path: string, init: RequestInit = {}): Promise<Response> =>
  handler(new Request(PUBLIC_URL + path, { method, ...init }), undefined)

describe('GET /openapi.json', () => {
  it('answers a valid OpenAPI 3.1 document, and the validator would say if it were none', async () => {
    const validator = new Validator()
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
    const broken = { ...document, paths: { '/x': { get: { responses: 7 } } } }
    expect(await new Validator().validate(broken)).toMatchObject({ valid: false })
  })

  it('names the public URL, with the path that the vault is mounted under', () => {
    expect(document.servers).toEqual([{ url: PUBLIC_URL }])
    expect(openApiDocument([], { publicUrl: 'https://other.example' }).servers).toEqual([{ url: 'https://other.example' }])
  })

  it('answers anybody, like the health check, the public keys and the token endpoint, and nobody else without a token', async () => {
    for (const { method, plainPath, operation } of described) {
      const isPublic = operation.security?.length === 0
      expect((await ask(method, plainPath)).status === 401, operation.operationId).toBe(!isPublic)
      expect('401' in operation.responses, operation.operationId).toBe(!isPublic)
    }
    expect(document.security).toEqual([{ bearer: [] }])
    expect(document.components.securitySchemes.bearer).toMatchObject({ type: 'http', scheme: 'bearer' })
  })

  it('gives each operation an id of its own, a summary and a tag', () => {
    const ids = described.map(({ operation }) => operation.operationId)
    expect(ids.toSorted()).toEqual(apiOperations.map(({ operationId }) => operationId).toSorted())
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toContain('getConnectionCredentials')
    for (const { operation } of described) {
      expect(operation.operationId).toMatch(/^[a-z][A-Za-z]+$/)
      expect(operation.summary).toMatch(/\.$/)
      expect(document.tags.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(operation.tags))
    }
  })

  it('describes every parameter of every path, and has no path twice under other names', () => {
    for (const { path, operation } of described) {
      const inPath = (operation.parameters ?? []).filter((parameter: { in: string }) => parameter.in === 'path')
      expect(inPath.map(({ name }: { name: string }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? [])
      for (const parameter of inPath) expect(parameter).toMatchObject({ required: true, schema: { type: 'string' } })
      for (const parameter of operation.parameters ?? []) expect(parameter.schema, `${path} ${parameter.name}`).toBeDefined()
    }
    const plain = Object.keys(document.paths).map((path) => path.replace(/\{\w+\}/g, 'x'))
    expect(new Set(plain).size).toBe(plain.length)
  })

  it('points nowhere but into itself', () => {
    const targets = new Set(JSON.stringify(document).match(/"\$ref":"[^"]*"/g))
    expect([...targets]).toEqual(['"$ref":"#/components/schemas/Error"'])
    expect(document.components.schemas.Error.required).toEqual(['title', 'errorCode'])
  })
})

describe('what the handler answers is in the document', () => {
  it('every method of every path, and no other', async () => {
    for (const path of Object.keys(document.paths)) {
      const inDocument = METHODS.filter((method) => method.toLowerCase() in document.paths[path])
      const plainPath = path.replace(/\{\w+\}/g, 'x')
      for (const method of METHODS) {
        const response = await ask(method, plainPath)
        expect(response.status === 405, `${method} ${path}`).toBe(!inDocument.includes(method))
        if (response.status === 405) expect(response.headers.get('allow')?.split(', ').toSorted()).toEqual(inDocument.toSorted())
      }
    }
  })

  it('every path that can be made of the words of those that are', () => {
    const known = new Set([...described.map(({ plainPath }) => plainPath), ...PAGES])
    const words = new Set([...known].flatMap((path) => path.split('/').slice(1)))
    const beginnings = new Set([...known].flatMap((path) => path.split('/').map((_, index, parts) => parts.slice(0, index).join('/'))))
    const isKnown = (path: string): boolean => [...patterns].some((pattern) => pattern.test(path))
    const patterns = [...Object.keys(document.paths), '/connect/{x}', '/connect/{x}/callback'].map(
      (path) => new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
    )
    let made = 0
    for (const beginning of beginnings) {
      for (const word of words) {
        for (const path of [`${beginning}/${word}`, ...[...words].map((next) => `${beginning}/${word}/${next}`)]) {
          expect(handler.handles(new URL(PUBLIC_URL).pathname + path), path).toBe(isKnown(path))
          made += 1
        }
      }
    }
    expect(made).toBeGreaterThan(10_000)
  })

  it('every status, with an error that is as the document says', async () => {
    const { token } = await world.client()
    const { properties } = document.components.schemas.Error
    const seen = new Set<number>()
    for (const { method, plainPath, operation } of described) {
      if (operation.operationId === 'exchangeToken') continue
      const json = { 'content-type': 'application/json' }
      const hasBody = operation.requestBody !== undefined
      const requests: RequestInit[] = [
        {},
        { headers: { authorization: `Bearer ${token}` } },
        { headers: { authorization: `Bearer ${world.admin}` } },
        ...(hasBody
          ? [
              { headers: { ...json, authorization: `Bearer ${world.admin}` }, body: '{"nobody":1}' },
              { headers: { ...json, authorization: `Bearer ${world.admin}` }, body: 'x'.repeat(100_001) },
              { headers: { 'content-type': 'text/plain', authorization: `Bearer ${world.admin}` }, body: 'x' },
            ]
          : []),
      ]
      for (const init of requests) {
        const response = await ask(method, plainPath, init)
        seen.add(response.status)
        expect(Object.keys(operation.responses), `${operation.operationId} answers ${response.status}`).toContain(String(response.status))
        if (response.status < 400) continue
        const body = (await response.json()) as object
        expect(Object.keys(body).filter((name) => !(name in properties))).toEqual([])
        expect(body).toMatchObject({ title: expect.any(String), errorCode: expect.any(String) })
      }
    }
    expect([...seen]).toEqual(expect.arrayContaining([200, 400, 401, 403, 404, 413, 415]))
  })

  it('that others kept changing it', async () => {
    const { clientId } = await world.client()
    await world.vault.tenants.create({ tenantId: 'busy' })
    for (const [operationId, path] of [
      ['putUser', '/v1/users/busy'],
      ['updateTenant', '/v1/tenants/busy'],
      ['updateClient', `/v1/clients/${clientId}`],
    ] as const) {
      const { method, operation } = described.find((each) => each.operation.operationId === operationId) as Described
      const statuses = await Promise.all(Array.from({ length: 30 }, async () => (await world.call(method, path, { body: {} })).status))
      expect(new Set(statuses), operationId).toEqual(new Set([200, 409]))
      expect(Object.keys(operation.responses), operationId).toContain('409')
    }
  })

  it('that a secret cannot be sealed', async () => {
    const store = memoryStore()
    const before = await managementWorld(store)
    const body = { authenticationUrl: 'https://p.example/authorize', tokenUrl: 'https://p.example/token', clientId: 'c', clientSecret: 's' }
    const { connectionId } = (await before.call('POST', '/v1/connections', { body })).body
    const otherKey = localKeyring([{ id: 'k', key: new Uint8Array(32).fill(8) }])
    const vault = createVault({ store, keyring: otherKey, background: false, connections: [] })
    const broken = createVaultHandler({ vault, publicUrl: PUBLIC_URL, identify: () => undefined })
    for (const [operationId, place] of [
      ['createConnection', ''],
      ['updateConnection', `/${connectionId}`],
    ] as const) {
      const { method, operation } = described.find((each) => each.operation.operationId === operationId) as Described
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${before.admin}` }
      const init = { method, headers, body: JSON.stringify(body) }
      const { status } = await broken(new Request(`${PUBLIC_URL}/v1/connections${place}`, init), undefined)
      expect(status, operationId).toBe(424)
      expect(Object.keys(operation.responses), operationId).toContain('424')
    }
  })
})

describe('x-permission', () => {
  it('is what lets a caller in, and the description says it', async () => {
    const { token: withoutGrant } = await world.client()
    const withPermission = described.filter(({ operation }) => 'x-permission' in operation)
    expect(withPermission.length).toBeGreaterThan(25)
    for (const { method, plainPath, operation } of withPermission) {
      const { action, resource } = operation['x-permission']
      expect(operation.description).toContain(`\`${action}\` on \`${resource}\``)
      const roleId = `only-${operation.operationId}`
      const permissions = [{ action, allow: true, grant: false, delegate: false }]
      await world.vault.roles.create({ roleId, name: 'Only this', permissions })
      const { token: withGrant } = await world.client([[roleId, resource.replace(/\{\w+\}/g, 'x')]])
      const statusFor = async (token: string): Promise<number> =>
        (await ask(method, plainPath, { headers: { authorization: `Bearer ${token}` } })).status
      expect(await statusFor(withoutGrant), operation.operationId).toBe(403)
      expect([401, 403], operation.operationId).not.toContain(await statusFor(withGrant))
    }
  })
})

describe('bodies and answers', () => {
  // biome-ignore lint/suspicious/noExplicitAny: a document as its readers have it, without types.
  const operationOf = (id: string): any => described.find(({ operation }) => operation.operationId === id)?.operation

  it('bodies are closed where the API refuses unknown fields, and answers are open', () => {
    const { requestBody, responses } = operationOf('createConnection')
    const body = requestBody.content['application/json'].schema
    expect(body).toMatchObject({ type: 'object', required: ['clientId'], additionalProperties: false })
    expect(body.properties.clientSecret).toMatchObject({ type: 'string', writeOnly: true })
    expect(responses[201].content['application/json'].schema).not.toHaveProperty('additionalProperties')
  })

  it('no answer shows a secret but the access key, where it is told once', () => {
    const secret = /"(?:clientSecret|privateKey|accessKey)":/
    const shown = described.filter(({ operation }) => secret.test(JSON.stringify(operation.responses)))
    expect(shown.map(({ operation }) => operation.operationId)).toEqual(['requestAccessKey'])
  })

  it('a body that may be left out says so', () => {
    expect(operationOf('requestAccessKey').requestBody.required).toBe(false)
    expect(operationOf('createRole').requestBody.required).toBe(true)
    expect(operationOf('deleteRole')).not.toHaveProperty('requestBody')
  })

  it('the token endpoint takes a form', () => {
    const { content, required } = operationOf('exchangeToken').requestBody
    expect([Object.keys(content), required]).toEqual([['application/x-www-form-urlencoded'], true])
    const { schema } = content['application/x-www-form-urlencoded']
    expect(schema.required).toEqual(['grant_type', 'subject_token', 'subject_token_type'])
    expect(schema.properties.grant_type).toMatchObject({ const: 'urn:ietf:params:oauth:grant-type:token-exchange' })
    expect(operationOf('exchangeToken').responses[400].content['application/json'].schema.required).toContain('error')
  })

  it('queries are described by what comes in, not by what is made of it', () => {
    const parameters = operationOf('getRecords').parameters
    expect(parameters).toContainEqual(
      expect.objectContaining({ name: 'limit', in: 'query', required: false, schema: { type: 'integer', minimum: 1, maximum: 1_000 } }),
    )
    expect(parameters).toContainEqual(expect.objectContaining({ name: 'status', schema: { type: 'string', enum: ['ACTIVE', 'DELETED'] } }))
  })

  it('a change that takes a precondition names its header', async () => {
    const headersOf = (operation: Described['operation']): readonly string[] =>
      (operation.parameters ?? [])
        .filter((parameter: { in: string }) => parameter.in === 'header')
        .map(({ name }: { name: string }) => name)
    const withHeader = described.filter(({ operation }) => headersOf(operation).length > 0)
    expect(withHeader.map(({ operation }) => operation.operationId)).toEqual(['updateRecord', 'updateGroup'])
    const statements = [{ roles: ['Vault:Viewer'], resources: [{ resourceUri: '/a' }] }]
    const bodies = [
      { name: 'r', users: [{ userId: 'u' }], statements },
      { name: 'g', users: [{ userId: 'u' }] },
    ]
    for (const [index, { method, path, operation }] of withHeader.entries()) {
      const { body } = await world.call('POST', path.replace(/\/\{\w+\}$/, ''), { body: bodies[index] })
      const place = path.replace(/\{(\w+)\}/, (_braces, name) => body[name])
      const headers = Object.fromEntries(headersOf(operation).map((name) => [name, '2001-01-01T00:00:00.000Z']))
      expect((await world.call(method, place, { body: bodies[index] })).status, operation.operationId).toBe(200)
      expect((await world.call(method, place, { body: bodies[index], headers })).status, operation.operationId).toBe(412)
    }
  })
})
