import { createPrivateKey, sign } from 'node:crypto'
import { createVault, type EventKeeper, type Log, localKeyring, type Vault, type VaultEvent, type VaultStore } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { expect } from 'vitest'
import { createVaultHandler, type VaultHandler, type VaultHandlerOptions } from '../src/index.js'
import { tokenExchangeOperation } from '../src/token-exchange/token-exchange-operation.js'

export const PUBLIC_URL = 'https://vault.example.com/base'

export const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
export const JWT = 'urn:ietf:params:oauth:token-type:jwt'

const ALL_CREDENTIALS = 'Vault:Connections/*/Users/*/Credentials'

export type Parameters = Readonly<Record<string, string | undefined>>

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tokens and errors, which the tests look into.
  readonly body: any
  readonly headers: Headers
}

/** A vault behind the token endpoint, with providers that an injected `fetch` plays. The clock stands still unless it is moved. */
export interface ExchangeWorld {
  readonly vault: Vault
  readonly handler: VaultHandler
  readonly provider: PlayedProvider
  readonly events: readonly VaultEvent[]
  readonly logged: readonly { readonly fields: object; readonly message: string }[]
  /** What the host's own `verifyUserToken` was shown. */
  readonly shownToHost: readonly string[]
  advance(ms: number): void
  /** Sends a token exchange for `demo`, with these parameters changed; undefined takes one away. Every answer is checked for what all must have. */
  exchange(changes: Parameters, init?: RequestInit): Promise<Answer>
  /** Sends a body as it stands. */
  send(body: BodyInit | null, init?: RequestInit): Promise<Answer>
  /** A service client, with the right to read credentials of these resources. */
  client(...resources: readonly string[]): Promise<{ readonly clientId: string; readonly keyId: string; readonly token: string }>
  /** One that may read all credentials. */
  reader(): Promise<{ readonly clientId: string; readonly token: string }>
  /** The token of a user, as the host's own sign-in makes it. */
  user(userId: string): string
  connect(connectionId: string, userId: string): Promise<void>
  /** Aborted while the vault waits for the provider, as Alice's token at `demo` has ended. For the request of a caller who goes away. */
  goneDuringRefresh(): Promise<AbortSignal>
}

export interface PlayedProvider {
  /** Seconds; null when it states none. */
  lifetimeS: number | null
  /** What a refresh is answered, in place of a new token. */
  refuseWith: (() => Response | Promise<Response>) | undefined
  readonly tokenRequests: number
}

export async function exchangeWorld({
  store = memoryStore(),
  audit,
  ...options
}: { readonly store?: VaultStore; readonly audit?: EventKeeper } & Partial<VaultHandlerOptions> = {}): Promise<ExchangeWorld> {
  let nowMs = Date.parse('2026-11-25T12:00:00.250Z')
  const events: VaultEvent[] = []
  const logged: { fields: object; message: string }[] = []
  const shownToHost: string[] = []
  const provider = { lifetimeS: 3_600 as number | null, refuseWith: undefined as PlayedProvider['refuseWith'], tokenRequests: 0 }
  const log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (fields, message) => void logged.push({ fields, message }),
  }
  const vault = createVault({
    store,
    keyring: localKeyring([{ id: 'k', key: new Uint8Array(32).fill(9) }]),
    background: false,
    clock: { now: () => nowMs, monotonic: () => nowMs, sleep: sleepUntilAborted },
    fetch: playProvider(provider),
    on: (event) => events.push(event),
    ...(audit && { audit }),
    connections: ['demo', 'plain', 'twin-a', 'twin-b'].map((connectionId) => ({
      connectionId,
      ...(connectionId !== 'plain' && { issuer: `https://${connectionId.replace(/-.$/, '')}.example` }),
      authorizationEndpoint: 'https://provider.example/authorize',
      tokenEndpoint: 'https://provider.example/token',
      clientId: 'app',
      clientSecret: 'canary-client-secret',
    })),
  })
  await vault.connections.create({
    connectionId: 'stored',
    issuer: 'https://stored.example/tenants/1',
    authorizationEndpoint: 'https://provider.example/authorize',
    tokenEndpoint: 'https://provider.example/token',
    clientId: 'app',
  })
  const handler = createVaultHandler({
    vault,
    publicUrl: PUBLIC_URL,
    identify: () => undefined,
    verifyUserToken: (token) => {
      shownToHost.push(token)
      const [kind, id = ''] = token.split('.')
      return kind === 'user' ? Buffer.from(id, 'base64url').toString() : undefined
    },
    now: () => nowMs,
    log,
    rateLimit: false,
    ...options,
  })

  const send: ExchangeWorld['send'] = async (body, init = {}) => {
    const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' })
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value)
    if (headers.get('content-type') === '') headers.delete('content-type')
    const request = new Request(`${PUBLIC_URL}/oauth/token`, { method: 'POST', ...init, headers, body: body && (await bytesOf(body)) })
    const response = await handler(request, undefined)
    const answer = { status: response.status, body: JSON.parse(await response.text()), headers: response.headers }
    assertWellFormed(answer)
    return answer
  }

  const client: ExchangeWorld['client'] = async (...resources) => {
    const { clientId } = await vault.serviceClients.create({ name: 'job' })
    const { accessKey = '', keyId } = await vault.serviceClients.createAccessKey(clientId)
    if (resources.length > 0) await allowReading(vault, clientId, ...resources)
    return { clientId, keyId, token: signedWith(accessKey, nowMs) }
  }

  const connect: ExchangeWorld['connect'] = async (connectionId, userId) => {
    const redirectUri = `${PUBLIC_URL}/connect/${connectionId}/callback`
    const { state, flowBinding } = await vault.authorization.start({ connectionId, userId, redirectUri })
    await vault.authorization.complete({ callbackUrl: `${redirectUri}?code=code-1&state=${state}`, flowBinding, userId })
  }

  return {
    vault,
    handler,
    provider,
    events,
    logged,
    shownToHost,
    advance: (ms) => {
      nowMs += ms
    },
    send,
    exchange: (changes, init) => send(formOf({ ...DEFAULTS, ...changes }), init),
    client,
    reader: () => client(ALL_CREDENTIALS),
    user: (userId) => `user.${Buffer.from(userId).toString('base64url')}.x`,
    connect,
    async goneDuringRefresh() {
      await connect('demo', 'alice')
      nowMs += 3_600_000
      const gone = new AbortController()
      provider.refuseWith = () => {
        gone.abort()
        return new Promise<never>(() => undefined)
      }
      return gone.signal
    },
  }
}

