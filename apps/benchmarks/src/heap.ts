import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Collect = (options?: { readonly type: 'minor' | 'major' }) => void

let collector: Collect | undefined

/** Collects what nobody holds any more: all of it, or (`minor`) what was made lately. */
export function collect(type: 'minor' | 'major' = 'major'): void {
  collector ??= findCollector()
  collector({ type })
}

function findCollector(): Collect {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as Collect
}

/** What the process holds after a collection, megabytes. Memory beside the heap is freed by another thread, a little later. */
export async function heldMb(): Promise<number> {
  collect()
  await setTimeout(SWEPT_AFTER_MS)
  collect()
  await setTimeout(SWEPT_AFTER_MS)
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 1e6
}

const SWEPT_AFTER_MS = 200
