import { memoryStore } from '@holdfast/vault-store-memory'
import type { JWTPayload } from 'jose'
import { expect } from 'vitest'
import { createSealer } from '../../src/crypto/create-sealer.js'
import { localKeyring } from '../../src/crypto/local-keyring.js'
import type { ConnectionInput } from '../../src/model/connection.js'
import { createConnectionRegistry } from '../../src/model/connection-registry.js'
import { createAuthorization } from '../../src/oauth/authorization.js'
import type { Authorization, CompletedAuthorization, StartAuthorization, StartedAuthorization } from '../../src/oauth/authorization-flow.js'
import { createDiscovery } from '../../src/oauth/discovery.js'
import { createDpopKeys } from '../../src/oauth/dpop-key.js'
import type { ConsentedGrant } from '../../src/oauth/grant.js'
import type { VaultStore } from '../../src/storage/contract.js'
import { type ManualClock, manualClock } from '../fixtures/manual-clock.js'
import { type FakeIssuer, fakeIssuer, ISSUER } from './fake-issuer.js'
import { jsonAnswer } from './faulty-token-endpoint.js'
import { oauthRuntime } from './oauth-runtime.js'

export const REDIRECT_URI = 'https://app.example/connect/oidc/callback'
export const CLIENT_SECRET = 'canary-client-secret'

/** Two connections at one fake issuer, `oidc` and `plain`, and everything real between them and what is stored. */
export interface AuthorizationWorld {
  readonly issuer: FakeIssuer
  readonly clock: ManualClock
  readonly store: VaultStore
  readonly authorization: Authorization
  /** What `saveGrant` was given. */
  readonly grants: readonly ConsentedGrant[]
  readonly logLines: readonly unknown[]
  /** Another vault over the same store. */
  another(connections?: readonly ConnectionInput[]): Authorization
  start(request?: Partial<StartAuthorization>): Promise<Flow>
  /** Claims of an ID token that is right in every way for the flow. */
  claims(flow: Flow): JWTPayload
  /** Makes the token endpoint answer with an ID token of these claims. */
  answerWith(idToken: string | undefined, more?: Readonly<Record<string, unknown>>): void
  /** Walks the flow to its end as its own browser would, with a good ID token. */
  finish(flow: Flow): Promise<CompletedAuthorization>
}

export interface Flow extends StartedAuthorization {
  readonly url: URL
  readonly nonce: string | null
  /** Where the provider sends the browser, with these response parameters more. */
  callback(parameters?: Readonly<Record<string, string>> | string): string
}

export const oidcConnection: ConnectionInput = {
  connectionId: 'oidc',
  issuer: ISSUER,
  clientId: 'client-1',
  clientSecret: CLIENT_SECRET,
  defaultConnectionProperties: { scope: 'openid offline_access', prompt: 'consent' },
}

export const plainConnection: ConnectionInput = {
  connectionId: 'plain',
  authorizationEndpoint: `${ISSUER}/authorize?tenant=7`,
  tokenEndpoint: `${ISSUER}/token`,
  clientId: 'client-1',
  clientSecret: CLIENT_SECRET,
}

export async function authorizationWorld(overrides: Partial<ConnectionInput> = {}): Promise<AuthorizationWorld> {
  const issuer = await fakeIssuer()
  const clock = manualClock()
  const store = memoryStore({ clock: () => clock.now() })
  const runtime = oauthRuntime(issuer.fetch, clock)
  const grants: ConsentedGrant[] = []
  const logLines: unknown[] = []
  const logTo = (fields: object, message: string): void => void logLines.push([message, fields])

  const another = (connections: readonly ConnectionInput[] = [{ ...oidcConnection, ...overrides }, plainConnection]): Authorization =>
    createAuthorization({
      connections: createConnectionRegistry(connections),
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
      discovery: createDiscovery({ runtime }),
      dpopKeys: createDpopKeys(runtime),
      log: { debug: logTo, info: logTo, warn: logTo, error: logTo },
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

  const world: AuthorizationWorld = {
    issuer,
    clock,
    store,
    authorization: another(),
    grants,
    logLines,
    another,
    async start(request = {}) {
      const redirectUri = request.redirectUri ?? REDIRECT_URI
      const started = await world.authorization.start({ connectionId: 'oidc', userId: 'alice', redirectUri, ...request })
      const url = new URL(started.authorizationUrl)
      return {
        ...started,
        url,
        nonce: url.searchParams.get('nonce'),
        callback(parameters = { code: 'code-1' }) {
          const query = typeof parameters === 'string' ? parameters : new URLSearchParams(parameters).toString()
          return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query}&state=${started.state}`
        },
      }
    },
    claims(flow) {
      const now = Math.floor(clock.now() / 1000)
      return { iss: ISSUER, sub: 'subject-1', aud: 'client-1', exp: now + 300, iat: now, nonce: flow.nonce ?? '' }
    },
    answerWith(idToken, more = {}) {
      const tokens = {
        access_token: 'canary-access-token',
        refresh_token: 'canary-refresh-token',
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'openid',
      }
      issuer.answers.set('/token', () => jsonAnswer(200, { ...tokens, ...(idToken === undefined ? {} : { id_token: idToken }), ...more }))
    },
    async finish(flow) {
      world.answerWith(flow.nonce === null ? undefined : await issuer.sign(world.claims(flow)))
      return world.authorization.complete({ callbackUrl: flow.callback(), flowBinding: flow.flowBinding })
    },
  }
  return world
}

/** The error of a call that has to fail. */
export async function refusalOf(call: Promise<unknown>): Promise<Error & { readonly code?: unknown; readonly facts?: unknown }> {
  try {
    await call
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
  throw new Error('The call succeeded.')
}

/** Starts a plain OAuth flow whose exchange would succeed. */
export async function plainFlow(): Promise<{ readonly world: AuthorizationWorld; readonly flow: Flow }> {
  const world = await authorizationWorld()
  const flow = await world.start({ connectionId: 'plain', returnTo: '/files' })
  world.answerWith(undefined)
  return { world, flow }
}

/** Comes back in the browser that began. */
export function complete(world: AuthorizationWorld, flow: Flow, parameters?: Readonly<Record<string, string>> | string): Promise<unknown> {
  return world.authorization.complete({ callbackUrl: flow.callback(parameters), flowBinding: flow.flowBinding })
}

/** Neither was the token endpoint asked nor anything stored. */
export function nothingHappened(world: AuthorizationWorld): void {
  expect(world.issuer.requestsTo('/token')).toHaveLength(0)
  expect(world.grants).toHaveLength(0)
}
