import { expect } from 'vitest'
import { type CredentialContent, type CredentialRow, localKeyring, type VaultStore } from '../../../src/index.js'
import { json, refusedConnection } from '../../fixtures/faulty-provider.js'
import { interceptedStore } from '../../fixtures/intercepted-store.js'
import { ALICE } from '../../fixtures/vault-world.js'
import type { MatrixLine } from './matrix-line.js'
import { alike, failingKeyring, HOUR, MIN, S } from './scene.js'

const KEY = { tenant: 'default', ...ALICE, accountId: 'default' }
const K1 = { id: 'k1', key: new Uint8Array(32).fill(7) }
const K2 = { id: 'k2', key: new Uint8Array(32).fill(8) }

/** Rows 24 to 28, and 34: keys, secrets, clocks, replicas and damage. */
export const keyAndClockLines: readonly MatrixLine[] = [
  {
    row: 24,
    event: 'Another wrapping key comes first while the request is under way: callers of processes with either keyring',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['connected', 'refreshed'],
    async happen({ world, ask, process }) {
      const gate = world.provider.hold()
      const call = await ask()
      const rotated = process({ keyring: localKeyring([K2, K1]) })
      await world.connect(rotated, 'bob')
      gate.open()
      await world.clock.advance(0)
      return alike([call, await ask({}, rotated)])
    },
  },
  {
    row: 25,
    event:
      'The client secret is changed while a request with the old one is under way, and is refused: asked of a process with the new one',
    lives: 'a new token',
    ended: 'a new token',
    requests: 2,
    status: 'active',
    events: ['connection_paused', 'refresh_failed', 'refreshed'],
    async happen({ world, ask, process }) {
      world.provider.failNext({ when: 'before', respond: () => json(401, { error: 'invalid_client' }) })
      const gate = world.provider.hold()
      await ask()
      gate.open()
      await world.clock.advance(0)
      const sent: (string | null)[] = []
      const mended = process({
        connections: [{ ...world.connection, clientSecret: 'canary-other-secret' }],
        fetch: async (input, init) => {
          sent.push(new Headers(init?.headers).get('authorization'))
          return world.provider.fetch(input, init)
        },
      })
      const call = await ask({}, mended)
      expect(sent).toEqual([`Basic ${btoa('client-1:canary-other-secret')}`])
      return call
    },
  },
  {
    row: 26,
    event: 'A process whose clock is 10 minutes ahead asks while another one refreshes',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen({ world, ask, process }) {
      const gate = world.provider.hold()
      const first = await ask()
      const ahead = process({ clock: { ...world.clock, now: () => world.clock.now() + 10 * MIN } })
      const call = await ask({}, ahead)
      await world.clock.advance(9 * S)
      gate.open()
      await world.clock.advance(S)
      return alike([call, first])
    },
  },
  {
    row: 26,
    event: 'The clock is set back, to before the token was made',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen({ world, ask }) {
      world.clock.jump(-3 * HOUR)
      return ask()
    },
  },
  {
    row: 26,
    event: 'The clock jumps ahead by an hour',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen({ world, ask }) {
      world.clock.jump(HOUR)
      return ask()
    },
  },
  {
    row: 27,
    event: 'A process reads a replica that lags: it sees the row as it was before another one refreshed',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen({ world, ask, process }) {
      const stale = await world.store.credentials.get(KEY)
      await ask()
      const lagging = interceptedStore(world.store, async (call, work) => (call === 'credentials.get' ? stale : work()))
      return ask({}, process({ store: lagging }))
    },
  },
  {
    row: 28,
    event: 'The sealed refresh token does not open',
    lives: 'the old token',
    ended: { code: 'decryption_failed' },
    requests: 0,
    status: 'active',
    events: [],
    async happen({ world, ask }) {
      await damage(world.store, { refreshToken: new Uint8Array(80) })
      return ask()
    },
  },
  {
    row: 28,
    event: 'The sealed access token does not open, and a refresh is due: it mends that',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen({ world, ask }) {
      await damage(world.store, { accessToken: new Uint8Array(80) })
      return ask()
    },
  },
  {
    row: 28,
    event: 'The sealed access token does not open, and no refresh is due',
    lives: { code: 'decryption_failed' },
    ended: undefined,
    requests: 0,
    status: 'active',
    events: [],
    async happen({ world, ask }) {
      await damage(world.store, { accessToken: new Uint8Array(80) })
      return ask({ minValidityMs: 0 })
    },
  },
  {
    row: 28,
    event: 'The rest of the record cannot be read; other users go on',
    lives: { code: 'decryption_failed' },
    ended: { code: 'decryption_failed' },
    requests: 0,
    status: 'quarantined (damaged)',
    events: [],
    setting: { others: ['bob'] },
    async happen({ world, vault, ask }) {
      await damage(world.store, { data: '{broken' })
      expect(await vault.listCredentials({ userId: 'bob' })).toMatchObject({ items: [{ status: 'active' }] })
      return ask()
    },
  },
  {
    row: 34,
    event: 'The wrapping key cannot be had, and the data key is not in memory',
    lives: { code: 'store_unavailable' },
    ended: { code: 'store_unavailable' },
    requests: 0,
    status: 'active',
    events: [],
    async happen({ ask, process }) {
      const keyring = failingKeyring(localKeyring([K1]))
      keyring.isDown = true
      return ask({}, process({ keyring }))
    },
  },
  {
    row: 34,
    event: 'The wrapping key cannot be had; the data key is in memory still (5 minutes)',
    lives: 'the old token',
    ended: { code: 'store_unavailable' },
    requests: 1,
    status: 'active (network)',
    events: ['refresh_failed'],
    async happen({ world, ask, process }) {
      const keyring = failingKeyring(localKeyring([K1]))
      const vault = process({ keyring })
      // A refresh that fails loads the key, three minutes before.
      world.provider.failNext({ when: 'before', respond: refusedConnection })
      await ask({}, vault)
      await world.clock.advance(3 * MIN)
      keyring.isDown = true
      return ask({}, vault)
    },
  },
]

async function damage({ credentials }: VaultStore, set: Partial<CredentialContent>): Promise<void> {
  const row: CredentialRow | null = await credentials.get(KEY)
  const { outcome } = await credentials.update({ key: KEY, attemptId: 'damage', expect: { version: row?.version ?? 0 }, set })
  expect(outcome).toBe('updated')
}
