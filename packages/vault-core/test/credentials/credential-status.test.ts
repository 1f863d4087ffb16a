import { describe, expect, it } from 'vitest'
import type { CredentialInfo, ListCredentialsQuery, Vault } from '../../src/index.js'
import { json } from '../fixtures/faulty-provider.js'
import { interceptedStore } from '../fixtures/intercepted-store.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'

const MIN = 60_000
const HOUR = 60 * MIN

/** All pages of a listing; none but the last may be empty. */
async function listAll(vault: Vault, query: ListCredentialsQuery): Promise<readonly CredentialInfo[]> {
  const items: CredentialInfo[] = []
  let cursor: string | undefined
  do {
    const page = await vault.listCredentials({ ...query, ...(cursor !== undefined && { cursor }) })
    if (page.cursor !== undefined) expect(page.items.length).toBeGreaterThan(0)
    items.push(...page.items)
    cursor = page.cursor
  } while (cursor !== undefined)
  return items
}

/** A world in which the users named so have connected; of the ones whose names begin so, tokens end, or never end, without a refresh token. */
async function connected(...users: readonly string[]) {
  const world = vaultWorld()
  const vault = world.vault({
    fetch: async (input, init) => {
      const answer = await world.provider.fetch(input, init)
      if (!current.startsWith('short') && !current.startsWith('endless')) return answer
      const { refresh_token: _refreshToken, expires_in: expiresIn, ...rest } = (await answer.json()) as Record<string, unknown>
      return json(answer.status, current.startsWith('short') ? { ...rest, expires_in: expiresIn } : rest)
    },
  })
  let current = ''
  for (current of users) await world.connect(vault, current)
  current = ''
  const shown = async (userId = 'alice') => (await listAll(vault, { userId }))[0]
  return { world, vault, shown }
}

describe('the status of a credential', () => {
  it('is active since it was connected', async () => {
    const { world, shown } = await connected('alice')
    const since = new Date(world.clock.now())
    await world.clock.advance(MIN)
    expect(await shown()).toMatchObject({ status: 'active', statusSince: since, message: 'Connected.', reason: undefined })
  })

  it('is active without a refresh token where the access token does not end', async () => {
    const { shown } = await connected('endless')
    expect(await shown('endless')).toMatchObject({ status: 'active', hasRefreshToken: false, expiresAt: undefined })
  })

  it('is expiring without a refresh token, and needs consent from the moment that it has ended', async () => {
    const { world, vault, shown } = await connected('short')
    const expiresAt = new Date(world.clock.now() + HOUR)
    expect(await shown('short')).toMatchObject({
      status: 'expiring',
      expiresAt,
      message: expect.stringContaining('Connect again before that'),
    })
    await world.clock.advance(HOUR)
    const ended = {
      status: 'reauthorization_required',
      reason: 'expired',
      statusSince: expiresAt,
      message: expect.stringContaining('Connect again'),
    }
    expect(await shown('short')).toMatchObject(ended)
    await expect(vault.getCredentials({ ...ALICE, userId: 'short' })).rejects.toMatchObject({ facts: { reason: 'expired' } })
  })

  it('says since when the user has to consent again, and why, in words for a person', async () => {
    const { world, vault, shown } = await connected('alice')
    world.provider.failNext({ when: 'before', respond: () => json(400, { error: 'invalid_grant' }) })
    await world.clock.advance(2 * HOUR)
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'reauthorization_required' })
    const since = new Date(world.clock.now())
    await world.clock.advance(HOUR)
    const { message, ...info } = (await shown()) ?? { message: '' }
    expect(info).toMatchObject({ status: 'reauthorization_required', statusSince: since, reason: 'revoked' })
    expect(message).toMatch(/no longer accepts the connection.*Connect again\.$/)
    expect(message).not.toMatch(/alice|drive|default|revoked/)
    await world.connect(vault)
    expect(await shown()).toMatchObject({ status: 'active', statusSince: new Date(world.clock.now()) })
  })

  it('is quarantined since the first answer that cannot be used, and active again since the next that can', async () => {
    const { world, vault, shown } = await connected('alice')
    const bad = { when: 'after', respond: () => json(200, { token_type: 'Bearer', refresh_token: 'canary-refresh-2' }) } as const
    world.provider.failNext(bad, { ...bad, respond: () => json(200, { token_type: 'Bearer', refresh_token: 'canary-refresh-3' }) })
    await world.clock.advance(2 * HOUR)
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ facts: { reason: 'quarantined' } })
    const since = new Date(world.clock.now())
    await world.clock.advance(HOUR)
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ facts: { reason: 'quarantined' } })
    expect(await shown()).toMatchObject({
      status: 'quarantined',
      statusSince: since,
      message: expect.stringContaining('asked again by itself'),
    })
    await world.clock.advance(HOUR)
    await vault.getCredentials(ALICE)
    expect(await shown()).toMatchObject({
      status: 'active',
      statusSince: new Date(world.clock.now()),
      lastRefreshedAt: new Date(world.clock.now()),
    })
  })

  it('of a credential whose provider fails stays active, with the reason for those who look closer', async () => {
    const { world, vault, shown } = await connected('alice')
    world.provider.failNext({ when: 'before', respond: () => json(503, {}) })
    await expect(vault.getCredentials(ALICE, { forceRefresh: true })).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(await shown()).toMatchObject({ status: 'active', message: 'Connected.', reason: expect.any(String) })
  })

  it('of a row of an earlier version is told by what stands there', async () => {
    const { world, vault, shown } = await connected('alice')
    const key = { tenant: 'default', ...ALICE, accountId: 'default' }
    const row = await world.store.credentials.get(key)
    const { statusSinceMs: _sinceMs, sealedLabel: _label, ...data } = JSON.parse(row?.data ?? '{}')
    const set = { status: 'reauthorization_required', data: JSON.stringify({ ...data, reason: 'rotation_outcome_unknown' }) } as const
    await world.clock.advance(MIN)
    await world.store.credentials.update({ key, attemptId: 'old', expect: { version: 1 }, set })
    expect(await shown()).toMatchObject({
      status: 'reauthorization_required',
      statusSince: new Date(world.clock.now()),
      label: undefined,
      message: expect.stringContaining('lost while it was being renewed'),
    })
    await expect(vault.getCredentials(ALICE, { forceRefresh: true })).rejects.toMatchObject({ code: 'reauthorization_required' })
  })
})

