import { describe, expect, it } from 'vitest'
import { parseConnection } from '../../src/model/parse-connection.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'

const RESOURCES = ['https://files.example/', 'urn:example:mail']

describe('a connection for certain resources', () => {
  it('names each of them in every request for tokens', async () => {
    const sent: URLSearchParams[] = []
    const world = vaultWorld({ resource: RESOURCES, responseMode: 'form_post' })
    const fetch: typeof globalThis.fetch = (input, init) => {
      sent.push(new URLSearchParams(String(init?.body)))
      return world.provider.fetch(input, init)
    }
    const vault = world.vault({ fetch })
    const redirectUri = 'https://app.example/connect/drive/callback'
    const { authorizationUrl } = await vault.authorization.start({ ...ALICE, redirectUri })
    const { searchParams } = new URL(authorizationUrl)
    expect(searchParams.getAll('resource')).toEqual(RESOURCES)
    expect(searchParams.get('response_mode')).toBe('form_post')
    await world.connect(vault)
    await vault.getCredentials(ALICE, { forceRefresh: true })
    expect(sent.map((body) => [body.get('grant_type'), body.getAll('resource')])).toEqual([
      ['authorization_code', RESOURCES],
      ['refresh_token', RESOURCES],
    ])
  })

  it('names them in JSON, and in a request of the provider’s own, too', async () => {
    const sent: { readonly url: URL; readonly body: unknown }[] = []
    const refreshRequest = { endpoint: 'https://provider.example/renew?v=2', method: 'GET' } as const
    const world = vaultWorld({ resource: RESOURCES, tokenRequestContentType: 'application/json', refreshRequest })
    const fetch: typeof globalThis.fetch = async (input, init) => {
      sent.push({ url: new URL(String(input)), body: init?.body == null ? undefined : JSON.parse(String(init.body)) })
      return Response.json({
        access_token: `canary-access-${sent.length}`,
        refresh_token: 'canary-refresh',
        token_type: 'Bearer',
        expires_in: 3600,
      })
    }
    const vault = world.vault({ fetch })
    await world.connect(vault)
    await vault.getCredentials(ALICE, { forceRefresh: true })
    expect(sent[0]?.body).toMatchObject({ grant_type: 'authorization_code', resource: RESOURCES })
    expect(sent[1]?.url.searchParams.getAll('resource')).toEqual(RESOURCES)
    expect(sent[1]?.url.searchParams.get('v')).toBe('2')
  })

  it('names none where none is given', async () => {
    const { vault } = vaultWorld()
    const { authorizationUrl } = await vault().authorization.start({ ...ALICE, redirectUri: 'https://app.example/connect/drive/callback' })
    const { searchParams } = new URL(authorizationUrl)
    expect([searchParams.has('resource'), searchParams.has('response_mode')]).toEqual([false, false])
  })

  it.each<[string, unknown]>([
    ['a relative one', '/files'],
    ['one with a fragment', 'https://files.example/#a'],
    ['one with an empty fragment', 'https://files.example/#'],
    ['one with a space', 'https://files.example/ a'],
    ['none', ''],
    ['an empty list', []],
    ['a list with a number', ['https://files.example/', 1]],
    ['eleven', Array.from({ length: 11 }, (_, index) => `https://files.example/${index}`)],
  ])('refuses %s', (_what, resource) => {
    const parse = () => parseConnection({ ...vaultWorld().connection, resource })
    expect(parse).toThrow(expect.objectContaining({ code: 'invalid_configuration', facts: { fields: { resource: expect.any(String) } } }))
  })

  it('refuses a response mode that it cannot take', () => {
    const parse = () => parseConnection({ ...vaultWorld().connection, responseMode: 'fragment' })
    expect(parse).toThrow(
      expect.objectContaining({ code: 'invalid_configuration', facts: { fields: { responseMode: expect.any(String) } } }),
    )
  })
})
