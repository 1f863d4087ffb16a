import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { places } from './stampede/places.ts'
import { refreshesOf, type StampedeWorld, stampedeWorld } from './stampede/stampede-world.ts'
import type { WorkerOutcome } from './stampede/worker-messages.ts'

const PROCESSES = 8
const ROUNDS = Number(process.env.HOLDFAST_KILL_ROUNDS ?? 4)
const USERS = Array.from({ length: 24 }, (_, n) => `user-${n}`)
const LONG_MS = 3_600_000

/** What may come of asking while others are killed: a token, or a refusal that says to ask again. */
const isHonest = (outcome: WorkerOutcome): boolean =>
  'token' in outcome ||
  outcome.code === 'provider_unavailable' ||
  (outcome.code === 'reauthorization_required' && outcome.reason === 'rotation_outcome_unknown')

// Processes are killed while they refresh. A grant may be lost in one way only: its holder died between the provider's answer and the write.
describe.each(places)(`${PROCESSES} processes over one store, killed at random: $name`, ({ isThere, make }) => {
  it.skipIf(!isThere)(
    'every grant lives on, but for those whose rotation died with its process; these are told as what they are',
    async () => {
      const world = await stampedeWorld(await make(), { processes: PROCESSES, callerWaitMs: 1_500 })
      const grants = new Map<string, string>()
      let kills = 0
      let lost = 0
      try {
        for (const userId of USERS) grants.set(userId, await world.connect(userId))
        for (let round = 1; round <= ROUNDS; round++) {
          // The answers are on their way for a while, so that some die with them.
          world.provider.delayTokenResponses(round % 2 === 0 ? 200 : 0)
          kills += await askAndKill(world)
          world.provider.delayTokenResponses(0)
          lost += await recover(world, grants)
        }
        for (const userId of USERS)
          expect(await healthOf(world, userId, grants.get(userId) ?? '')).toEqual({ userId, hasToken: true, refused: 0 })
        console.log(`${ROUNDS} rounds, ${USERS.length} credentials, ${kills} processes killed: ${lost} rotations died with their process.`)
      } finally {
        await world.close()
      }
    },
    300_000,
  )
})

/** All processes ask for all credentials, which have expired, and three of them are killed meanwhile. */
async function askAndKill(world: StampedeWorld): Promise<number> {
  const aheadMs = world.elapse(LONG_MS)
  // They have to be up, with the store open, or they would die before they do anything.
  await Promise.all(world.workers.map((worker) => worker.ask({ aheadMs, userIds: ['nobody'], forceRefresh: false })))
  const answers = world.workers.map((worker) =>
    worker.ask({ aheadMs, userIds: USERS, forceRefresh: false }).catch(() => ({}) as Record<string, WorkerOutcome>),
  )
  const victims = [...world.workers].sort(() => Math.random() - 0.5).slice(0, 3)
  for (const victim of victims) {
    await sleep(Math.random() * 150)
    await victim.kill()
  }
  const outcomes = (await Promise.all(answers)).flatMap((answer) => Object.values(answer))
  expect(outcomes.filter((outcome) => !isHonest(outcome))).toEqual([])
  // Those that live end their work too: the clocks are about to leap, and to a process under way a leap would look like a pause.
  await Promise.all(world.workers.map((worker) => worker.end()))
  for (const worker of [...world.workers]) world.replace(worker)
  return victims.length
}

/** Once the leases of the dead have run out, each credential works again, or says why not. Returns how many did not. */
async function recover(world: StampedeWorld, grants: Map<string, string>): Promise<number> {
  const aheadMs = world.elapse(LONG_MS)
  const outcomes = await askInsistently(world, aheadMs)
  let lost = 0
  for (const [userId, outcome] of outcomes) {
    if ('token' in outcome) continue
    expect({ userId, ...outcome }).toMatchObject({ code: 'reauthorization_required', reason: 'rotation_outcome_unknown' })
    // The provider did rotate, nobody was there to hear it, and it was asked once more, not again and again.
    expect(refreshesOf(world.provider, grants.get(userId) ?? '').refused).toBe(1)
    grants.set(userId, await world.connect(userId))
    lost += 1
  }
  expect(outcomes).toHaveLength(USERS.length)
  return lost
}

/** On a busy machine a refresh may outlast a caller's patience: he asks again. */
async function askInsistently(world: StampedeWorld, aheadMs: number): Promise<readonly (readonly [string, WorkerOutcome])[]> {
  const [worker] = world.workers
  const answered = new Map<string, WorkerOutcome>()
  for (let tries = 1; tries <= 20; tries++) {
    const waiting = USERS.filter((userId) => !answered.has(userId))
    const outcomes = Object.entries((await worker?.ask({ aheadMs, userIds: waiting, forceRefresh: false })) ?? {})
    for (const [userId, outcome] of outcomes)
      if ('token' in outcome || outcome.reason !== 'refresh_in_progress') answered.set(userId, outcome)
    if (answered.size === USERS.length) break
  }
  return [...answered]
}

/** The proof that a grant lives: it rotates once more. */
async function healthOf(world: StampedeWorld, userId: string, grantId: string): Promise<object> {
  const { accessToken } = await world.vault.getCredentials({ connectionId: 'demo', userId }, { forceRefresh: true })
  return { userId, hasToken: accessToken !== '', refused: refreshesOf(world.provider, grantId).refused }
}