/** Gives a user or a service client the right to read credentials. */
export async function allowReading(vault: Vault, userId: string, ...resources: readonly string[]): Promise<void> {
  await vault.accessRecords.create({
    name: 'reads credentials',
    users: [{ userId }],
    statements: [{ roles: ['Vault:UserCredentialsViewer'], resources: resources.map((resourceUri) => ({ resourceUri })) }],
  })
}

const DEFAULTS: Parameters = { grant_type: GRANT_TYPE, subject_token_type: JWT, connection: 'demo' }

export function formOf(parameters: Parameters): URLSearchParams {
  const pairs = Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  return new URLSearchParams(pairs)
}

/** What every answer of a token endpoint must have, whatever was asked. */
function assertWellFormed({ status, body, headers }: Answer): void {
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('pragma')).toBe('no-cache')
  const declared = tokenExchangeOperation.answers[status]?.schema
  expect(declared?.safeParse(body), `an answer of status ${status} is declared`).toMatchObject({ success: true })
  expect(JSON.stringify(body)).not.toMatch(/canary-(?:client|refresh)/)
  if (status === 200) return
  // RFC 6749, section 5.2.
  expect(body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
  expect(JSON.stringify(body)).not.toContain('canary-')
  if (![400, 403].includes(status)) expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
}

/** A `Request` sets content types of its own for forms and texts, but none for bytes. */
async function bytesOf(body: BodyInit): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(body).arrayBuffer())
}

function playProvider(provider: {
  lifetimeS: number | null
  refuseWith: PlayedProvider['refuseWith']
  tokenRequests: number
}): typeof fetch {
  const issued = new Map<string, number>()
  return async (input, init) => {
    const request = new Request(input, init)
    if (!request.url.endsWith('/token')) return new Response(null, { status: 404 })
    const form = new URLSearchParams(await request.text())
    provider.tokenRequests += 1
    if (form.get('grant_type') === 'refresh_token' && provider.refuseWith) return provider.refuseWith()
    const count = (issued.get('all') ?? 0) + 1
    issued.set('all', count)
    return Response.json({
      access_token: `canary-access-${count}`,
      refresh_token: `canary-refresh-${count}`,
      token_type: request.headers.has('dpop') ? 'DPoP' : 'Bearer',
      scope: 'files.read files.write',
      ...(provider.lifetimeS !== null && { expires_in: provider.lifetimeS }),
    })
  }
}

/** The token that a service client signs with its access key, as the published SDK does. */
function signedWith(accessKey: string, nowMs: number): string {
  const [clientId = '', keyId = '', accountId = '', privateKey = ''] = accessKey.split('.')
  const iat = Math.floor(nowMs / 1000)
  const claims = {
    iss: `${PUBLIC_URL}/v1/clients/${clientId}`,
    sub: clientId,
    client_id: clientId,
    aud: `${accountId}.accounts.authress.io`,
    iat,
    exp: iat + 86_400,
  }
  const input = [{ alg: 'EdDSA', kid: keyId, typ: 'at+jwt' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' })
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
}

/** No wait ends by itself, as the clock stands still. */
function sleepUntilAborted(_ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve()
    else signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}
