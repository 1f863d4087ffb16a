import { createVault, isVaultError, localKeyring, type StartAuthorization, type Vault, type VaultStore } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConsentOptions, consentByHttp, type DemoProvider, startDemoProvider } from '../src/index.ts'
import { REDIRECT_URI } from './stampede/connect-user.ts'
import { places } from './stampede/places.ts'
import { openStore } from './stampede/vault-over.ts'

// Accounts, scopes and statuses of real grants, in memory and in the databases that the machine has.
const KEY = crypto.getRandomValues(new Uint8Array(32))
const ADA = { connectionId: 'demo', userId: 'ada' } as const

let provider: DemoProvider
beforeAll(async () => {
  provider = await startDemoProvider({ redirectUris: [REDIRECT_URI], accessTokenTtlS: 600 })
})
afterAll(() => provider.close())

interface Opened {
  readonly store: () => VaultStore
  remove(): Promise<void>
}

const inMemory = async (): Promise<Opened> => {
  const store = memoryStore()
  return { store: () => store, remove: async () => undefined }
}
const stores = [
  { name: 'memory', open: inMemory },
  ...places
    .filter(({ isThere }) => isThere)
    .map(({ name, make }) => ({
      name,
      open: async (): Promise<Opened> => {
        const { place, remove } = await make()
        return { store: () => openStore(place, () => 0), remove }
      },
    })),
]

function vaultOver(store: VaultStore): Vault {
  const { clientId, clientSecret, issuer } = provider
  const common = { clientId, clientSecret, incrementalConnectionProperties: { include_granted_scopes: 'true' } }
  return createVault({
    store,
    keyring: localKeyring([{ id: 'k1', key: KEY }]),
    background: false,
    connections: [
      {
        ...common,
        connectionId: 'demo',
        issuer,
        defaultConnectionProperties: { scope: 'openid offline_access profile email files.read', prompt: 'consent' },
      },
      // The same provider as if it knew nothing of ID tokens.
      {
        ...common,
        connectionId: 'plain',
        authorizationEndpoint: `${issuer}/auth`,
        tokenEndpoint: `${issuer}/token`,
        userinfoEndpoint: `${issuer}/me`,
        defaultConnectionProperties: { scope: 'openid email files.read', prompt: 'consent' },
      },
    ],
  })
}

async function connect(vault: Vault, consent: ConsentOptions, request: Partial<StartAuthorization> = {}): Promise<string> {
  const flow = await vault.authorization.start({ ...ADA, redirectUri: REDIRECT_URI, ...request })
  const callbackUrl = await consentByHttp(flow.authorizationUrl, consent)
  return (await vault.authorization.complete({ callbackUrl, flowBinding: flow.flowBinding })).accountId
}

const askApi = async (accessToken: string, method = 'GET'): Promise<number> =>
  (await fetch(new URL('files?name=New.txt', provider.apiUrl), { method, headers: { authorization: `Bearer ${accessToken}` } })).status

