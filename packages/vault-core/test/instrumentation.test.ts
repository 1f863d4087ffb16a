import { describe, expect, it } from 'vitest'
import type { Instrumentation, VaultOptions, VaultState, VaultWork, WorkFacts } from '../src/index.js'
import { webhooks } from '../src/webhooks/index.js'
import { json, reset } from './fixtures/faulty-provider.js'
import { settle } from './fixtures/manual-clock.js'
import { ALICE, type VaultWorld, vaultWorld } from './fixtures/vault-world.js'

interface Measured extends WorkFacts {
  readonly work: VaultWork
  readonly error?: unknown
}

/** Keeps what it is told, the work that ended first at the front. */
function recording() {
  const ended: Measured[] = []
  let state: VaultState | undefined
  const instrumentation: Instrumentation = {
    async measure(work, run) {
      let facts: WorkFacts = {}
      try {
        const value = await run((more) => {
          facts = { ...facts, ...more }
        })
        ended.push({ work, ...facts })
        return value
      } catch (error) {
        ended.push({ work, ...facts, error })
        throw error
      }
    },
    observe(observed) {
      state = observed
    },
  }
  return {
    instrumentation,
    ended,
    of: (name: VaultWork['name']) => ended.filter(({ work }) => work.name === name),
    state: () => {
      if (!state) throw new Error('Nothing is observed.')
      return state
    },
  }
}

async function connected(options: (world: VaultWorld) => Partial<VaultOptions> = () => ({})) {
  const world = vaultWorld()
  const seen = recording()
  const vault = world.vault({ instrumentation: seen.instrumentation, ...options(world) })
  await world.connect(vault)
  return { world, vault, seen }
}

const HOUR = 3_600_000

