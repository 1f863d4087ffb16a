import { parentPort, workerData } from 'node:worker_threads'
import { FUZZ_COUNTS, fuzz } from './fuzz.js'

// One of several workers: takes every n-th seed, and tells of each.
interface Orders {
  readonly first: number
  readonly count: number
  readonly step: number
  readonly withTrace: boolean
}

const { first, count, step, withTrace } = workerData as Orders
// Stacks hold no secret of their own, and are the half of what an error costs.
Error.stackTraceLimit = 2
let unhandled: { readonly error: unknown } | undefined
process.on('unhandledRejection', (error) => {
  unhandled = { error }
})

for (let n = 0; n < count; n++) {
  const { seed, violations, trace, counts } = await fuzz(first + n * step)
  const all = unhandled ? [...violations, `A rejection was not handled: ${nameOf(unhandled.error)}`] : violations
  unhandled = undefined
  if (all.length > 0 || withTrace) parentPort?.postMessage({ kind: 'run', seed, violations: all, trace: withTrace ? trace : [] })
  parentPort?.postMessage({ kind: 'tally', runs: 1, ...Object.fromEntries(FUZZ_COUNTS.map((name) => [name, counts[name]])) })
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : typeof error
}
