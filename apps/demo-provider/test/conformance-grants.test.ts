import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ClientAuthenticationMethod, type ConnectionInput, createVault, localKeyring, type Vault } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import type Provider from 'oidc-provider'
import { describe, expect, it, type TestContext } from 'vitest'
import { type ConfiguredServer, type Extra, startConfigured } from './conformance/authorization-server.ts'
import { clientCertificate } from './conformance/certificates.ts'

// The grants to which no user consents: one token for all who ask, the next one when it has ended, and its end at the provider.
const ROBOT = { connectionId: 'robot' } as const
const METHODS: readonly ClientAuthenticationMethod[] = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
]
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** Tokens live for four seconds here: the last is kept for providers who count in whole ones, and a tenth of the life before it for the next token. */
const SHORTEST_USE_MS = 2_600

function vaultOf(connection: Omit<ConnectionInput, 'connectionId'>): Vault {
  return createVault({
    store: memoryStore(),
    keyring: localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }]),
    connections: [{ ...ROBOT, ...connection }],
    background: false,
  })
}

/** The API of a server: says which client calls, if the token lives, and comes as what it is bound to wants. */
const robotApi = (provider: Provider): void => {
  provider.use(async (ctx, next) => {
    if (ctx.path !== '/robot') return next()
    const [scheme, value = ''] = ctx.get('authorization').split(' ')
    const token = await provider.ClientCredentials.find(value)
    const isShown = token?.jkt === undefined ? scheme === 'Bearer' : scheme === 'DPoP' && ctx.get('dpop') !== ''
    ctx.status = token && !token.isExpired && isShown ? 200 : 401
    ctx.body = { clientId: token?.clientId }
  })
}

interface Opened extends ConfiguredServer {
  readonly vault: Vault
  readonly api: string
}

async function open(
  method: ClientAuthenticationMethod,
  extra: Extra,
  grant: NonNullable<ConnectionInput['grant']>,
  { onTestFinished }: TestContext,
  more: { readonly privateKey?: string; readonly extend?: (provider: Provider) => void } = {},
): Promise<Opened> {
  const server = await startConfigured(method, extra, {
    grants: [grant.type === 'jwt_bearer' ? JWT_BEARER : grant.type],
    extend: (provider) => {
      more.extend?.(provider)
      robotApi(provider)
    },
  })
  const { defaultConnectionProperties: _ofUsers, ...connection } = server.connection
  const { privateKey } = more
  const vault = vaultOf({ ...connection, grant, ...(privateKey !== undefined && { privateKey }) })
  onTestFinished(async () => {
    await vault.close()
    await server.close()
  })
  return { ...server, vault, api: new URL('/robot', server.me).href }
}

/** The walk that all share. */
async function walk({ vault, provider, api }: Opened, grantType: string, { expect }: TestContext): Promise<void> {
  const requests = (): number => provider.tokenRequests.filter((request) => request.grantType === grantType && request.ok).length
  const call = async (): Promise<readonly [number, unknown]> => {
    const response = await vault.fetch(ROBOT, api)
    return [response.status, await response.json()]
  }
  const began = Date.now()
  /** One, and another for each life that has gone by since: a slow machine comes late. */
  const most = (): number => 1 + Math.floor((Date.now() - began) / SHORTEST_USE_MS)
  const answers = await Promise.all(Array.from({ length: 10 }, call))
  expect(answers).toEqual(answers.map(() => [200, { clientId: provider.clientId }]))
  expect(requests()).toBeLessThanOrEqual(most())

  const first = await vault.getCredentials(ROBOT)
  const before = requests()
  await expect.poll(() => Date.now(), { timeout: 10_000 }).toBeGreaterThan(first.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY)
  expect(await call()).toEqual([200, { clientId: provider.clientId }])
  expect(requests()).toBeGreaterThan(before)
  expect(requests()).toBeLessThanOrEqual(most())
  expect(provider.tokenRequests.filter(({ ok, error }) => !ok && error !== 'use_dpop_nonce')).toEqual([])

  const { accessToken, tokenType } = await vault.getCredentials(ROBOT)
  await vault.revokeAll()
  const ask = async (): Promise<number> =>
    (await fetch(`${provider.issuer}/robot`, { headers: { authorization: `${tokenType} ${accessToken}`, dpop: 'x' } })).status
  await expect.poll(ask).toBe(401)
}

describe('client credentials', { concurrent: true }, () => {
  const cases = METHODS.flatMap((method) => (['nothing', 'dpop'] as const).map((extra) => ({ method, extra })))
  it.for(cases)('by $method, with $extra besides', { timeout: 60_000 }, async ({ method, extra }, context) => {
    await walk(await open(method, extra, { type: 'client_credentials', scope: 'files.read' }, context), 'client_credentials', context)
  })
})

describe('an assertion of a service account', { concurrent: true }, () => {
  const methods = [...METHODS.filter((method) => method !== 'private_key_jwt'), 'none'] as const
  it.for(methods)('beside client authentication %s', { timeout: 60_000 }, async (method, context) => {
    const { key: privateKey } = clientCertificate
    const opened = await open(method, 'nothing', { type: 'jwt_bearer', subject: 'robot@example.com' }, context, {
      privateKey,
      extend: (provider) => takeAssertions(provider, createPublicKey(privateKey)),
    })
    await walk(opened, JWT_BEARER, context)
  })
})

/** The grant of RFC 7523, for assertions by this key: what the server does not bring along. */
function takeAssertions(provider: Provider, publicKey: KeyObject): void {
  provider.registerGrantType(
    JWT_BEARER,
    async (ctx) => {
      const [header = '', payload = '', signature = ''] = String(ctx.oidc.params?.assertion).split('.')
      const isSigned = verify(
        'sha256',
        Buffer.from(`${header}.${payload}`),
        { key: publicKey, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      )
      const { client } = ctx.oidc
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
      const isRight = claims.iss === client?.clientId && claims.sub === 'robot@example.com' && claims.aud === `${provider.issuer}/token`
      if (!client || !isSigned || !isRight || claims.exp * 1000 < Date.now()) {
        ctx.status = 400
        ctx.body = { error: 'invalid_grant' }
        return
      }
      const token = new provider.ClientCredentials({ client, scope: 'files.read' })
      ctx.body = { access_token: await token.save(), expires_in: token.expiration, token_type: 'Bearer' }
    },
    ['assertion'],
  )
}

describe('what stands in the connection', () => {
  it.each([
    ['api_key', 'Bearer a-key-of-the-tests'],
    ['basic', `Basic ${btoa('robot:a-key-of-the-tests')}`],
  ] as const)('as %s goes to the API as it is', async (type, expected) => {
    const seen: IncomingHttpHeaders[] = []
    const server = createServer((request, response) => {
      seen.push(request.headers)
      response.writeHead(request.headers.authorization === expected ? 200 : 401).end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const vault = vaultOf({ clientId: 'robot', clientSecret: 'a-key-of-the-tests', grant: { type }, apiOrigins: [origin] })
    expect((await vault.fetch(ROBOT, `${origin}/things`)).status).toBe(200)
    await vault.close()
    server.close()
    server.closeAllConnections()
  })
})
