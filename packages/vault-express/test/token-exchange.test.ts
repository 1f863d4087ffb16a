import { createHmac } from 'node:crypto'
import express, { type RequestHandler } from 'express'
import express4 from 'express4'
import { afterEach, describe, expect, it } from 'vitest'
import { vaultRouter } from '../src/index.js'
import { type AppWorld, appWorld } from './fixtures/app-world.js'
import { bearerOf } from './fixtures/bearer.js'

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const JWT = 'urn:ietf:params:oauth:token-type:jwt'

let world: AppWorld
afterEach(() => world.close())

interface Started {
  readonly createApp?: () => express.Express
  readonly parsers?: readonly RequestHandler[]
  readonly accessTokenTtlS?: number
}

/** An application with a sign-in of its own, whose tokens users exchange; its parsers come before the vault. */
async function start({ parsers = [], ...options }: Started = {}): Promise<void> {
  world = await appWorld({
    ...options,
    build: (app, parts) => {
      for (const parser of parsers) app.use(parser)
      app.use(vaultRouter({ ...parts, verifyUserToken: userOf }))
      app.use((_request, response) => void response.status(418).end())
    },
  })
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const signatureOf = (input: string): string => createHmac('sha256', 'the application’s own key').update(input).digest('base64url')

/** A token of the application's own sign-in. */
function tokenOf(userId: string): string {
  const input = `${encode({ alg: 'HS256' })}.${encode({ sub: userId })}`
  return `${input}.${signatureOf(input)}`
}

function userOf(token: string): string | undefined {
  const [header = '', claims = '', signature] = token.split('.')
  if (signature !== signatureOf(`${header}.${claims}`)) return undefined
  return JSON.parse(Buffer.from(claims, 'base64url').toString()).sub
}

async function clientToken(...resources: readonly string[]): Promise<string> {
  const { clientId } = await world.vault.serviceClients.create({ name: 'job' })
  const { accessKey = '' } = await world.vault.serviceClients.createAccessKey(clientId)
  const statements = resources.map((resourceUri) => ({ roles: ['Vault:UserCredentialsViewer'], resources: [{ resourceUri }] }))
  if (statements.length > 0) await world.vault.accessRecords.create({ name: 'grant', users: [{ userId: clientId }], statements })
  return bearerOf(accessKey, world.origin).replace('Bearer ', '')
}

interface Exchanged {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Headers
}

async function exchange(parameters: Readonly<Record<string, string>>, form = new URLSearchParams()): Promise<Exchanged> {
  const defaults = { grant_type: GRANT_TYPE, subject_token_type: JWT, audience: 'demo' }
  for (const [name, value] of Object.entries({ ...defaults, ...parameters })) form.append(name, value)
  const response = await fetch(`${world.origin}/oauth/token`, { method: 'POST', body: form })
  expect(response.headers.get('cache-control')).toBe('no-store')
  return { status: response.status, body: (await response.json()) as Exchanged['body'], headers: response.headers }
}

const askApi = async (accessToken: unknown): Promise<Response> =>
  fetch(new URL('files', world.provider.apiUrl), { headers: { authorization: `Bearer ${accessToken}` } })

const versions: readonly (readonly [string, () => express.Express])[] = [
  ['5', express],
  ['4', express4],
]
const parsers: readonly (readonly [string, readonly RequestHandler[]])[] = [
  ['with no parser before it', []],
  ['behind express.urlencoded()', [express.urlencoded({ extended: true })]],
  ['behind express.urlencoded() without nesting', [express.json(), express.urlencoded({ extended: false })]],
  ['behind express.text()', [express.text({ type: '*/*' })]],
]

describe.each(versions)('token exchange over HTTP on Express %s', (_version, createApp) => {
  it.each(parsers)('gives a user the token of the real provider, %s', async (_name, before) => {
    await start({ createApp, parsers: before })
    await world.connect('auth0|ali ce+ö', 'bob')
    const { status, body } = await exchange({ subject_token: tokenOf('auth0|ali ce+ö') })
    expect([status, Object.keys(body).toSorted()]).toEqual([
      200,
      ['access_token', 'expires_in', 'issued_token_type', 'scope', 'token_type'],
    ])
    expect(body).toMatchObject({ issued_token_type: ACCESS_TOKEN, token_type: expect.stringMatching(/^bearer$/i) })
    expect(body.scope).toContain('files.read')
    expect(body.expires_in).toSatisfy((seconds: number) => Number.isInteger(seconds) && seconds > 0 && seconds <= 60)
    expect(await (await askApi(body.access_token)).json()).toMatchObject({ owner: 'Bob Brandt' })
  })

  it.each(parsers)('refuses a parameter that is there twice, %s', async (_name, before) => {
    await start({ createApp, parsers: before })
    await world.connect('alice')
    const twice = await exchange({ subject_token: tokenOf('alice') }, new URLSearchParams({ subject_token: tokenOf('mallory') }))
    expect(twice).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })
})

describe('token exchange over HTTP', () => {
  it('gives a service client the token of a user who is not there, found by the issuer of the provider', async () => {
    await start()
    await world.connect('alice')
    const token = await clientToken('Vault:Connections/demo/Users/alice/Credentials')
    const asked = { subject_token: token, audience: '', resource: world.provider.issuer }
    const { status, body } = await exchange({ ...asked, requested_subject: 'alice' })
    expect(status).toBe(200)
    expect((await askApi(body.access_token)).status).toBe(200)
    const refused = { status: 400, body: { error: 'invalid_target' } }
    expect(await exchange({ ...asked, requested_subject: 'bob' })).toMatchObject(refused)
    expect(await exchange(asked)).toMatchObject(refused)
    expect(await exchange({ subject_token: await clientToken(), requested_subject: 'alice' })).toMatchObject(refused)
  })

  it('refreshes first, and is invalid_grant once the user has taken his consent back', async () => {
    await start({ accessTokenTtlS: 3 })
    await world.connect('alice')
    const asked = { subject_token: tokenOf('alice') }
    const { body: first } = await exchange(asked)
    await expect.poll(async () => (await askApi(first.access_token)).status).toBe(401)
    const { body: second } = await exchange(asked)
    expect(second.access_token).not.toBe(first.access_token)
    await world.provider.revokeGrantsOf('alice')
    await expect
      .poll(async () => (await exchange(asked)).body)
      .toMatchObject({ error: 'invalid_grant', errorCode: 'reauthorization_required' })
  })

  it('says how long to wait while the provider is away', async () => {
    await start({ accessTokenTtlS: 1 })
    await world.connect('alice')
    await world.provider.close()
    const asked = { subject_token: tokenOf('alice') }
    await expect.poll(async () => (await exchange(asked)).status).toBe(503)
    const { body, headers } = await exchange(asked)
    expect(body).toMatchObject({ error: 'temporarily_unavailable', errorCode: 'provider_unavailable' })
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  })

  it('takes nobody’s word but that of a valid token', async () => {
    await start()
    await world.connect('alice')
    const forged = `${tokenOf('bob').split('.')[0]}.${encode({ sub: 'alice' })}.${tokenOf('bob').split('.')[2]}`
    const answers = await Promise.all(['', 'x', forged, `${tokenOf('alice')}x`].map((token) => exchange({ subject_token: token })))
    for (const { status, body } of answers) expect([status, body.error]).toEqual([400, 'invalid_request'])
    // Who is signed in in the browser is nobody here.
    const asSignedIn = await world.browser('alice')('/oauth/token', {
      method: 'POST',
      body: new URLSearchParams({ grant_type: GRANT_TYPE, subject_token: 'a.b.c', subject_token_type: JWT, audience: 'demo' }),
    })
    expect([asSignedIn.status, await asSignedIn.json()]).toMatchObject([400, { error: 'invalid_request', errorCode: 'unauthenticated' }])
    expect(world.events.filter(({ type }) => type === 'accessed')).toEqual([])
  })
})