describe('an instrumentation', () => {
  it('is told of both halves of an authorization, and of the request between', async () => {
    const { seen } = await connected()
    expect(seen.ended).toEqual([
      { work: { name: 'authorization_start', connectionId: 'drive' } },
      {
        work: { name: 'request', purpose: 'token', method: 'POST', url: 'https://provider.example/token', connectionId: 'drive' },
        status: 200,
      },
      { work: { name: 'authorization_complete' }, connectionId: 'drive' },
    ])
  })

  it('that begins late has nothing done twice', async () => {
    const world = vaultWorld()
    const sent: string[] = []
    const vault = world.vault({
      instrumentation: {
        async measure(_work, run) {
          await Promise.resolve()
          return run(() => undefined)
        },
      },
      fetch: async (input, init) => {
        sent.push(String(new URLSearchParams(String(init?.body)).get('grant_type')))
        return world.provider.fetch(input, init)
      },
    })
    await world.connect(vault)
    expect(sent).toEqual(['authorization_code'])
    await vault.getCredentials(ALICE, { forceRefresh: true })
    await settle()
    expect(sent).toEqual(['authorization_code', 'refresh_token'])
  })

  it('is told of no query, as some providers want the token there', async () => {
    const seen = recording()
    const own = { method: 'GET', tokenParameter: 'access_token', token: 'access_token' } as const
    const renewing = {
      tokenEndpoint: 'https://provider.example/token?version=2',
      clientAuthentication: 'client_secret_post',
      longLivedRequest: { ...own, endpoint: 'https://provider.example/exchange' },
      refreshRequest: { ...own, endpoint: 'https://provider.example/renew' },
    } as const
    const world = vaultWorld(renewing)
    const urls: string[] = []
    const vault = world.vault({
      instrumentation: seen.instrumentation,
      fetch: async (input) => {
        urls.push(String(input))
        return json(200, { access_token: `canary-access-${urls.length}`, token_type: 'Bearer', expires_in: 3600 })
      },
    })
    await world.connect(vault)
    await vault.getCredentials(ALICE, { forceRefresh: true })
    expect(urls.filter((url) => url.includes('canary-access'))).toHaveLength(2)
    expect(JSON.stringify(seen.ended)).not.toContain('canary')
    expect(seen.of('request').map(({ work }) => work)).toMatchObject([
      { url: 'https://provider.example/token' },
      { url: 'https://provider.example/exchange' },
      { url: 'https://provider.example/renew' },
    ])
  })

  it('is told where each token came from', async () => {
    const { vault, world, seen } = await connected()
    const sources = (): unknown => seen.of('get_credentials').map(({ source, isOpened }) => [source, isOpened])
    await vault.getCredentials(ALICE)
    await vault.getCredentials(ALICE)
    await world.clock.advance(0.9 * HOUR)
    await vault.getCredentials(ALICE)
    await settle()
    await world.clock.advance(2 * HOUR)
    await vault.getCredentials(ALICE)
    expect(sources()).toEqual([
      ['live', false],
      ['live', true],
      // After five minutes an opened token is forgotten.
      ['refreshing_behind', false],
      ['refreshed', undefined],
    ])
    world.provider.failNext({ when: 'before', respond: () => json(503, {}) })
    await world.clock.advance(0.6 * HOUR)
    await vault.getCredentials(ALICE, { minValidityMs: HOUR / 2 })
    expect(seen.of('get_credentials').at(-1)).toMatchObject({ source: 'refresh_failed' })
    expect(seen.of('get_credentials')[0]?.work).toEqual({ name: 'get_credentials', connectionId: 'drive', userId: 'alice' })
  })

  it('is told of a refresh once, however many wait for it, and of how it and its request ended', async () => {
    const { vault, world, seen } = await connected()
    await world.clock.advance(2 * HOUR)
    await Promise.all(Array.from({ length: 20 }, () => vault.getCredentials(ALICE)))
    expect(seen.of('refresh')).toEqual([
      { work: expect.objectContaining({ connectionId: 'drive', userId: 'alice', accountId: 'default' }) },
    ])
    world.provider.failNext({ when: 'before', respond: reset })
    await world.clock.advance(2 * HOUR)
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(seen.of('refresh')[1]).toMatchObject({ error: { code: 'provider_unavailable' } })
    expect(seen.of('request').at(-1)).toMatchObject({ failure: 'ECONNRESET' })
  })

  it('is told of a wait for another process, and that the token came from there', async () => {
    const { world, vault, seen } = await connected()
    await world.clock.advance(2 * HOUR)
    const other = world.vault()
    const gate = world.provider.hold()
    const theirs = other.getCredentials(ALICE)
    await settle()
    const ours = vault.getCredentials(ALICE)
    await world.clock.advance(1_000)
    expect(seen.of('lease_wait')).toEqual([])
    gate.open()
    await world.clock.advance(1_000)
    expect((await ours).accessToken).toBe((await theirs).accessToken)
    expect(seen.of('lease_wait')).toHaveLength(1)
    expect(seen.of('refresh')).toMatchObject([{ isOfOther: true }])
    expect(seen.of('request')).toHaveLength(1)
  })

  it('is told of a revocation and of a request to an API', async () => {
    const { vault, seen } = await connected((world) => ({
      connections: [{ ...world.connection, apiOrigins: ['https://api.example'] }],
      fetch: async (input, init) => (String(input).startsWith('https://api.example') ? json(404, {}) : world.provider.fetch(input, init)),
    }))
    await vault.fetch(ALICE, 'https://api.example/files?q=1', { method: 'PUT', body: 'x' })
    await vault.disconnect(ALICE)
    await settle()
    expect(seen.of('request').map(({ work, status }) => ({ ...work, status }))).toMatchObject([
      { purpose: 'token' },
      { purpose: 'api', method: 'PUT', url: 'https://api.example/files?q=1', connectionId: 'drive', status: 404 },
      { purpose: 'revocation', method: 'POST', status: 200 },
      { purpose: 'revocation', method: 'POST', status: 200 },
    ])
  })

  it('is told of a webhook that is sent, and of what waits to be', async () => {
    const { world, seen } = await connected(({ provider }) => ({
      webhooks: webhooks({ endpoints: [{ id: 'app', url: 'https://app.example/hooks', secret: `whsec_${btoa('0'.repeat(32))}` }] }),
      fetch: async (input, init) => (String(input).startsWith('https://app.example') ? json(500, {}) : provider.fetch(input, init)),
    }))
    await settle()
    expect(seen.of('request').at(-1)).toEqual({
      work: { name: 'request', purpose: 'webhook', method: 'POST', url: 'https://app.example/hooks', connectionId: undefined },
      status: 500,
    })
    await world.clock.advance(5)
    expect((await seen.state().outboxDepths())[1]).toEqual({ topic: 'webhook:app', jobs: 1, oldestAgeMs: 5 })
  })

  it('may look at the state of the vault', async () => {
    const { vault, world, seen } = await connected(({ provider }) => ({
      fetch: async (input, init) => (String(input).endsWith('/revoke') ? json(503, {}) : provider.fetch(input, init)),
    }))
    const state = seen.state()
    expect(await state.credentialCounts()).toEqual([{ status: 'active', hasRefreshToken: true, count: 1 }])
    expect(state.tenant).toBe('default')
    await vault.disconnect(ALICE)
    await settle()
    await world.clock.advance(10)
    expect(await state.outboxDepths()).toEqual([{ topic: 'revocation', jobs: 1, oldestAgeMs: 10 }])
    await world.connect(vault, 'bob')
    await world.clock.advance(2 * HOUR)
    world.provider.failNext({ when: 'before', respond: () => json(401, { error: 'invalid_client' }) })
    await expect(vault.getCredentials({ ...ALICE, userId: 'bob' })).rejects.toMatchObject({ code: 'provider_rejected_client' })
    expect(state.pausedConnections()).toEqual(['drive'])
    await world.clock.advance(3 * HOUR)
    expect(state.pausedConnections()).toEqual([])
    expect(state.closing.aborted).toBe(false)
    await vault.close()
    expect(state.closing.aborted).toBe(true)
  })

  it.each<[string, Instrumentation['measure']]>([
    [
      'throws at once',
      () => {
        throw new Error('broken')
      },
    ],
    ['fails before the work', () => Promise.reject(new Error('broken'))],
    [
      'fails after the work',
      async (_work, run) => {
        await run(() => undefined)
        throw new Error('broken')
      },
    ],
    ['does the work twice', async (_work, run) => (await Promise.all([run(() => undefined), run(() => undefined)]))[0]],
    ['never ends', (_work, run) => run(() => undefined).then(() => new Promise(() => undefined))],
    ['returns something else', (_work, run) => run(() => undefined).then(() => ({ accessToken: 'not ours' }) as never)],
  ])('that %s changes nothing for anybody', async (_what, measure) => {
    const { vault, world } = await connected(() => ({ instrumentation: { measure } }))
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-1')
    await world.clock.advance(2 * HOUR)
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
    expect(world.provider.refreshes()).toBe(1)
    await expect(vault.getCredentials({ ...ALICE, userId: 'bob' })).rejects.toMatchObject({ code: 'credential_not_found' })
  })

  it('that is none is refused', () => {
    expect(() => vaultWorld().vault({ instrumentation: {} as never })).toThrow(
      expect.objectContaining({ code: 'invalid_configuration', facts: { fields: { instrumentation: expect.any(String) } } }),
    )
  })

  it('is told nothing of the secrets that pass by', async () => {
    const { vault, world, seen } = await connected()
    await world.clock.advance(2 * HOUR)
    await vault.getCredentials(ALICE)
    await vault.disconnect(ALICE)
    await settle()
    expect(seen.ended.length).toBeGreaterThan(6)
    expect(JSON.stringify(seen.ended)).not.toContain('canary')
  })
})
