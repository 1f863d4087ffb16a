import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createVault, localKeyring, type Vault, type VaultStore } from '@holdfast/vault-core'
import { connectResource } from '@holdfast/vault-core/mcp'
import { memoryStore } from '@holdfast/vault-store-memory'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import { getOAuthProtectedResourceMetadataUrl, mcpAuthMetadataRouter } from '@modelcontextprotocol/sdk/server/auth/router.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { OAuthMetadata } from '@modelcontextprotocol/sdk/shared/auth.js'
import express from 'express'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import { consentByHttp, type DemoProvider, startDemoProvider } from '../src/index.ts'

// A server of the official SDK, guarded by a real authorization server at which applications register by themselves.
const REDIRECT_URI = 'http://127.0.0.1/callback'
const ABOUT = { clientName: 'An agent of the tests', redirectUris: [REDIRECT_URI], allowPrivateAddresses: true } as const

interface McpWorld {
  readonly provider: DemoProvider
  readonly resource: string
  /** Of the tokens that came, in order: whose, and for which application. */
  readonly calls: { readonly sub: string | undefined; readonly clientId: string }[]
}

async function mcpWorld(clientAuthentication: 'none' | 'client_secret_basic' = 'none'): Promise<McpWorld> {
  const app = express()
  const server: Server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const resource = `${origin}/mcp`
  const provider = await startDemoProvider({
    accessTokenTtlS: 600,
    resources: [resource],
    configure: (configuration) => ({
      ...configuration,
      clientAuthMethods: [clientAuthentication],
      features: { ...configuration.features, registration: { enabled: true } },
    }),
  })
  onTestFinished(async () => {
    server.close()
    server.closeAllConnections()
    await provider.close()
  })
  const calls: McpWorld['calls'] = []
  const metadata = (await (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json()) as OAuthMetadata
  app.use(
    mcpAuthMetadataRouter({
      oauthMetadata: metadata,
      resourceServerUrl: new URL(resource),
      scopesSupported: ['files.read', 'offline_access'],
    }),
  )
  app.use(
    '/mcp',
    requireBearerAuth({
      verifier: { verifyAccessToken: (token) => verified(token, provider.issuer, resource) },
      requiredScopes: ['files.read'],
      resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(new URL(resource)),
    }),
    express.json(),
    async (request, response) => {
      calls.push({ sub: request.auth?.extra?.sub as string | undefined, clientId: request.auth?.clientId ?? '' })
      const mcp = new McpServer({ name: 'files', version: '1.0.0' })
      mcp.registerTool('count', { description: 'Counts files' }, async ({ authInfo }) => ({
        content: [{ type: 'text', text: `3 files of ${authInfo?.extra?.sub}` }],
      }))
      const transport = new StreamableHTTPServerTransport({})
      response.on('close', () => void transport.close())
      await mcp.connect(transport as Parameters<typeof mcp.connect>[0])
      await transport.handleRequest(request, response, request.body)
    },
  )
  return { provider, resource, calls }
}

/** As a resource server should: signature, issuer, and that the token is for it. */
async function verified(token: string, issuer: string, audience: string) {
  try {
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(`${issuer}/jwks`)), { issuer, audience })
    const scopes = String(payload.scope ?? '').split(' ')
    return { token, clientId: String(payload.client_id), scopes, expiresAt: payload.exp ?? 0, extra: { sub: payload.sub } }
  } catch (error) {
    if (error instanceof errors.JOSEError) throw new InvalidTokenError('not valid')
    throw error
  }
}

function vaultOver(store: VaultStore): Vault {
  const vault = createVault({ store, keyring: KEYRING, connections: [], background: false })
  onTestFinished(() => vault.close())
  return vault
}
const KEYRING = localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }])

async function connect(vault: Vault, connectionId: string, login: string): Promise<void> {
  const flow = await vault.authorization.start({
    connectionId,
    userId: login,
    redirectUri: REDIRECT_URI,
    connectionProperties: { prompt: 'consent' },
  })
  const callbackUrl = await consentByHttp(flow.authorizationUrl, { login })
  await vault.authorization.complete({ callbackUrl, flowBinding: flow.flowBinding })
}