describe('listing credentials', () => {
  const users = ['alice', 'bob', 'endless-1', 'short-1', 'short-2', 'zoe']

  it('by status finds each credential under the one that it shows', async () => {
    const { world, vault } = await connected(...users)
    world.provider.failNext({ when: 'before', respond: () => json(400, { error: 'invalid_grant' }) })
    await expect(vault.getCredentials({ ...ALICE, userId: 'bob' }, { forceRefresh: true })).rejects.toMatchObject({
      code: 'reauthorization_required',
    })
    await world.clock.advance(MIN)
    const usersOf = async (status: CredentialInfo['status'], limit = 1) => {
      const items = await listAll(vault, { status, limit })
      expect(items.every((item) => item.status === status)).toBe(true)
      return items.map(({ userId }) => userId)
    }
    expect([
      await usersOf('active'),
      await usersOf('expiring'),
      await usersOf('reauthorization_required'),
      await usersOf('quarantined'),
    ]).toEqual([['alice', 'endless-1', 'zoe'], ['short-1', 'short-2'], ['bob'], []])
    await world.clock.advance(2 * HOUR)
    for (const limit of [1, 2, 100]) {
      expect(await usersOf('expiring', limit)).toEqual([])
      expect(await usersOf('reauthorization_required', limit)).toEqual(['bob', 'short-1', 'short-2'])
      expect(await usersOf('active', limit)).toEqual(['alice', 'endless-1', 'zoe'])
    }
  })

  it('passes over what is disconnected without an empty page, and without a read for each row', async () => {
    const { world, vault } = await connected(...Array.from({ length: 30 }, (_, index) => `user-${index + 10}`), 'zoe')
    for (let index = 10; index < 40; index += 1) await vault.disconnect({ ...ALICE, userId: `user-${index}` })
    expect((await vault.listCredentials({ limit: 1 })).items).toMatchObject([{ userId: 'zoe' }])
    const calls: string[] = []
    const store = interceptedStore(world.store, async (call, work) => {
      calls.push(call)
      return work()
    })
    expect((await world.vault({ store }).listCredentials({ limit: 10 })).items).toMatchObject([{ userId: 'zoe' }])
    expect(calls).toEqual(Array.from({ length: 4 }, () => 'credentials.list'))
  })

  it.each<[string, object]>([
    ['status', { status: 'disconnected' }],
    ['status', { status: 'dead' }],
    ['status', { status: 'constructor' }],
    ['cursor', { status: 'reauthorization_required', cursor: 'x' }],
    ['cursor', { status: 'reauthorization_required', cursor: '7.' }],
    ['limit', { limit: 0 }],
    ['userId', { userId: 'al\0ice' }],
    ['userId', { userId: '' }],
    ['userId', { userId: 'x'.repeat(256) }],
    ['connectionId', { connectionId: '\0' }],
    ['connectionId', { connectionId: '\ud800' }],
  ])('refuses a wrong %s', async (field, query) => {
    const { vault } = await connected('alice')
    await expect(vault.listCredentials(query as ListCredentialsQuery)).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { [field]: expect.any(String) } },
    })
  })

  it('shows nothing secret', async () => {
    const { vault } = await connected(...users)
    const text = JSON.stringify(await listAll(vault, {}))
    expect(text).not.toMatch(/canary|accessToken|fingerprint/i)
    expect(text).toContain('alice')
  })
})
