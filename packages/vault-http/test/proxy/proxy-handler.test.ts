import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, it } from 'vitest'
import { createVaultHandler, type ProxyOptions, type VaultHandler } from '../../src/index.js'
import { type ManagementWorld, managementWorld, PUBLIC_URL } from '../management/fixtures/management-world.js'

// The proxy of the Web-standard handler, and its description. What it does over real HTTP is tested with Express.
const proxy: ProxyOptions = { connections: { stored: { methods: ['POST', 'GET'] }, 'in-code': { methods: ['DELETE'] } } }
const PATH = '/v1/connections/{connectionId}/users/{userId}/proxy/{path}'

let world: ManagementWorld
let handler: VaultHandler
beforeAll(async () => {
  world = await managementWorld()
  handler = handlerOf({ proxy })
})

const handlerOf = (options: { readonly proxy?: ProxyOptions }): VaultHandler =>
  createVaultHandler({ vault: world.vault, publicUrl: PUBLIC_URL, identify: () => undefined, rateLimit: false, ...options })

// biome-ignore lint/suspicious/noExplicitAny: a document as its readers have it, without types.
async function documentOf(of: VaultHandler): Promise<any> {
  return (await of(new Request(`${PUBLIC_URL}/openapi.json`), undefined)).json()
}

describe('the description of a vault that proxies', () => {
  it('is valid, and has the methods that some connection allows', async () => {
    const document = await documentOf(handler)
    expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true })
    expect(Object.keys(document.paths[PATH])).toEqual(['get', 'post', 'delete'])
    expect(document.tags).toContainEqual({ name: 'Proxy' })
    const { get, post } = document.paths[PATH]
    expect([get.operationId, post.operationId]).toEqual(['proxyGet', 'proxyPost'])
    expect(post['x-permission']).toEqual({ action: 'USE:POST', resource: 'Vault:Connections/{connectionId}/Users/{userId}/Credentials' })
    expect(post.parameters.map(({ name }: { name: string }) => name)).toEqual(['connectionId', 'userId', 'path'])
    expect([get.requestBody, Object.keys(post.requestBody.content)]).toEqual([undefined, ['*/*']])
    expect(Object.keys(post.responses).toSorted()).toEqual(['400', '401', '403', '404', '405', '424', '429', '502', '503', 'default'])
    expect(post.responses.default.headers['holdfast-answered-by']).toBeDefined()
  })

  it('is the only one that has it', async () => {
    const document = await documentOf(handlerOf({}))
    expect(Object.keys(document.paths)).not.toContain(PATH)
    expect(JSON.stringify(document)).not.toContain('proxy')
  })

  it('tells what is answered: each method of the path, and no other', async () => {
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS']) {
      const response = await handler(new Request(`${PUBLIC_URL}/v1/connections/a/users/b/proxy/x/y`, { method }), undefined)
      expect([method, response.status]).toEqual([method, ['PUT', 'PATCH', 'OPTIONS'].includes(method) ? 405 : 401])
      if (response.status === 405) expect(response.headers.get('allow')).toBe('GET, POST, DELETE')
    }
    const none = await handler(new Request(`${PUBLIC_URL}/v1/connections/a/users/b/proxy`), undefined)
    expect(none.status).toBe(404)
    expect(handler.handles('/base/v1/connections/a/users/b/proxy/x//y/')).toBe(true)
    expect(handler.handles('/base/v1/connections/a/users/b/proxies/x')).toBe(false)
  })
})

describe('the proxy of the handler', () => {
  it('refuses what nobody may, and what is not configured, in the words of the vault', async () => {
    const { token: without } = await world.client([['Vault:UserCredentialsViewer', 'Vault:Connections/*/Users/*/Credentials']])
    const { token } = await world.client([['Vault:ApiCaller', 'Vault:Connections/*/Users/*/Credentials']])
    const ask = (as: string, path: string, init: RequestInit = {}): Promise<Response> =>
      handler(new Request(`${PUBLIC_URL}/v1/connections/${path}`, { ...init, headers: { authorization: `Bearer ${as}` } }), undefined)
    const table: readonly (readonly [Response, number, string])[] = [
      [await ask(without, 'stored/users/a/proxy/x'), 403, 'permission_denied'],
      [await ask(token, 'none/users/a/proxy/x'), 404, 'not_supported'],
      [await ask(token, 'stored/users/a/proxy/x'), 404, 'connection_not_found'],
      [await ask(token, 'stored/users/a/proxy/x', { method: 'DELETE' }), 405, 'method_not_allowed'],
      [await ask(token, 'in-code/users/a/proxy/x', { method: 'DELETE' }), 424, 'invalid_configuration'],
    ]
    for (const [response, status, errorCode] of table) {
      expect([response.status, await response.json()]).toMatchObject([status, { errorCode }])
      expect(Object.fromEntries(response.headers)).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
      expect(response.headers.has('holdfast-answered-by')).toBe(false)
    }
  })

  it('names each wrong option when it is made', () => {
    const wrong = { connections: { a: { methods: [] }, b: { methods: ['GET'] as const, headers: ['cookie'] } } }
    expect(() => handlerOf({ proxy: wrong })).toThrow(
      expect.objectContaining({
        code: 'invalid_configuration',
        facts: { fields: { 'proxy.connections.a.methods': expect.any(String), 'proxy.connections.b.headers': expect.any(String) } },
      }),
    )
  })
})
