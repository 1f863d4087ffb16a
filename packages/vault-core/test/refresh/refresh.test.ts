import { describe, expect, it } from 'vitest'
import type { ConnectionInput, Vault } from '../../src/index.js'
import { type Fault, json, refusedConnection, reset } from '../fixtures/faulty-provider.js'
import { settle } from '../fixtures/manual-clock.js'
import { ALICE, type VaultWorld, vaultWorld } from '../fixtures/vault-world.js'

const S = 1_000
const MIN = 60 * S
const HOUR = 60 * MIN
const before = (respond: Fault['respond']): Fault => ({ when: 'before', respond })
const after = (respond: Fault['respond']): Fault => ({ when: 'after', respond })

interface Scene {
  readonly world: VaultWorld
  readonly vault: Vault
}

/** A vault in which Alice has connected her account just now. */
async function connected(overrides?: Partial<ConnectionInput>): Promise<Scene> {
  const world = vaultWorld(overrides)
  const vault = world.vault()
  await world.connect(vault)
  return { world, vault }
}

/** The same an hour after her access token expired. */
async function expired(overrides?: Partial<ConnectionInput>): Promise<Scene> {
  const scene = await connected(overrides)
  await scene.world.clock.advance(2 * HOUR)
  return scene
}

describe('a credential that lives', () => {
  it('is handed out without a request', async () => {
    const { world, vault } = await connected()
    const credentials = await vault.getCredentials(ALICE)
    expect(credentials).toMatchObject({ accessToken: 'canary-access-1', tokenType: 'Bearer', scope: 'files.read' })
    expect(credentials.expiresAt?.getTime()).toBe(world.clock.now() + HOUR)
    expect(world.provider.refreshes()).toBe(0)
  })

  it('is handed out at once in the soft window, while the refresh runs behind', async () => {
    const { world, vault } = await connected()
    await world.clock.advance(56 * MIN)
    const gate = world.provider.hold()
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-1')
    gate.open()
    await settle()
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
    expect(world.provider.refreshes()).toBe(1)
  })

  it('is handed out while the provider fails, until it expires and never past that', async () => {
    const { world, vault } = await connected()
    await world.clock.advance(HOUR - 30 * S)
    world.provider.failNext(
      ...Array.from({ length: 20 }, () => before(() => json(503, { error: 'temporarily_unavailable' }, { 'retry-after': '60' }))),
    )
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-1')
    await world.clock.advance(30 * S)
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'provider_unavailable', facts: { retryAfterMs: 30 * S } })
    expect(world.provider.refreshes()).toBe(1)
  })

  it('of unknown lifetime is never refreshed on its own, only on demand', async () => {
    const world = vaultWorld()
    world.provider.lifetimeS = null
    const vault = world.vault()
    await world.connect(vault)
    await world.clock.advance(1_000 * HOUR)
    expect(await vault.getCredentials(ALICE)).toMatchObject({ accessToken: 'canary-access-1', expiresAt: undefined })
    expect((await vault.getCredentials(ALICE, { forceRefresh: true })).accessToken).toBe('canary-access-2')
    expect(world.provider.refreshes()).toBe(1)
  })
})

describe('an expired credential', () => {
  it('can be refreshed again and again; each refresh token is presented once', async () => {
    const { world, vault } = await connected()
    for (let round = 2; round <= 10; round++) {
      await world.clock.advance(2 * HOUR)
      expect((await vault.getCredentials(ALICE)).accessToken).toBe(`canary-access-${round}`)
    }
    expect(world.provider.tokenRequests.every(({ newest }) => newest)).toBe(true)
  })

  it('keeps its refresh token when the provider does not rotate', async () => {
    const world = vaultWorld({ rotation: { kind: 'none' } })
    world.provider.rotates = false
    const vault = world.vault()
    await world.connect(vault)
    for (let round = 2; round <= 4; round++) {
      await world.clock.advance(2 * HOUR)
      expect((await vault.getCredentials(ALICE)).accessToken).toBe(`canary-access-${round}`)
    }
  })

  it('without a refresh token says that the user must consent again', async () => {
    const world = vaultWorld()
    const vault = world.vault({
      fetch: async (input, init) => {
        const answer = await world.provider.fetch(input, init)
        const { refresh_token: _, ...rest } = (await answer.json()) as Record<string, unknown>
        return json(answer.status, rest)
      },
    })
    await world.connect(vault)
    expect((await vault.listCredentials({ userId: 'alice' })).items).toMatchObject([{ status: 'expiring', hasRefreshToken: false }])
    await world.clock.advance(2 * HOUR)
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'reauthorization_required', facts: { reason: 'expired' } })
    expect(world.provider.refreshes()).toBe(0)
  })
})