/** What the official client gets, when the vault sends its requests. */
async function askTool(vault: Vault, connectionId: string, userId: string, resource: string): Promise<unknown> {
  const client = new Client({ name: 'test', version: '1.0.0' })
  const transport = new StreamableHTTPClientTransport(new URL(resource), {
    fetch: (input, init) => vault.fetch({ connectionId, userId }, input, init),
  })
  await client.connect(transport as Parameters<typeof client.connect>[0])
  try {
    return (await client.callTool({ name: 'count' })).content
  } finally {
    await client.close()
  }
}

describe('a server of the official SDK', () => {
  it.each(['none', 'client_secret_basic'] as const)('is connected by its URL alone, with a client that has %s', async (method) => {
    const { provider, resource, calls } = await mcpWorld(method)
    const store = memoryStore()
    const vault = vaultOver(store)
    const connected = await connectResource(vault, { ...ABOUT, resource })
    expect(connected).toEqual({ connectionId: connected.connectionId, resource, issuer: provider.issuer, isNew: true })
    const info = await vault.connections.describe(connected.connectionId)
    expect(info).toMatchObject({
      source: 'store',
      clientAuthentication: method,
      resource: [resource],
      apiOrigins: [new URL(resource).origin],
    })
    expect(info.clientId).not.toBe(provider.clientId)

    await connect(vault, connected.connectionId, 'alice')
    await connect(vault, connected.connectionId, 'bob')
    expect(await askTool(vault, connected.connectionId, 'alice', resource)).toEqual([{ type: 'text', text: '3 files of alice' }])
    expect(await askTool(vault, connected.connectionId, 'bob', resource)).toEqual([{ type: 'text', text: '3 files of bob' }])
    expect(new Set(calls.map(({ clientId }) => clientId))).toEqual(new Set([info.clientId]))

    // The refresh token rotates, and its tokens are for the same resource.
    const before = await vault.getCredentials({ connectionId: connected.connectionId, userId: 'alice' })
    const after = await vault.getCredentials({ connectionId: connected.connectionId, userId: 'alice' }, { forceRefresh: true })
    expect(after.accessToken).not.toBe(before.accessToken)
    expect(await askTool(vault, connected.connectionId, 'alice', resource)).toEqual([{ type: 'text', text: '3 files of alice' }])

    // Another process, and a second call, find the registration that is kept.
    const other = vaultOver(store)
    expect(await connectResource(other, { ...ABOUT, resource })).toEqual({ ...connected, isNew: false })
    expect(await askTool(other, connected.connectionId, 'bob', resource)).toEqual([{ type: 'text', text: '3 files of bob' }])
  })

  it('is connected by its challenge', async () => {
    const { provider, resource } = await mcpWorld()
    const vault = vaultOver(memoryStore())
    const refused = await fetch(resource, { method: 'POST' })
    const challenge = refused.headers.get('www-authenticate') ?? ''
    expect([refused.status, challenge]).toEqual([401, expect.stringContaining('resource_metadata=')])
    const connected = await connectResource(vault, { ...ABOUT, resource, challenge, connectionId: 'files' })
    expect(connected).toEqual({ connectionId: 'files', resource, issuer: provider.issuer, isNew: true })
    await connect(vault, 'files', 'alice')
    expect(await askTool(vault, 'files', 'alice', resource)).toEqual([{ type: 'text', text: '3 files of alice' }])
  })

  it('is registered at once, however many processes begin', async () => {
    const { resource } = await mcpWorld()
    const store = memoryStore()
    const [vault, other] = [vaultOver(store), vaultOver(store)]
    const both = await Promise.all([vault, other].map((each) => connectResource(each, { ...ABOUT, resource })))
    expect(both.map(({ isNew }) => isNew).toSorted()).toEqual([false, true])
    const [one, two] = await Promise.all([vault, other].map((each) => each.connections.describe(both[0]?.connectionId ?? '')))
    expect(one?.clientId).toBe(two?.clientId)
    await connect(other, both[0]?.connectionId ?? '', 'alice')
    expect(await askTool(vault, both[0]?.connectionId ?? '', 'alice', resource)).toEqual([{ type: 'text', text: '3 files of alice' }])
  })
})
