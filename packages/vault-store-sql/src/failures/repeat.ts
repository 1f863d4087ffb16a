import { setTimeout as sleep } from 'node:timers/promises'
import type { RunOptions } from '../sql-database.js'
import { classifyFailure, type FailureKind } from './classify.js'

/**
 * How often and how long apart work is repeated. What the database took back is repeated soon and often: its rivals are
 * through in milliseconds. A server that is away gets about two seconds: a restart takes that long, and callers wait.
 */
const REPEATS: Readonly<Record<FailureKind, { readonly times: number; readonly firstMs: number; readonly mostMs: number }>> = {
  undone: { times: 50, firstMs: 2, mostMs: 40 },
  unreachable: { times: 8, firstMs: 50, mostMs: 500 },
  unknown: { times: 8, firstMs: 50, mostMs: 500 },
  final: { times: 0, firstMs: 0, mostMs: 0 },
}

/**
 * Nothing is repeated later than this after the first failure: a host that does not answer, or a lock that is not let go, takes
 * seconds for each try.
 */
const REPEATED_FOR_MS = 5_000

/** Does the work, and does it again where a failure allows that. The last failure is thrown as it came. */
export async function repeatSafely<T>(
  work: () => Promise<T>,
  { once = false, isGivenUp }: RunOptions & { readonly isGivenUp: () => boolean },
): Promise<T> {
  let failedAtMs: number | undefined
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      const kind = classifyFailure(error)
      const { times, firstMs, mostMs } = REPEATS[kind]
      failedAtMs ??= performance.now()
      const isLate = performance.now() - failedAtMs >= REPEATED_FOR_MS
      if (tries > times || isLate || isGivenUp() || (kind === 'unknown' && once)) throw error
      await sleep(Math.min(mostMs, firstMs * 2 ** (tries - 1)) * (0.5 + Math.random()))
    }
  }
}
