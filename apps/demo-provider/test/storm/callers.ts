import { setTimeout as sleep } from 'node:timers/promises'
import type { Seeded } from '../../../../packages/vault-core/test/simulation/seeded.ts'
import type { WorkerAnswer, WorkerOutcome } from '../stampede/worker-messages.ts'
import type { StormWorld } from './storm-world.ts'

/** What callers were told in a storm. */
export interface Heard {
  readonly counts: Readonly<Record<string, number>>
  /** What nobody should have been told. */
  readonly wrong: readonly string[]
  /** Who has to consent again. */
  readonly over: ReadonlySet<string>
}

const USERS_AT_ONCE = 4
const EVERY_MS = 300

/** All processes are asked for the credentials of users drawn by lot, on and on until it is over. */
export async function keepAsking(world: StormWorld, random: Seeded, isOver: AbortSignal): Promise<Heard> {
  const userIds = [...world.grants.keys()]
  const counts: Record<string, number> = {}
  const wrong: string[] = []
  const over = new Set<string>()

  const hear = (userId: string, outcome: WorkerOutcome): void => {
    const kind = kindOf(outcome)
    counts[kind] = (counts[kind] ?? 0) + 1
    if (kind === 'over') over.add(userId)
    else if (kind === 'wrong') wrong.push(`${userId}: ${JSON.stringify(outcome)}`)
    else if ('token' in outcome && world.proxy.genealogy.ofAccessToken(outcome.token) !== world.grants.get(userId))
      wrong.push(`${userId} was given the token of another grant, or of none`)
  }
  const askOneOf = async (place: number, draw: Seeded): Promise<void> => {
    while (!isOver.aborted) {
      const drawn = new Set(Array.from({ length: USERS_AT_ONCE }, () => userIds[draw.between(0, userIds.length - 1)] ?? ''))
      // A process that is killed answers no more.
      const outcomes = await world.workers[place]
        ?.ask({ aheadMs: 0, userIds: [...drawn], forceRefresh: false })
        .catch((): WorkerAnswer['outcomes'] => ({}))
      for (const [userId, outcome] of Object.entries(outcomes ?? {})) hear(userId, outcome)
      await sleep(EVERY_MS * draw.next() * 2)
    }
  }
  await Promise.all(world.workers.map((_, place) => askOneOf(place, random.fork())))
  return { counts, wrong, over }
}

function kindOf(outcome: WorkerOutcome): 'token' | 'provider_unavailable' | 'store_unavailable' | 'over' | 'wrong' {
  if ('token' in outcome) return 'token'
  if (outcome.code === 'provider_unavailable' || outcome.code === 'store_unavailable') return outcome.code
  return outcome.code === 'reauthorization_required' && outcome.reason === 'rotation_outcome_unknown' ? 'over' : 'wrong'
}
