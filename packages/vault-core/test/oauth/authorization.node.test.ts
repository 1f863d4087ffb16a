import { consentByHttp, type DemoProvider, startDemoProvider } from '@holdfast/demo-provider'
import { memoryStore } from '@holdfast/vault-store-memory'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSealer } from '../../src/crypto/create-sealer.js'
import { localKeyring } from '../../src/crypto/local-keyring.js'
import { silentLog } from '../../src/log.js'
import type { ConnectionInput } from '../../src/model/connection.js'
import { type ConnectionRegistry, createConnectionRegistry } from '../../src/model/connection-registry.js'
import { createAuthorization } from '../../src/oauth/authorization.js'
import type { Authorization, StartedAuthorization } from '../../src/oauth/authorization-flow.js'
import { createDiscovery, type Discovery } from '../../src/oauth/discovery.js'
import { createDpopKeys } from '../../src/oauth/dpop-key.js'
import type { ConsentedGrant } from '../../src/oauth/grant.js'
import { sendRefreshRequest } from '../../src/oauth/refresh-token.js'
import { revokeTokens } from '../../src/oauth/revocation.js'
import { type Runtime, runtimeWithDefaults } from '../../src/runtime.js'
import { Secret } from '../../src/secret.js'
import { refusalOf } from './authorization-world.js'

// Against a real authorization server: PKCE required, `iss` advertised, ID tokens signed, refresh tokens rotated.
const REDIRECT_URI = 'http://127.0.0.1:4998/connect/demo/callback'

interface World {
  readonly authorization: Authorization
  readonly connections: ConnectionRegistry
  readonly discovery: Discovery
  readonly runtime: Runtime
  readonly grants: ConsentedGrant[]
  start(): Promise<StartedAuthorization>
}

let provider: DemoProvider
let exchangesBefore = 0

beforeAll(async () => {
  provider = await startDemoProvider({ redirectUris: [REDIRECT_URI] })
})

afterAll(() => provider.close())

beforeEach(() => {
  exchangesBefore = provider.tokenRequests.length
})

const tokenRequests = (): number => provider.tokenRequests.length - exchangesBefore

function realWorld(overrides: Partial<ConnectionInput> = {}): World {
  const store = memoryStore()
  const runtime = runtimeWithDefaults({})
  const grants: ConsentedGrant[] = []
  const discovery = createDiscovery({ runtime })
  const connections = createConnectionRegistry([
    {
      connectionId: 'demo',
      issuer: provider.issuer,
      clientId: provider.clientId,
      clientSecret: provider.clientSecret,
      defaultConnectionProperties: { scope: 'openid offline_access files.read', prompt: 'consent' },
      ...overrides,
    },
  ])
  const authorization = createAuthorization({
    connections,
    sealer: createSealer({
      documents: store.documents,
      keyring: localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }]),
      tenant: 'default',
      runtime,
    }),
    tickets: store.tickets,
    documents: store.documents,
    tenant: 'default',
    runtime,
    discovery,
    dpopKeys: createDpopKeys(runtime),
    log: silentLog,
    async saveGrant(grant) {
      grants.push(grant)
      const { connectionId, userId, subject = 'default', tokens } = grant
      return {
        connectionId,
        userId,
        accountId: subject,
        scope: tokens.scope,
        expiresAt: undefined,
        hasRefreshToken: tokens.refreshToken !== undefined,
      }
    },
  })
  return {
    authorization,
    connections,
    discovery,
    runtime,
    grants,
    start: () => authorization.start({ connectionId: 'demo', userId: 'alice', redirectUri: REDIRECT_URI, returnTo: '/files' }),
  }
}

