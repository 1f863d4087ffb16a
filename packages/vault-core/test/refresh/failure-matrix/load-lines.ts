import { expect } from 'vitest'
import type { MatrixLine } from './matrix-line.js'
import { SOFT } from './scene.js'

const OTHERS = ['bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy']

/** Row 32: many credentials end at the same time. */
export const loadLines: readonly MatrixLine[] = [
  {
    row: 32,
    event: 'The tokens of 10 users end in the same minute, and a process may have 2 requests under way',
    lives: 'the old token',
    ended: 'a new token',
    requests: 10,
    status: 'active',
    events: Array.from({ length: 10 }, () => 'refreshed'),
    setting: { connection: { rotation: { kind: 'none' } }, rotates: false, others: OTHERS },
    async happen({ world, ask, process }) {
      const vault = process({ maxConcurrentRefreshes: 2 })
      const gate = world.provider.hold()
      await Promise.all(OTHERS.map((userId) => ask(SOFT, vault, userId)))
      const call = await ask(SOFT, vault)
      expect(world.provider.refreshes()).toBe(2)
      gate.open()
      await world.clock.advance(0)
      return call
    },
  },
]
