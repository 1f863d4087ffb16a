import { describe, expect, it } from 'vitest'
import type { ConnectionInput } from '../../src/index.js'
import { settle } from '../fixtures/manual-clock.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'

const ENDPOINT = 'https://provider.example/par'
const REQUEST_URI = 'urn:ietf:params:oauth:request_uri:r1'
const redirectUri = 'https://app.example/connect/drive/callback'

/** A provider whose endpoint for pushed requests answers as it is told. What a real one does is in the demo provider’s tests. */
function faultyPushWorld(answer: () => Response | Promise<Response>, overrides: Partial<ConnectionInput> = {}) {
  const pushed: { readonly headers: Headers; readonly form: URLSearchParams }[] = []
  const world = vaultWorld({ pushedAuthorizationRequestEndpoint: ENDPOINT, ...overrides })
  const vault = world.vault({
    fetch: async (input, init) => {
      if (String(input) !== ENDPOINT) return world.provider.fetch(input, init)
      pushed.push({ headers: new Headers(init?.headers), form: new URLSearchParams(String(init?.body)) })
      return answer()
    },
  })
  const start = () => vault.authorization.start({ ...ALICE, redirectUri })
  return { ...world, pushed, start }
}

const taken = (): Response => Response.json({ request_uri: REQUEST_URI, expires_in: 60 }, { status: 201 })

describe('an authorization request that is pushed', () => {
  it('has all its parameters, and the browser carries a reference alone', async () => {
    const { pushed, start } = faultyPushWorld(taken, { resource: ['https://a.example/', 'https://b.example/'] })
    const { authorizationUrl, state } = await start()
    expect([...new URL(authorizationUrl).searchParams]).toEqual([
      ['client_id', 'client-1'],
      ['request_uri', REQUEST_URI],
    ])
    const [{ form, headers } = { form: new URLSearchParams(), headers: new Headers() }] = pushed
    expect(Object.fromEntries(form)).toMatchObject({
      response_type: 'code',
      client_id: 'client-1',
      redirect_uri: redirectUri,
      scope: 'files.read',
      state,
      code_challenge_method: 'S256',
    })
    expect(form.getAll('resource')).toEqual(['https://a.example/', 'https://b.example/'])
    expect(headers.get('authorization')).toMatch(/^Basic /)
  })

  it('is repeated once for a nonce, with a proof of the flow’s own key', async () => {
    let times = 0
    const { pushed, start } = faultyPushWorld(
      () => {
        times += 1
        return times > 1 ? taken() : Response.json({ error: 'use_dpop_nonce' }, { status: 400, headers: { 'dpop-nonce': 'n1' } })
      },
      { dpop: true },
    )
    await start()
    const proofs = pushed.map(({ headers }) =>
      JSON.parse(atob((headers.get('dpop') ?? '').split('.')[1]?.replace(/-/g, '+').replace(/_/g, '/') ?? '')),
    )
    expect(proofs.map(({ nonce }) => nonce)).toEqual([undefined, 'n1'])
    expect(pushed[0]?.form.get('dpop_jkt')).toMatch(/^[\w-]{43}$/)
  })

  it.each<[string, () => Response | Promise<Response>, string, string]>([
    ['a refusal', () => Response.json({ error: 'invalid_scope' }, { status: 400 }), 'provider_rejected_client', 'invalid_scope'],
    ['a wrong secret', () => Response.json({ error: 'invalid_client' }, { status: 401 }), 'provider_rejected_client', 'invalid_client'],
    ['load', () => Response.json({ error: 'slow_down' }, { status: 429 }), 'provider_unavailable', 'slow_down'],
    ['a failure', () => new Response('<html>', { status: 502 }), 'provider_unavailable', 'http_502'],
    ['an empty answer', () => Response.json({}, { status: 201 }), 'provider_unavailable', 'it sent no request_uri'],
    ['no URI', () => Response.json({ request_uri: 'r1 r2' }, { status: 201 }), 'provider_unavailable', 'it sent no request_uri'],
    ['no answer', () => Promise.reject(new TypeError('fetch failed')), 'provider_unavailable', 'network'],
  ])('begins no flow after %s', async (_what, answer, code, reason) => {
    const { start } = faultyPushWorld(answer)
    await expect(start()).rejects.toMatchObject({ code, facts: { connectionId: 'drive', reason } })
  })

  it.each<[string, number]>([
    ['a redirect', 302],
    ['an answer without end', 200],
  ])('leaves no connection open after %s', async (_what, status) => {
    let isEnded = false
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
      cancel: () => {
        isEnded = true
      },
    })
    const { start } = faultyPushWorld(() => new Response(endless, { status }))
    await expect(start()).rejects.toMatchObject({ code: 'provider_unavailable' })
    await settle()
    expect(isEnded).toBe(true)
  })

  it('is the rule where the metadata require it, and can be turned off', async () => {
    const issuer = 'https://provider.example'
    const metadata = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      pushed_authorization_request_endpoint: ENDPOINT,
      require_pushed_authorization_requests: true,
    }
    const isPushed = async (stated: Partial<typeof metadata>, overrides: Partial<ConnectionInput>): Promise<boolean> => {
      const { connection, vault } = vaultWorld()
      const { authorizationEndpoint: _a, tokenEndpoint: _t, ...rest } = connection
      const opened = vault({
        connections: [{ ...rest, issuer, ...overrides }],
        fetch: async (input) => (String(input) === ENDPOINT ? taken() : Response.json({ ...metadata, ...stated })),
      })
      const { authorizationUrl } = await opened.authorization.start({ ...ALICE, redirectUri })
      return new URL(authorizationUrl).searchParams.has('request_uri')
    }
    expect(await isPushed({}, {})).toBe(true)
    expect(await isPushed({ require_pushed_authorization_requests: false }, {})).toBe(false)
    expect(await isPushed({ require_pushed_authorization_requests: false }, { pushedAuthorizationRequests: true })).toBe(true)
    expect(await isPushed({}, { pushedAuthorizationRequests: false })).toBe(false)
  })

  it('needs an endpoint', async () => {
    const { connection, vault } = vaultWorld()
    const opened = vault({ connections: [{ ...connection, pushedAuthorizationRequests: true }] })
    await expect(opened.authorization.start({ ...ALICE, redirectUri })).rejects.toMatchObject({
      code: 'invalid_configuration',
      facts: { fields: { pushedAuthorizationRequestEndpoint: 'is missing' } },
    })
  })
})