describe.each(stores)('over $name', ({ open }) => {
  let opened: Opened
  const vaults: Vault[] = []
  const newVault = (): Vault => {
    const vault = vaultOver(opened.store())
    vaults.push(vault)
    return vault
  }
  let vault: Vault
  beforeAll(async () => {
    opened = await open()
    vault = newVault()
  })
  afterAll(async () => {
    await Promise.all(vaults.map((each) => each.close()))
    await opened.remove()
  })

  it('two accounts each keep a credential that works, through refreshes, and one ends without the other', async () => {
    expect([await connect(vault, { login: 'alice' }), await connect(vault, { login: 'bob' })]).toEqual(['alice', 'bob'])
    const tokenOf = async (accountId: string, forceRefresh = false): Promise<string> =>
      (await vault.getCredentials({ ...ADA, accountId }, { forceRefresh })).accessToken
    const refreshed = [await tokenOf('alice', true), await tokenOf('bob', true)]
    expect(await Promise.all(refreshed.map((token) => askApi(token)))).toEqual([200, 200])
    expect(await connect(vault, { login: 'bob' })).toBe('bob')
    const { items } = await vault.listCredentials(ADA)
    const accounts = items.map(({ accountId, label, isDefault, status }) => ({ accountId, label, isDefault, status }))
    expect(accounts.toSorted((one, other) => (one.accountId < other.accountId ? -1 : 1))).toEqual([
      { accountId: 'alice', label: 'alice@example.com', isDefault: true, status: 'active' },
      { accountId: 'bob', label: 'bob@example.com', isDefault: false, status: 'active' },
    ])
    const bobs = await tokenOf('bob')
    await vault.disconnect({ ...ADA, accountId: 'bob' })
    await expect(tokenOf('bob')).rejects.toMatchObject({ code: 'credential_not_found' })
    await expect.poll(() => askApi(bobs)).toBe(401)
    expect(await askApi(await tokenOf('alice'))).toBe(200)
  })

  it('a scope that is lacking is granted by what the error says is to be begun, and what was granted is what is stored', async () => {
    // What she allowed over another store would count as allowed.
    await provider.revokeGrantsOf('carol')
    const user = { userId: 'grace' }
    await connect(vault, { login: 'carol', scopes: ['files.read'] }, user)
    const selector = { ...ADA, ...user }
    expect((await vault.getCredentialInfo(selector)).scope?.split(' ').sort()).toEqual(['files.read', 'offline_access', 'openid'])
    const write = { requiredScopes: ['files.write'] }
    const facts = await vault.getCredentials(selector, write).then(
      () => undefined,
      (error: unknown) => (isVaultError(error) ? error.facts : undefined),
    )
    expect(facts).toMatchObject({ missingScopes: ['files.write'], authorization: { accountId: 'carol' } })
    // Denied, it changes nothing.
    await connect(vault, { login: 'carol', scopes: ['files.read'] }, facts?.authorization)
    await expect(vault.getCredentials(selector, write)).rejects.toMatchObject({ code: 'insufficient_scope' })
    await connect(vault, { login: 'carol' }, facts?.authorization)
    expect(await askApi((await vault.getCredentials(selector, write)).accessToken, 'POST')).toBe(201)
    await expect(connect(vault, { login: 'bob' }, facts?.authorization)).rejects.toMatchObject({ facts: { reason: 'other_account' } })
  })

  it('an account without ID tokens is named by the userinfo endpoint, and what ends is shown as ending', async () => {
    const request = { connectionId: 'plain', userId: 'lin' }
    expect([await connect(vault, { login: 'bob' }, request), await connect(vault, { login: 'alice' }, request)]).toEqual(['bob', 'alice'])
    const expiring = await vault.listCredentials({ ...request, status: 'expiring' })
    expect(expiring.items.map(({ accountId, label, hasRefreshToken }) => [accountId, label, hasRefreshToken]).toSorted()).toEqual([
      ['alice', 'alice@example.com', false],
      ['bob', 'bob@example.com', false],
    ])
    expect((await vault.listCredentials({ ...request, status: 'active' })).items).toEqual([])
  })

  it('a grant that its person ended is shown as such, and kept for the account that it belongs to', async () => {
    const user = { userId: 'mo' }
    await connect(vault, { login: 'alice' }, user)
    await provider.revokeGrantsOf('alice')
    const selector = { ...ADA, ...user }
    await expect(vault.getCredentials(selector, { forceRefresh: true })).rejects.toMatchObject({
      code: 'reauthorization_required',
      facts: { authorization: { accountId: 'alice' } },
    })
    expect((await vault.listCredentials({ userId: 'mo', status: 'reauthorization_required' })).items).toMatchObject([
      { accountId: 'alice', label: 'alice@example.com', reason: 'revoked', message: expect.stringContaining('Connect again') },
    ])
    await expect(connect(vault, { login: 'bob' }, user)).rejects.toMatchObject({ facts: { reason: 'other_account' } })
    expect(await connect(vault, { login: 'bob' }, { ...user, addAccount: true })).toBe('bob')
    expect(await connect(vault, { login: 'alice' }, user)).toBe('alice')
    expect(await askApi((await vault.getCredentials(selector)).accessToken)).toBe(200)
  })

  it('two processes that connect accounts at the same moment store each once', async () => {
    const other = newVault()
    const user = { userId: 'nia' }
    const people = ['alice', 'bob', 'carol', 'alice', 'bob', 'carol']
    const flows = people.map((login, index) => connect(index % 2 === 0 ? vault : other, { login }, user))
    expect(await Promise.all(flows)).toEqual(people)
    const { items } = await vault.listCredentials({ userId: 'nia' })
    expect(items.map(({ accountId }) => accountId).toSorted()).toEqual(['alice', 'bob', 'carol'])
    expect(items.filter(({ isDefault }) => isDefault)).toHaveLength(1)
    for (const { accountId } of items)
      expect(await askApi((await other.getCredentials({ ...ADA, ...user, accountId })).accessToken)).toBe(200)
  })

  it('the last use is noted, and forgetting a user takes all that was known of him', async () => {
    await vault.getCredentials({ ...ADA, userId: 'nia' })
    await vault.sweep()
    expect((await vault.getCredentialInfo({ ...ADA, userId: 'nia' })).lastUsedAt).toBeInstanceOf(Date)
    await vault.forgetUser('nia')
    expect((await opened.store().credentials.list({ tenant: 'default', userId: 'nia', limit: 10 })).items).toEqual([])
  })
})
