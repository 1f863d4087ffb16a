import { createPrivateKey, sign } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { consentByHttp } from '@holdfast/demo-provider'
import { sqliteStore } from '@holdfast/vault-store-sql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canariesIn } from '../../vault-core/test/fixtures/canary.js'
import { requireCredentials, vaultRouter } from '../src/index.js'
import { type AppWorld, appWorld } from './fixtures/app-world.js'

// Real secrets of a real provider, noted where they pass, and looked for in everything that can be seen from outside.
const secrets = new Set<string>()
/** Handed out to those who may have them, and kept out of the database all the same. */
const accessTokens = new Set<string>()
const folder = mkdtempSync(join(tmpdir(), 'holdfast-canary-'))
const requestUrls: string[] = []
const seen: string[] = []
let world: AppWorld

const notingFetch: typeof globalThis.fetch = async (input, init) => {
  const request = new Request(input, init)
  requestUrls.push(request.url)
  const form = new URLSearchParams(await request.clone().text())
  for (const name of ['refresh_token', 'code_verifier', 'client_secret']) {
    const value = form.get(name)
    if (value) secrets.add(value)
  }
  const response = await fetch(request)
  if (request.url.endsWith('/token')) {
    const {
      access_token: accessToken,
      refresh_token: refreshToken,
      id_token: idToken,
    } = (await response.clone().json()) as Record<string, string | undefined>
    for (const value of [refreshToken, idToken]) if (value) secrets.add(value)
    if (accessToken) accessTokens.add(accessToken)
  }
  return response
}

async function note(response: Response): Promise<Response> {
  seen.push(`${response.status} ${JSON.stringify([...response.headers])} ${await response.clone().text()}`)
  return response
}

beforeAll(async () => {
  world = await appWorld({
    store: sqliteStore({ path: join(folder, 'vault.db') }),
    fetch: notingFetch,
    accessTokenTtlS: 1,
    build: (app, { vault, ...rest }) => {
      app.use(vaultRouter({ vault, ...rest }))
      app.get('/files', requireCredentials({ vault, connectionId: 'demo' }), (req, res) => void res.json({ credentials: req.credentials }))
    },
  })
  secrets.add(world.provider.clientSecret)
})
afterAll(async () => {
  await world.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('canary: no refresh token, client secret, private key, code verifier or ID token', () => {
  it('is seen on any path, good or bad', async () => {
    const { vault, provider } = world
    const { clientId } = await vault.serviceClients.create({ name: 'job' })
    const { accessKey } = await vault.serviceClients.createAccessKey(clientId)
    const privateKey = accessKey.split('.')[3] ?? ''
    secrets.add(privateKey)
    secrets.add(Buffer.from(privateKey, 'base64').subarray(16).toString('base64'))

    // Connect: refused, denied, and done.
    const browser = world.browser('alice')
    const visit = async (path: string, init?: RequestInit): Promise<Response> => note(await browser(path, init))
    await note(await world.browser()('/connect/demo'))
    await visit('/connect/nowhere')
    await visit('/connect/demo?return_to=//evil.example')
    await visit('/connect/demo', { headers: { 'sec-fetch-site': 'cross-site' } })
    await visit('/connect/demo/callback?code=c&state=s')
    await visit(await consentByHttp((await visit('/connect/demo')).headers.get('location') ?? '', { deny: true }))
    const callbackUrl = await consentByHttp((await visit('/connect/demo?return_to=/files')).headers.get('location') ?? '')
    await note(await world.browser('mallory')(callbackUrl))
    await visit(await consentByHttp((await visit('/connect/demo')).headers.get('location') ?? ''))

    // Hand out, refresh, fail, disconnect.
    const refreshes = (): number => provider.tokenRequests.filter(({ grantType }) => grantType === 'refresh_token').length
    await expect.poll(async () => [(await visit('/files')).status, refreshes() > 0], { interval: 200 }).toEqual([200, true])
    const authorization = `Bearer ${tokenSignedWith(accessKey)}`
    const path = '/v1/connections/demo/users/alice/credentials'
    await note(await world.browser()(path))
    await note(await world.browser()(path, { headers: { authorization: 'Bearer a.b.c' } }))
    await note(await world.browser()(path, { headers: { authorization } }))
    await vault.accessRecords.create({
      name: 'all',
      users: [{ userId: clientId }],
      statements: [{ roles: ['Vault:UserCredentialsViewer'], resources: [{ resourceUri: 'Vault:Connections/*/Users/*/Credentials' }] }],
    })
    const read = await note(await world.browser()(path, { headers: { authorization } }))
    expect(Object.keys((await read.json()) as object).sort()).toEqual(['accessToken', 'accountId', 'expiresAt', 'scope', 'tokenType'])
    await note(await world.browser()(`/v1/clients/${clientId}/.well-known/openid-configuration/jwks`))
    await note(await world.browser()('/v1/health'))
    await provider.revokeGrantsOf('alice')
    await expect
      .poll(async () => (await note(await world.browser()(path, { headers: { authorization } }))).status, { interval: 200 })
      .toBe(404)
    await vault.disconnect({ connectionId: 'demo', userId: 'alice' })
    await note(await world.browser()(path, { headers: { authorization } }))

    const databaseBytes = readdirSync(folder).map((name) => readFileSync(join(folder, name)).toString('latin1'))
    expect(databaseBytes.join('').length).toBeGreaterThan(50_000)
    expect(accessTokens.size).toBeGreaterThanOrEqual(2)
    for (const bytes of databaseBytes) expect(canariesIn(bytes, [...secrets, ...accessTokens])).toEqual([])

    expect(secrets.size).toBeGreaterThanOrEqual(7)
    expect(seen.length).toBeGreaterThan(15)
    expect(world.logLines.length).toBeGreaterThan(2)
    const places = [...seen, ...requestUrls, JSON.stringify(world.events), JSON.stringify(world.logLines, withErrors)]
    for (const place of places) expect(canariesIn(place, [...secrets])).toEqual([])
  })
})

/** Errors in log lines with all that they hold. */
function withErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? { ...value, name: value.name, message: value.message, stack: value.stack, cause: value.cause } : value
}

/** As the SDK signs it. */
function tokenSignedWith(accessKey: string): string {
  const [clientId = '', keyId = '', accountId = '', privateKey = ''] = accessKey.split('.')
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const iat = Math.floor(Date.now() / 1000)
  const claims = {
    iss: `${world.origin}/v1/clients/${clientId}`,
    sub: clientId,
    aud: `${accountId}.accounts.authress.io`,
    iat,
    exp: iat + 600,
  }
  const input = `${encode({ alg: 'EdDSA', kid: keyId, typ: 'at+jwt' })}.${encode(claims)}`
  const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' })
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
}
