import { inTurn } from '../alternate.ts'
import { startChild } from '../child-process.ts'
import type { Line, Settings } from '../row.ts'
import type { WayAnswers, WayWork } from './way.process.ts'

/** Runs each way in a process of its own, in turn: an application has one of them, and what one does to the compiler is not for the others to bear. */
export async function apart(
  names: readonly string[],
  floors: readonly string[],
  work: Omit<WayWork, 'name'>,
  settings: Settings,
): Promise<readonly Line[]> {
  const ways = names.map((name) => ({ name, child: startChild<WayAnswers>(new URL('way.process.ts', import.meta.url)) }))
  try {
    const runners = ways.map(({ name, child }) => ({
      name,
      warmUp: () => child.ask('warmUp', { ...work, name, settings }),
      round: () => child.ask('round', settings),
    }))
    return await inTurn(runners, floors, settings)
  } finally {
    await Promise.all(ways.map(({ child }) => child.end()))
  }
}
