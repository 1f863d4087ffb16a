import { describe, expect, it } from 'vitest'
import type { ImportedCredential } from '../../src/index.js'
import { type FaultyProvider, PROVIDER } from '../fixtures/faulty-provider.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'

const TOKENS = { accessToken: 'canary-imported-access', refreshToken: 'canary-imported-refresh' } as const

/** What another client of the same application was given. */
async function obtainedElsewhere({ fetch }: FaultyProvider): Promise<{ readonly accessToken: string; readonly refreshToken: string }> {
  const answer = await fetch(`${PROVIDER}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'authorization_code' }) })
  const { access_token: accessToken, refresh_token: refreshToken } = await answer.json()
  return { accessToken, refreshToken }
}

const hoursFrom = (nowMs: number, hours: number): Date => new Date(nowMs + hours * 3_600_000)

describe('a credential that is imported', () => {
  it('is handed out while it lives, and refreshed when it ends', async () => {
    const { clock, provider, vault: open } = vaultWorld()
    const vault = open()
    const tokens = await obtainedElsewhere(provider)
    const expiresAt = hoursFrom(clock.now(), 1)
    expect(await vault.importCredential({ ...ALICE, ...tokens, expiresAt, scope: 'files.read files.write' })).toEqual({
      outcome: 'imported',
      accountId: 'default',
    })
    const { accessToken, ...known } = await vault.getCredentials(ALICE)
    expect(accessToken).toBe(tokens.accessToken)
    expect(known).toMatchObject({ expiresAt, scope: 'files.read files.write', tokenType: 'Bearer' })
    expect(provider.refreshes()).toBe(0)
    await clock.advance(3_600_000)
    expect((await vault.getCredentials(ALICE)).accessToken).not.toBe(tokens.accessToken)
    expect(provider.refreshes()).toBe(1)
  })

  it.each<[string, (nowMs: number) => Partial<ImportedCredential>]>([
    ['has ended', (nowMs) => ({ accessToken: TOKENS.accessToken, expiresAt: hoursFrom(nowMs, -48) })],
    ['has ended in 1970', () => ({ accessToken: TOKENS.accessToken, expiresAt: new Date(0) })],
    ['has ended before', () => ({ accessToken: TOKENS.accessToken, expiresAt: new Date(Date.UTC(1, 0, 1)) })],
    ['is not there', () => ({})],
  ])('is refreshed at the first call when its access token %s', async (_what, tokens) => {
    const { clock, provider, vault: open } = vaultWorld()
    const vault = open()
    // Not on a full second, as hardly any call is.
    await clock.advance(123)
    const { refreshToken } = await obtainedElsewhere(provider)
    await vault.importCredential({ ...ALICE, refreshToken, ...tokens(clock.now()) })
    const [one, other] = await Promise.all([vault.getCredentials(ALICE), vault.getCredentials(ALICE)])
    expect(one.accessToken).toBe(other.accessToken)
    expect(one.accessToken).not.toBe(TOKENS.accessToken)
    expect(provider.refreshes()).toBe(1)
    expect((await vault.getCredentialInfo(ALICE)).status).toBe('active')
  })

  it('ends with its access token when it has no refresh token', async () => {
    const { clock, vault: open } = vaultWorld()
    const vault = open()
    await vault.importCredential({ ...ALICE, accessToken: TOKENS.accessToken, expiresAt: hoursFrom(clock.now(), 1) })
    expect((await vault.getCredentialInfo(ALICE)).status).toBe('expiring')
    await clock.advance(3_600_000)
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'reauthorization_required' })
  })

  it('never takes the place of one that the vault has, however often the import is run', async () => {
    const world = vaultWorld()
    const vault = world.vault()
    const tokens = await obtainedElsewhere(world.provider)
    await vault.importCredential({ ...ALICE, ...tokens })
    const { accessToken } = await vault.getCredentials(ALICE, { forceRefresh: true })
    expect(await vault.importCredential({ ...ALICE, ...tokens })).toEqual({ outcome: 'kept', accountId: 'default' })
    expect((await vault.getCredentials(ALICE)).accessToken).toBe(accessToken)
  })

  it('is imported once by processes that import at once', async () => {
    const world = vaultWorld()
    const vaults = [world.vault(), world.vault(), world.vault()]
    const outcomes = await Promise.all(vaults.map((vault) => vault.importCredential({ ...ALICE, ...TOKENS })))
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(['imported', 'kept', 'kept'])
  })

  it('brings nothing back that its user has disconnected, unless it is told to', async () => {
    const vault = vaultWorld().vault()
    await vault.importCredential({ ...ALICE, ...TOKENS })
    await vault.disconnect(ALICE)
    expect(await vault.importCredential({ ...ALICE, ...TOKENS })).toMatchObject({ outcome: 'kept' })
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'credential_not_found' })
    expect(await vault.importCredential({ ...ALICE, ...TOKENS }, { replace: true })).toMatchObject({ outcome: 'imported' })
    expect((await vault.getCredentials(ALICE)).accessToken).toBe(TOKENS.accessToken)
  })

  it('is one of several accounts, each under its subject and with its label', async () => {
    const vault = vaultWorld().vault()
    const accounts = [
      { subject: 's-1', label: 'alice@work.example' },
      { subject: 's-2', label: 'alice@home.example' },
    ]
    for (const account of accounts) await vault.importCredential({ ...ALICE, ...TOKENS, accessToken: `of-${account.subject}`, ...account })
    expect((await vault.getCredentials({ ...ALICE, accountId: 's-2' })).accessToken).toBe('of-s-2')
    const { items } = await vault.listCredentials({ userId: ALICE.userId })
    expect(
      items.map(({ accountId, label }) => ({ subject: accountId, label })).toSorted((a, b) => (a.subject < b.subject ? -1 : 1)),
    ).toEqual(accounts)
  })

  it('is told of as connected, by who imported it', async () => {
    const world = vaultWorld()
    await world.vault().importCredential({ ...ALICE, ...TOKENS }, { actor: { kind: 'operator', id: 'ops' } })
    await world.vault().importCredential({ ...ALICE, userId: 'bob', ...TOKENS })
    expect(world.events.filter(({ type }) => type === 'connected')).toMatchObject([
      { userId: 'alice', actor: { kind: 'operator', id: 'ops' } },
      { userId: 'bob', actor: { kind: 'system', id: 'import' } },
    ])
  })
})

describe('an import that is wrong', () => {
  it.each<[string, object, string]>([
    ['no token', {}, 'refreshToken'],
    ['an empty token', { accessToken: '' }, 'accessToken'],
    ['a token with a line end', { refreshToken: 'canary-token\n' }, 'refreshToken'],
    ['a token that is no text', { refreshToken: { canary: 'token' } }, 'refreshToken'],
    ['no user', { ...TOKENS, userId: '' }, 'userId'],
    ['seconds for a date', { ...TOKENS, expiresAt: 1_700_000_000 }, 'expiresAt'],
    ['a date that is none', { ...TOKENS, expiresAt: new Date('soon') }, 'expiresAt'],
    ['a list of scopes', { ...TOKENS, scope: ['a'] }, 'scope'],
    ['a token bound to a key', { ...TOKENS, tokenType: 'DPoP' }, 'tokenType'],
    ['a field by another name', { ...TOKENS, access_token: 'canary-token' }, 'access_token'],
    ['an actor that is none', { ...TOKENS }, 'actor.kind'],
  ])('is refused, and says why: %s', async (_what, changed, field) => {
    const world = vaultWorld()
    const options = field === 'actor.kind' ? { actor: { kind: 'nobody', id: 'x' } as never } : {}
    const failed = world.vault().importCredential({ ...ALICE, ...changed } as ImportedCredential, options)
    await expect(failed).rejects.toMatchObject({ code: 'invalid_request', facts: { fields: { [field]: expect.any(String) } } })
    await expect(failed).rejects.not.toThrow(/canary/)
    expect((await world.vault().listCredentials({ userId: 'alice' })).items).toEqual([])
  })

  it('names a connection that there is not', async () => {
    const failed = vaultWorld()
      .vault()
      .importCredential({ ...ALICE, connectionId: 'other', ...TOKENS })
    await expect(failed).rejects.toMatchObject({ code: 'connection_not_found' })
  })
})