describe('a refresh that fails', () => {
  it('with invalid_grant marks the credential once, keeps it, and asks the provider no more', async () => {
    const { world, vault } = await expired()
    world.provider.failNext(before(() => json(400, { error: 'invalid_grant' })))
    for (let call = 0; call < 5; call++) {
      await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'reauthorization_required', facts: { reason: 'revoked' } })
    }
    expect(world.provider.refreshes()).toBe(1)
    expect(world.events.filter(({ type }) => type === 'reauthorization_required')).toHaveLength(1)
    expect((await vault.listCredentials()).items).toMatchObject([
      { status: 'reauthorization_required', reason: 'revoked', hasRefreshToken: true },
    ])
    await world.connect(vault)
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
  })

  it.each(['invalid_client', 'unauthorized_client'])(
    'with %s blames the connection, keeps the grant, and pauses the whole connection; a mended one is tried at once',
    async (error) => {
      const { world, vault } = await expired()
      await world.connect(vault, 'bob')
      world.provider.failNext(before(() => json(401, { error })))
      const refused = { code: 'provider_rejected_client', facts: { reason: error } }
      await expect(vault.getCredentials(ALICE)).rejects.toMatchObject(refused)
      const bob = { connectionId: 'drive', userId: 'bob' }
      await expect(vault.getCredentials(bob, { forceRefresh: true })).rejects.toMatchObject(refused)
      await expect(world.vault().getCredentials(ALICE)).rejects.toMatchObject(refused)
      expect(world.provider.refreshes()).toBe(1)
      const mended = world.vault({ connections: [{ ...world.connection, clientSecret: 'another' }] })
      expect(await mended.getCredentials(bob, { forceRefresh: true })).toMatchObject({ userId: 'bob' })
      await world.clock.advance(61 * S)
      expect(await vault.getCredentials(bob, { forceRefresh: true })).toMatchObject({ userId: 'bob' })
    },
  )

  it.each([
    ['soon after a request that got lost, and may arrive late', 5 * 60 * S, 'rotation_outcome_unknown'],
    ['long after it', 11 * 60 * S, 'revoked'],
  ])('with invalid_grant %s, a good answer in between: tells what may have happened', async (_when, laterMs, reason) => {
    const { world, vault } = await expired()
    world.provider.failNext(before(reset))
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'provider_unavailable' })
    await world.clock.advance(121 * S)
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
    await world.clock.advance(laterMs)
    expect((await vault.getCredentials(ALICE, { forceRefresh: true })).accessToken).toBe('canary-access-3')
    world.provider.failNext(before(() => json(400, { error: 'invalid_grant' })))
    await expect(vault.getCredentials(ALICE, { forceRefresh: true })).rejects.toMatchObject({
      code: 'reauthorization_required',
      facts: { reason },
    })
  })

  it('with invalid_client after a request that got lost does not make that forgotten', async () => {
    const world = vaultWorld({ rotation: { kind: 'grace', seconds: 30 } })
    const vault = world.vault()
    await world.connect(vault)
    await world.clock.advance(2 * HOUR)
    world.provider.failNext(
      after(reset),
      before(() => json(401, { error: 'invalid_client' })),
    )
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'provider_rejected_client' })
    await world.clock.advance(61 * S)
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({
      code: 'reauthorization_required',
      facts: { reason: 'rotation_outcome_unknown' },
    })
  })

  it('with invalid_grant ends a token of unknown lifetime with its grant', async () => {
    const world = vaultWorld()
    world.provider.lifetimeS = null
    const vault = world.vault()
    await world.connect(vault)
    world.provider.failNext(before(() => json(400, { error: 'invalid_grant' })))
    await expect(vault.getCredentials(ALICE, { forceRefresh: true })).rejects.toMatchObject({ code: 'reauthorization_required' })
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'reauthorization_required', facts: { reason: 'revoked' } })
  })

  it('backs off: callers in the meantime send nothing', async () => {
    const { world, vault } = await expired()
    world.provider.failNext(before(refusedConnection))
    for (let call = 0; call < 10; call++) await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(world.provider.refreshes()).toBe(1)
    await world.clock.advance(5 * S)
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
  })

  it('does not wait for a moment that was noted before the clock was set back', async () => {
    const { world, vault } = await expired()
    world.provider.failNext(before(refusedConnection))
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'provider_unavailable' })
    world.clock.jump(-6 * HOUR)
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
  })

  it('without an answer, strict rotation: nobody sends again before the request must have ended, then one try tells the truth', async () => {
    const { world, vault } = await expired()
    world.provider.failNext(after(reset))
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'provider_unavailable' })
    // Nobody works on it, so nobody is kept waiting.
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({
      code: 'provider_unavailable',
      facts: { reason: 'refresh_in_progress', retryAfterMs: 120 * S },
    })
    await world.clock.advance(60 * S)
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ facts: { retryAfterMs: 60 * S } })
    expect(world.provider.refreshes()).toBe(1)
    await world.clock.advance(90 * S)
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({
      code: 'reauthorization_required',
      facts: { reason: 'rotation_outcome_unknown' },
    })
    expect(world.provider.refreshes()).toBe(2)
    await world.clock.advance(HOUR)
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'reauthorization_required' })
    expect(world.provider.refreshes()).toBe(2)
  })

  it.each([
    ['"3600"', '3600'],
    ['nonsense', 'soon'],
    ['huge', 1e300],
    ['an object', {}],
  ])('does not lose the rotated refresh token over expires_in = %s', async (_name, expiresIn) => {
    const { world, vault } = await expired()
    world.provider.failNext(
      after(() =>
        json(200, { access_token: 'canary-access-2', refresh_token: 'canary-refresh-2', token_type: 'bearer', expires_in: expiresIn }),
      ),
    )
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
    await world.clock.advance(2 * HOUR)
    expect((await vault.getCredentials(ALICE, { forceRefresh: true })).accessToken).toBe('canary-access-3')
    expect(world.provider.grantAlive).toBe(true)
  })
})

