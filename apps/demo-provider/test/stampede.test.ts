import { describe, expect, it } from 'vitest'
import { places } from './stampede/places.ts'
import { refreshesOf, stampedeWorld } from './stampede/stampede-world.ts'

const PROCESSES = 8
const ROUNDS = Number(process.env.HOLDFAST_STAMPEDE_ROUNDS ?? 200)
const LONG_MS = 3_600_000
const refreshes = (world: { readonly provider: { readonly tokenRequests: readonly { readonly grantType: string }[] } }): number =>
  world.provider.tokenRequests.filter(({ grantType }) => grantType === 'refresh_token').length

// Real processes, a real store, a real authorization server that rotates refresh tokens and ends the grant when one is used twice.
describe.each(places)(`${PROCESSES} processes over one store: $name`, ({ isThere, make }) => {
  it.skipIf(!isThere)(
    `${ROUNDS} times they ask at once for an expired credential: one token request each time, and nobody fails`,
    async () => {
      const world = await stampedeWorld(await make(), { processes: PROCESSES, callerWaitMs: 20_000 })
      try {
        const grantId = await world.connect('alice')
        const tokens = new Set<string>()
        for (let round = 1; round <= ROUNDS; round++) {
          const aheadMs = world.elapse(LONG_MS)
          const before = refreshes(world)
          const answers = await Promise.all(world.workers.map((worker) => worker.ask({ aheadMs, userIds: ['alice'], forceRefresh: false })))
          const outcomes = answers.map(({ alice }) => alice)
          const [first] = outcomes
          expect({ round, requests: refreshes(world) - before, outcomes }).toEqual({
            round,
            requests: 1,
            outcomes: outcomes.map(() => first),
          })
          expect(first).toHaveProperty('token')
          tokens.add(JSON.stringify(first))
        }
        expect(tokens.size).toBe(ROUNDS)
        // The proof that the grant lives: it rotates once more.
        world.elapse(LONG_MS)
        await world.vault.getCredentials({ connectionId: 'demo', userId: 'alice' })
        expect(refreshesOf(world.provider, grantId)).toEqual({ rotated: ROUNDS + 1, refused: 0 })
      } finally {
        await world.close()
      }
    },
    300_000,
  )
})
