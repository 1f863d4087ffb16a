import { createVault, localKeyring } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, it } from 'vitest'
import { apiOperations, createVaultHandler, type VaultHandler } from '../src/index.js'

interface Described {
  readonly operationId: string
  readonly security?: readonly object[]
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: object }[]
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, { readonly schema: object }>> }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>
  readonly 'x-permission'?: { readonly action: string; readonly resource: string }
}
type Document = {
  readonly openapi: string
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
}

let handler: VaultHandler
let document: Document

beforeAll(async () => {
  const vault = createVault({
    store: memoryStore(),
    keyring: localKeyring([{ id: 'k', key: new Uint8Array(32).fill(5) }]),
    connections: [],
    background: false,
  })
  handler = createVaultHandler({ vault, publicUrl: 'https://vault.example.com/base', identify: () => undefined })
  const response = await handler(new Request('https://vault.example.com/base/openapi.json'), undefined)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toMatch(/^application\/json/)
  document = (await response.json()) as Document
})

const described = (): readonly (readonly [string, string, Described])[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => [path, method, each] as const),
  )

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1, and the validator would say if it were not', async () => {
    const validator = new Validator()
    expect(await validator.validate({ ...document })).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
    const broken = { ...document, paths: { '/x': { get: { responses: 7 } } } }
    expect(await new Validator().validate(broken)).toMatchObject({ valid: false })
  })

  it('says where the API is reached', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(document.servers).toEqual([{ url: 'https://vault.example.com/base' }])
  })

  it('describes every operation once, under an id of its own, and nothing else', () => {
    const routes = described().map(([path, method]) => `${method.toUpperCase()} ${path}`)
    expect(routes.toSorted()).toEqual(apiOperations.map(({ method, path }) => `${method} ${path}`).toSorted())
    const ids = described().map(([, , { operationId }]) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toContain('getConnectionCredentials')
  })

  it('describes each parameter of a path, and requires it', () => {
    for (const [path, , { parameters = [] }] of described()) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path')
      expect(inPath.map(({ name }) => name)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
      for (const { required } of inPath) expect(required).toBe(true)
    }
  })

  it('names the permission of each operation, and leaves only public ones without a token', () => {
    for (const { method, path, access } of apiOperations) {
      const each = document.paths[path]?.[method.toLowerCase()]
      expect(each?.security).toEqual(access.kind === 'public' ? [] : undefined)
      expect(each?.['x-permission']).toEqual(
        access.kind === 'permission' ? { action: access.action, resource: access.resource } : undefined,
      )
      if (access.kind !== 'public') for (const status of ['401', '403']) expect(each?.responses).toHaveProperty(status)
    }
  })

  it('has the closed schema of each body, and the page parameters of each listing', () => {
    const records = document.paths['/v1/records']
    const body = records?.post?.requestBody?.content['application/json']?.schema
    expect(body).toMatchObject({ type: 'object', additionalProperties: false, required: expect.arrayContaining(['name', 'statements']) })
    expect(records?.post?.requestBody?.required).toBe(true)
    expect(document.paths['/v1/clients/{clientId}/access-keys']?.post?.requestBody?.required).toBe(false)
    const query = records?.get?.parameters?.filter((parameter) => parameter.in === 'query') ?? []
    expect(query.map(({ name }) => name)).toEqual(expect.arrayContaining(['limit', 'cursor', 'filter', 'status']))
    expect(document.paths['/oauth/token']?.post?.requestBody?.content).toHaveProperty(['application/x-www-form-urlencoded'])
  })

  it('is about routes that the handler answers', () => {
    for (const [path] of described()) expect(handler.handles(`/base${path.replace(/\{\w+\}/g, 'x')}`)).toBe(true)
    expect(handler.handles('/base/v1/nothing')).toBe(false)
  })

  it('shows no secret in any answer’s schema but where it is told once', () => {
    const answers = described().flatMap(([path, method, { responses }]) =>
      JSON.stringify(responses).match(/clientSecret|privateKey|accessKey"/) ? [`${method} ${path}`] : [],
    )
    expect(answers).toEqual(['post /v1/clients/{clientId}/access-keys'])
  })
})
