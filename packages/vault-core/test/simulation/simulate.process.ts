import { parentPort, workerData } from 'node:worker_threads'
import { simulate } from './simulate.js'

// One of several workers: takes every n-th seed, and tells of each batch.
interface Orders {
  readonly first: number
  readonly count: number
  readonly step: number
  readonly withTrace: boolean
}

const { first, count, step, withTrace } = workerData as Orders
const BATCH = 200
let unhandled: unknown
process.on('unhandledRejection', (error) => {
  unhandled = error
})

let tally = { runs: 0, events: 0, requests: 0, crashes: 0, lost: 0 }
const tell = (): void => {
  parentPort?.postMessage({ kind: 'tally', ...tally })
  tally = { runs: 0, events: 0, requests: 0, crashes: 0, lost: 0 }
}
for (let n = 0; n < count; n++) {
  const { seed, violations, trace, events, requests, crashes, lost } = await simulate(first + n * step)
  tally = {
    runs: tally.runs + 1,
    events: tally.events + events,
    requests: tally.requests + requests,
    crashes: tally.crashes + crashes,
    lost: tally.lost + lost,
  }
  const all = unhandled === undefined ? violations : [...violations, `A rejection was not handled: ${String(unhandled)}`]
  unhandled = undefined
  if (all.length > 0 || withTrace) parentPort?.postMessage({ kind: 'run', seed, violations: all, trace: withTrace ? trace : [] })
  if (tally.runs === BATCH) tell()
}
tell()