describe('a flow at a real authorization server', () => {
  it('ends with tokens, the subject of a checked ID token, and a refresh token', async () => {
    const world = realWorld()
    const flow = await world.start()
    const callbackUrl = await consentByHttp(flow.authorizationUrl)
    expect(new URL(callbackUrl).searchParams.get('iss')).toBe(provider.issuer)
    const done = await world.authorization.complete({ callbackUrl, flowBinding: flow.flowBinding, userId: 'alice' })
    expect(done).toMatchObject({ connectionId: 'demo', userId: 'alice', hasRefreshToken: true, returnTo: '/files' })
    expect(world.grants).toMatchObject([{ subject: 'alice', tokens: { tokenType: 'Bearer', expiresInS: 60, problems: [] } }])
  })

  it('ends with a denial when the user says no', async () => {
    const world = realWorld()
    const flow = await world.start()
    const callbackUrl = await consentByHttp(flow.authorizationUrl, { deny: true })
    expect(await refusalOf(world.authorization.complete({ callbackUrl, flowBinding: flow.flowBinding }))).toMatchObject({
      code: 'authorization_denied',
      facts: { returnTo: '/files' },
    })
    expect(tokenRequests()).toBe(0)
  })

  it('is not redeemed by another browser, and the provider is not asked', async () => {
    const world = realWorld()
    const [victim, attacker] = [await world.start(), await world.start()]
    const callbackUrl = await consentByHttp(attacker.authorizationUrl)
    expect(await refusalOf(world.authorization.complete({ callbackUrl, flowBinding: victim.flowBinding }))).toMatchObject({
      code: 'authorization_flow_invalid',
    })
    expect(tokenRequests()).toBe(0)
    expect(world.grants).toHaveLength(0)
  })

  it('is exchanged once, whatever a browser repeats', async () => {
    const world = realWorld()
    const flow = await world.start()
    const callbackUrl = await consentByHttp(flow.authorizationUrl)
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, () => world.authorization.complete({ callbackUrl, flowBinding: flow.flowBinding })),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(tokenRequests()).toBe(1)
  })

  it('is refused when `iss` is taken away or changed', async () => {
    const world = realWorld()
    for (const change of [
      (url: URL) => url.searchParams.delete('iss'),
      (url: URL) => url.searchParams.set('iss', 'https://evil.example'),
    ]) {
      const flow = await world.start()
      const url = new URL(await consentByHttp(flow.authorizationUrl))
      change(url)
      expect(await refusalOf(world.authorization.complete({ callbackUrl: url.href, flowBinding: flow.flowBinding }))).toMatchObject({
        code: 'authorization_response_invalid',
      })
    }
    expect(tokenRequests()).toBe(0)
  })

  it("is refused with a code that belongs to another flow's challenge", async () => {
    const world = realWorld()
    const [mine, other] = [await world.start(), await world.start()]
    const url = new URL(await consentByHttp(other.authorizationUrl))
    url.searchParams.set('state', mine.state)
    expect(await refusalOf(world.authorization.complete({ callbackUrl: url.href, flowBinding: mine.flowBinding }))).toMatchObject({
      code: 'authorization_response_invalid',
      facts: { reason: 'invalid_grant' },
    })
    expect(world.grants).toHaveLength(0)
  })

  it('names a wrong client secret as what it is', async () => {
    const world = realWorld({ clientSecret: 'canary-wrong-secret' })
    const flow = await world.start()
    const callbackUrl = await consentByHttp(flow.authorizationUrl)
    const error = await refusalOf(world.authorization.complete({ callbackUrl, flowBinding: flow.flowBinding }))
    expect(error).toMatchObject({ code: 'provider_rejected_client', facts: { reason: 'invalid_client' } })
    expect(error.message).not.toContain('canary')
  })
})

describe('a grant of a real authorization server', () => {
  it('is refreshed with rotation, refused on reuse, and revoked', async () => {
    const world = realWorld()
    const flow = await world.start()
    await world.authorization.complete({ callbackUrl: await consentByHttp(flow.authorizationUrl), flowBinding: flow.flowBinding })
    const { discovery, runtime } = world
    const connection = await world.connections.get('demo')
    const signal = new AbortController().signal
    const first = world.grants[0]?.tokens.refreshToken ?? new Secret('none')

    const rotated = await sendRefreshRequest({ connection, refreshToken: first, signal, discovery, runtime })
    if (rotated.kind !== 'answered') throw new Error(`The refresh ended with ${rotated.kind}.`)
    const second = rotated.response.refreshToken
    expect(second?.reveal()).not.toBe(first.reveal())
    if (!second) throw new Error('The refresh token was not rotated.')

    expect(
      await revokeTokens({
        connection,
        tokens: { refreshToken: second, accessToken: rotated.response.accessToken },
        mayRenew: true,
        discovery,
        runtime,
      }),
    ).toEqual({
      kind: 'done',
    })
    const refused = { kind: 'refused', status: 400, error: 'invalid_grant', retryAfterMs: undefined }
    expect(await sendRefreshRequest({ connection, refreshToken: second, signal, discovery, runtime })).toEqual(refused)
    expect(await sendRefreshRequest({ connection, refreshToken: first, signal, discovery, runtime })).toEqual(refused)
  })
})
