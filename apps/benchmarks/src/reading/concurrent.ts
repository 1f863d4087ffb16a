import type { Contender } from '../contender.ts'

/** How often each of them asks in one run: so often that their beginning and their end, when fewer are at work, do not count for much. */
const CALLS_EACH = 8

/** So many callers at a time, each of whom asks again as soon as it was answered, for one user after the other. */
export function concurrently(
  name: string,
  callers: number,
  userIds: readonly string[],
  ask: (userId: string) => Promise<unknown>,
): Contender {
  let next = 0
  const caller = async (): Promise<void> => {
    for (let call = 0; call < CALLS_EACH; call++) {
      next = (next + 1) % userIds.length
      await ask(userIds[next] ?? '')
    }
  }
  return { name, calls: callers * CALLS_EACH, run: () => Promise.all(Array.from({ length: callers }, caller)) }
}
