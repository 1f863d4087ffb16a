import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiOperations } from '../../src/index.js'
import { APP_URL, type LoginWorld, loginWorld, VAULT_URL } from './login-world.js'

let world: LoginWorld
// biome-ignore lint/suspicious/noExplicitAny: a document as its readers have it, without types.
let document: any
beforeAll(async () => {
  world = await loginWorld()
  document = await (await world.handler(new Request(`${VAULT_URL}/openapi.json`), undefined)).json()
})
afterAll(() => world.close())

/** The operations of sign-in, by method and path. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
const own = (): readonly [string, string, any][] =>
  Object.entries<Record<string, { tags: string[] }>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      operation.tags.includes('Sign-in') ? [[method.toUpperCase(), path, operation] as [string, string, unknown]] : [],
    ),
  )

describe('GET /openapi.json of a vault with a login', () => {
  it('is valid, and has the operations of sign-in besides all others', async () => {
    expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true })
    const ids = own().map(([, , { operationId }]) => operationId)
    expect(ids.toSorted()).toEqual(
      [
        'beginAuthentication',
        'continueSession',
        'endSession',
        'getOpenIdConfiguration',
        'getOwnCredentials',
        'getOwnProfile',
        'getUserTokenKeys',
        'redeemAuthenticationCode',
        'unlinkOwnIdentity',
      ].toSorted(),
    )
    const all = Object.values<object>(document.paths).flatMap((methods) => Object.values<{ operationId: string }>(methods as never))
    expect(all.map(({ operationId }) => operationId).toSorted()).toEqual(
      [...ids, ...apiOperations.map(({ operationId }) => operationId)].toSorted(),
    )
  })

  it('says how one proves who one is: by a token, or by the session’s cookie', () => {
    const secured = own().filter(([, , { security }]) => security?.length !== 0)
    expect(secured.map(([, path]) => path)).toEqual([
      '/api/session/credentials',
      '/api/session/profile',
      '/api/session/identities/{identityId}',
    ])
    for (const [, , { security, responses }] of secured) {
      expect(security).toEqual([{ bearer: [] }, { session: [] }])
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['200', '401', '403', '503']))
    }
    expect(document.components.securitySchemes.session).toMatchObject({
      type: 'apiKey',
      in: 'cookie',
      name: '__Host-holdfast-session_{applicationId}',
    })
  })

  it('describes every status that comes back', async () => {
    const json = { 'content-type': 'application/json', origin: APP_URL }
    const seen = new Set<number>()
    for (const [method, path, { operationId, responses, requestBody }] of own()) {
      const url = VAULT_URL + path.replace(/\{\w+\}/g, 'x')
      const bodies = requestBody ? ['{}', '{"a":1}', 'x', 'x'.repeat(100_001)] : [undefined]
      for (const body of bodies) {
        for (const headers of [json, {}, { ...json, origin: 'https://evil.example' }, { ...json, 'content-type': 'text/plain' }]) {
          const cookie = '__Host-holdfast-session_app_default=a.b.c'
          const response = await world.handler(
            new Request(url, { method, headers: { cookie, ...headers }, ...(body !== undefined && { body }) }),
            undefined,
          )
          seen.add(response.status)
          expect(Object.keys(responses), `${operationId} answers ${response.status}`).toContain(String(response.status))
          if (response.status >= 400)
            expect(await response.json()).toMatchObject({ title: expect.any(String), errorCode: expect.any(String) })
        }
      }
    }
    expect([...seen]).toEqual(expect.arrayContaining([200, 400, 401, 403, 404, 413, 415]))
  })

  it('answers as the document says', async () => {
    const browser = world.browser()
    await world.signIn(browser)
    for (const [method, path, { operationId, responses }] of own()) {
      if (method !== 'GET') continue
      const response = await browser.script(APP_URL, 'GET', path)
      expect(response.status, operationId).toBe(200)
      const { required = [], properties } = responses[200].content['application/json'].schema
      const body = (await response.json()) as object
      expect(Object.keys(body), operationId).toEqual(expect.arrayContaining(required))
      if (!operationId.startsWith('getOpenId'))
        expect(Object.keys(properties), operationId).toEqual(expect.arrayContaining(Object.keys(body)))
    }
  })
})
