import { memoryStore } from '@holdfast/vault-store-memory'
import {
  type CompletedAuthorization,
  type ConnectionInput,
  createVault,
  localKeyring,
  type StartAuthorization,
  type Vault,
  type VaultEvent,
  type VaultOptions,
  type VaultStore,
} from '../../src/index.js'
import { type ManualClock, manualClock } from '../fixtures/manual-clock.js'
import { oidcConnection } from '../oauth/authorization-world.js'
import { type FakeIssuer, fakeIssuer, ISSUER } from '../oauth/fake-issuer.js'
import { jsonAnswer } from '../oauth/faulty-token-endpoint.js'

export const ALICE = { connectionId: 'oidc', userId: 'alice' } as const
export const REDIRECT_URI = 'https://app.example/connect/oidc/callback'

/** Alice, and an OpenID provider at which she has several accounts. Tokens are `access-1`, `refresh-1`, and so on. */
export interface AccountWorld {
  readonly issuer: FakeIssuer
  readonly clock: ManualClock
  readonly store: VaultStore
  readonly vault: Vault
  readonly events: readonly VaultEvent[]
  /** Walks a flow of Alice's, who signs in at the provider as this subject; without one it says nothing of who she is. */
  connectAs(subject: string | undefined, options?: ConnectOptions): Promise<CompletedAuthorization>
  /** Her token, of this account or the default one. */
  tokenOf(accountId?: string): Promise<string>
  /** The keys of her rows that are connected, and what subject each says. */
  rows(): Promise<Readonly<Record<string, unknown>>>
  /** The provider refuses each refresh from now on. */
  revokeAtProvider(): void
}

export interface ConnectOptions extends Partial<StartAuthorization> {
  readonly claims?: object
  /** Changes to what the token endpoint answers. */
  readonly answer?: object
  readonly vault?: Vault
}

export async function accountWorld(connection: Partial<ConnectionInput> = {}, options: Partial<VaultOptions> = {}): Promise<AccountWorld> {
  const issuer = await fakeIssuer()
  const clock = manualClock()
  const store = options.store ?? memoryStore({ clock: () => clock.now() })
  const events: VaultEvent[] = []
  const vault = createVault({
    keyring: localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }]),
    connections: [{ ...oidcConnection, ...connection }],
    clock,
    fetch: issuer.fetch,
    background: false,
    on: (event) => events.push(event),
    ...options,
    store,
  })
  /** What the token endpoint answers, by code. */
  const answers = new Map<string, object>()
  let count = 0
  const world: AccountWorld = {
    issuer,
    clock,
    store,
    vault,
    events,
    async connectAs(subject, { claims, answer, vault: own = vault, ...request } = {}) {
      const scope = subject === undefined ? { connectionProperties: { scope: 'files' } } : {}
      const flow = await own.authorization.start({ ...ALICE, redirectUri: REDIRECT_URI, ...scope, ...request })
      const now = Math.floor(clock.now() / 1000)
      const nonce = new URL(flow.authorizationUrl).searchParams.get('nonce') ?? ''
      const idToken = { iss: ISSUER, sub: subject ?? '', aud: 'client-1', exp: now + 300, iat: now, nonce, ...claims }
      count += 1
      const body = { access_token: `access-${count}`, refresh_token: `refresh-${count}`, token_type: 'Bearer', expires_in: 3600, ...answer }
      const signed = subject === undefined ? {} : { id_token: await issuer.sign(idToken) }
      const code = `code-${count}`
      answers.set(code, { ...body, ...signed })
      issuer.answers.set('/token', ({ form }) => jsonAnswer(200, answers.get(form.get('code') ?? '')))
      return own.authorization.complete({ callbackUrl: `${REDIRECT_URI}?code=${code}&state=${flow.state}`, flowBinding: flow.flowBinding })
    },
    tokenOf: async (accountId) => (await vault.getCredentials({ ...ALICE, ...(accountId !== undefined && { accountId }) })).accessToken,
    async rows() {
      const { items } = await store.credentials.list({ tenant: 'default', userId: 'alice', limit: 100 })
      const connected = items.filter(({ status }) => status !== 'disconnected')
      return Object.fromEntries(connected.map(({ accountId, data }) => [accountId, JSON.parse(data).subject]))
    },
    revokeAtProvider: () => void issuer.answers.set('/token', () => jsonAnswer(400, { error: 'invalid_grant' })),
  }
  return world
}
