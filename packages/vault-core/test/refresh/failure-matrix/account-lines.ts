import { expect } from 'vitest'
import type { Vault } from '../../../src/index.js'
import { json } from '../../fixtures/faulty-provider.js'
import { ALICE } from '../../fixtures/vault-world.js'
import type { MatrixLine } from './matrix-line.js'
import { ABORTED, S, type Scene } from './scene.js'

const late = (whose: string) => () =>
  json(200, {
    access_token: `canary-late-${whose}`,
    refresh_token: `canary-late-refresh-${whose}`,
    token_type: 'Bearer',
    expires_in: 3_600,
  })

/** Rows 22, 23, 29 and 30: somebody acts while a refresh is under way. */
export const accountLines: readonly MatrixLine[] = [
  {
    row: 22,
    event: 'The user disconnects while the request is under way: the new tokens are revoked',
    lives: { code: 'credential_not_found' },
    ended: { code: 'credential_not_found' },
    requests: 1,
    status: 'not listed',
    events: ['disconnected'],
    async happen({ world, vault, ask }) {
      const gate = world.provider.hold()
      const call = await ask()
      await vault.disconnect(ALICE)
      gate.open()
      await world.clock.advance(0)
      // Those of the grant that he ended, and those that came too late.
      expect(world.provider.revocations).toEqual(['refresh_token', 'access_token', 'refresh_token', 'access_token'])
      return call
    },
  },
  {
    row: 23,
    event: 'The user connects again while the request is under way: the new consent counts',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['connected'],
    async happen({ world, vault, ask }) {
      const gate = world.provider.hold()
      world.provider.failNext({ when: 'before', respond: late('alice') })
      const call = await ask()
      await world.connect(vault)
      gate.open()
      await world.clock.advance(0)
      return call
    },
  },
  {
    row: 29,
    event: 'A caller goes away (`signal`): he himself',
    lives: 'the reason of its signal',
    ended: 'the reason of its signal',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen({ world, ask }) {
      const gate = world.provider.hold()
      const leaving = new AbortController()
      const call = await ask({ signal: leaving.signal })
      leaving.abort(ABORTED)
      await world.clock.advance(0)
      expect(call.end()).toEqual({ error: ABORTED })
      gate.open()
      return call
    },
  },
  {
    row: 29,
    event: 'The same: who waits beside him',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen({ world, ask }) {
      const gate = world.provider.hold()
      const leaving = new AbortController()
      await ask({ signal: leaving.signal })
      const call = await ask()
      leaving.abort(ABORTED)
      await world.clock.advance(0)
      gate.open()
      return call
    },
  },
  {
    row: 30,
    event: 'The vault is closed while the request is under way',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen(scene) {
      const { world, ask } = scene
      const vault = processThatCloses(scene)
      const gate = world.provider.hold()
      const call = await ask({}, vault)
      const closing = vault.close()
      await world.clock.advance(S)
      gate.open()
      await closing
      return call
    },
  },
  {
    row: 30,
    event: 'Asked while the vault is being closed, and a refresh would have to begin',
    lives: 'the old token',
    ended: { code: 'store_unavailable', reason: 'closed' },
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    setting: { others: ['bob'] },
    async happen(scene) {
      const { world, ask } = scene
      const vault = processThatCloses(scene)
      const gate = world.provider.hold()
      world.provider.failNext({ when: 'before', respond: late('bob') })
      await ask({ forceRefresh: true }, vault, 'bob')
      const closing = vault.close()
      const call = await ask({}, vault)
      gate.open()
      await closing
      return call
    },
  },
  {
    row: 30,
    event: 'Asked when the vault is closed',
    lives: { code: 'store_unavailable', reason: 'closed' },
    ended: { code: 'store_unavailable', reason: 'closed' },
    requests: 0,
    status: 'active',
    events: [],
    async happen(scene) {
      const vault = processThatCloses(scene)
      await vault.close()
      return scene.ask({}, vault)
    },
  },
]

/** The store of this world is everybody's, so that it stays open. */
function processThatCloses({ world, process }: Scene): Vault {
  return process({ store: { ...world.store, close: async () => undefined } })
}