describe('a token that had ended when it came', () => {
  it.each([0, -5])(
    'as its expires_in is %i, is handed to nobody; the refresh token is kept, and callers wait their turn',
    async (expiresIn) => {
      const { world, vault } = await expired()
      const answer = { access_token: 'canary-access-2', refresh_token: 'canary-refresh-2', token_type: 'bearer', expires_in: expiresIn }
      world.provider.failNext(after(() => json(200, answer)))
      for (let calls = 0; calls < 3; calls++)
        await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({
          code: 'provider_unavailable',
          facts: { reason: 'expired_on_arrival' },
        })
      expect(world.provider.refreshes()).toBe(1)
      await world.clock.advance(10 * S)
      expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-3')
      expect(world.provider.grantAlive).toBe(true)
    },
  )
})

describe('a refresh and its store', () => {
  it('that cannot be written down is not sent', async () => {
    const { world } = await expired()
    const faulty = { ...world.store, credentials: { ...world.store.credentials, claim: () => Promise.reject(new Error('disk full')) } }
    await expect(world.vault({ store: faulty }).getCredentials(ALICE)).rejects.toThrow('disk full')
    expect(world.provider.refreshes()).toBe(0)
  })

  it('whose acknowledgement of the write-back is lost recognises its own write', async () => {
    const world = vaultWorld()
    await world.connect(world.vault())
    await world.clock.advance(2 * HOUR)
    let lost = false
    const update: typeof world.store.credentials.update = async (change) => {
      const result = await world.store.credentials.update(change)
      if (lost) return result
      lost = true
      throw new Error('connection lost after commit')
    }
    const vault = world.vault({ store: { ...world.store, credentials: { ...world.store.credentials, update } } })
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
    await world.clock.advance(30 * S)
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-2')
    expect(world.provider.refreshes()).toBe(1)
    expect(world.events.filter(({ type }) => type === 'refreshed')).toHaveLength(1)
  })
})

describe('disconnect', () => {
  it('is final at once, revokes at the provider, refresh token first, and may be repeated', async () => {
    const { world, vault } = await connected()
    await vault.disconnect(ALICE)
    await vault.disconnect(ALICE)
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'credential_not_found' })
    expect((await vault.listCredentials()).items).toEqual([])
    await settle()
    expect(world.provider.revocations).toEqual(['refresh_token', 'access_token'])
    const told = world.events.map(({ type }) => type).filter((type) => type !== 'access_refused')
    expect(told).toEqual(['connected', 'disconnected'])
  })
})
