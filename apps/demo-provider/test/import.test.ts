import { DatabaseSync } from 'node:sqlite'
import { Auth } from '@auth/core'
import type { AdapterAccount, AdapterUser } from '@auth/core/adapters'
import { createVault, localKeyring, type Vault } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { betterAuth } from 'better-auth'
import { symmetricDecrypt } from 'better-auth/crypto'
import { getMigrations } from 'better-auth/db/migration'
import { genericOAuth } from 'better-auth/plugins'
import { expect, it, onTestFinished } from 'vitest'
import { consentByHttp, type DemoProvider, startDemoProvider } from '../src/index.ts'

// Users who signed in through other libraries, the published ones, and whose tokens the vault takes over: docs/import-credentials.md of vault-core.
const SECRET = 'a secret of the tests alone, 32 characters and more'
const SCOPES = ['openid', 'offline_access', 'profile', 'email', 'files.read']
const ORIGIN = 'http://127.0.0.1:3000'

it('takes over what better-auth keeps in its table `account`, encrypted', async () => {
  const provider = await demoProvider(`${ORIGIN}/api/auth/callback/demo`)
  const { issuer, clientId, clientSecret } = provider
  const database = new DatabaseSync(':memory:')
  const options = {
    baseURL: ORIGIN,
    secret: SECRET,
    database,
    account: { encryptOAuthTokens: true },
    plugins: [
      genericOAuth({
        config: [
          {
            providerId: 'demo',
            discoveryUrl: `${issuer}/.well-known/openid-configuration`,
            clientId,
            clientSecret,
            scopes: SCOPES,
            prompt: 'consent' as const,
            pkce: true,
          },
        ],
      }),
    ],
  }
  await (await getMigrations(options)).runMigrations()
  const auth = betterAuth(options)
  const started = await auth.handler(
    new Request(`${ORIGIN}/api/auth/sign-in/social`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: ORIGIN },
      body: JSON.stringify({ provider: 'demo', callbackURL: '/' }),
    }),
  )
  const { url } = await started.json()
  const back = await consentByHttp(url)
  const finished = await auth.handler(new Request(back, { headers: { cookie: cookiesOf(started) } }))
  expect(finished.headers.get('location')).not.toContain('error')

  const vault = vaultFor(provider)
  const importAll = async () => {
    const outcomes: string[] = []
    for (const row of database.prepare('SELECT * FROM account WHERE "providerId" = ?').all('demo')) {
      const open = (token: unknown) => (typeof token === 'string' ? symmetricDecrypt({ key: SECRET, data: token }) : undefined)
      const [accessToken, refreshToken] = await Promise.all([open(row.accessToken), open(row.refreshToken)])
      const { outcome } = await vault.importCredential({
        connectionId: 'demo',
        userId: String(row.userId),
        subject: String(row.accountId),
        ...(accessToken !== undefined && { accessToken }),
        ...(refreshToken !== undefined && { refreshToken }),
        ...(row.accessTokenExpiresAt != null && { expiresAt: new Date(String(row.accessTokenExpiresAt)) }),
        ...(typeof row.scope === 'string' && { scope: row.scope }),
      })
      outcomes.push(outcome)
    }
    return outcomes
  }
  expect(await importAll()).toEqual(['imported'])
  const { userId, accessToken: kept } = database.prepare('SELECT "userId", "accessToken" FROM account').get() ?? {}
  expect(String(kept)).not.toContain((await vault.getCredentials({ connectionId: 'demo', userId: String(userId) })).accessToken)
  await expectToWork(vault, provider, String(userId))
  expect(await importAll()).toEqual(['kept'])
  await expectToWork(vault, provider, String(userId))
})

it('takes over an `Account` of Auth.js', async () => {
  const provider = await demoProvider(`${ORIGIN}/auth/callback/demo`)
  const { issuer, clientId, clientSecret } = provider
  const accounts: AdapterAccount[] = []
  const user: AdapterUser = { id: 'user-1', email: 'alice@example.com', emailVerified: null }
  const config = {
    secret: SECRET,
    trustHost: true,
    basePath: '/auth',
    session: { strategy: 'jwt' as const },
    adapter: {
      createUser: async () => user,
      getUser: async () => user,
      getUserByEmail: async () => null,
      getUserByAccount: async () => null,
      updateUser: async () => user,
      linkAccount: async (account: AdapterAccount) => void accounts.push(account),
    },
    providers: [
      {
        id: 'demo',
        name: 'Demo',
        type: 'oidc' as const,
        issuer,
        clientId,
        clientSecret,
        authorization: { params: { scope: SCOPES.join(' '), prompt: 'consent' } },
      },
    ],
  }
  const csrf = await Auth(new Request(`${ORIGIN}/auth/csrf`), config)
  const { csrfToken } = (await csrf.json()) as { csrfToken: string }
  const started = await Auth(
    new Request(`${ORIGIN}/auth/signin/demo`, {
      method: 'POST',
      headers: { cookie: cookiesOf(csrf), 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ csrfToken, callbackUrl: '/' }),
    }),
    config,
  )
  const back = await consentByHttp(started.headers.get('location') ?? '')
  await Auth(new Request(back, { headers: { cookie: [cookiesOf(csrf), cookiesOf(started)].join('; ') } }), config)
  expect(accounts).toHaveLength(1)

  const vault = vaultFor(provider)
  for (const { userId, providerAccountId, access_token, refresh_token, expires_at, scope } of accounts) {
    await vault.importCredential({
      connectionId: 'demo',
      userId,
      subject: providerAccountId,
      ...(access_token && { accessToken: access_token }),
      ...(refresh_token && { refreshToken: refresh_token }),
      ...(expires_at && { expiresAt: new Date(expires_at * 1000) }),
      ...(scope && { scope }),
    })
  }
  await expectToWork(vault, provider, 'user-1')
})

async function demoProvider(redirectUri: string): Promise<DemoProvider> {
  const provider = await startDemoProvider({ redirectUris: [redirectUri], accessTokenTtlS: 600 })
  onTestFinished(() => provider.close())
  return provider
}

function vaultFor({ issuer, clientId, clientSecret }: DemoProvider): Vault {
  const vault = createVault({
    store: memoryStore(),
    keyring: localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }]),
    connections: [{ connectionId: 'demo', issuer, clientId, clientSecret }],
    background: false,
  })
  onTestFinished(() => vault.close())
  return vault
}

/** The token is taken by the API, is refreshed, and the grant rotates on. */
async function expectToWork(vault: Vault, { apiUrl, tokenRequests }: DemoProvider, userId: string): Promise<void> {
  const alice = { connectionId: 'demo', userId }
  const before = tokenRequests.length
  for (const forceRefresh of [false, true, true]) {
    const { accessToken, accountId } = await vault.getCredentials(alice, { forceRefresh })
    const answer = await fetch(new URL('files', apiUrl), { headers: { authorization: `Bearer ${accessToken}` } })
    expect([answer.status, accountId]).toEqual([200, 'alice'])
  }
  expect(tokenRequests.slice(before).map(({ grantType, ok }) => [grantType, ok])).toEqual([
    ['refresh_token', true],
    ['refresh_token', true],
  ])
}

function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
}
