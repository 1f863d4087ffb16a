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

/** What the process holds after a collection, megabytes. */
export function heldMb(): number {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 1e6
}
