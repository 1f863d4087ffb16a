import type { Runtime } from '../../runtime.js'
import type { DocumentKey, DocumentRow, DocumentStore } from '../../storage/contract.js'

/** Whether a refresh worker runs over the store, in whatever process. Then tokens of connections that do not say are refreshed ahead. */
export interface WorkerPresence {
  /** As far as this process knows: it hears of a change within a minute. */
  readonly isThere: boolean
  /** Looks, if that was not done just now. A store that is away changes nothing. */
  look(): Promise<void>
  /** One runs in this very process, or does not any more. */
  runsHere(isRunning: boolean): void
}

/** What the workers of all processes share. Times are the store's. */
export interface WorkerState {
  readonly v: 1
  /** When one that refreshes ahead last said that it is there. */
  readonly aheadAtMs: number | null
  /** When one that retires idle credentials first ran. */
  readonly retiringSinceMs: number | null
  /** The walk through all credentials that is under way, and who is at it. */
  readonly walk: { readonly owner: string; readonly untilMs: number; readonly cursor: string | null } | null
  /** When the last walk ended. */
  readonly walkedAtMs: number | null
}

/** Workers say so often that they are there. */
export const PRESENT_EVERY_MS = 60_000
/** Without a word for so long none is there: a deployment may take some minutes. */
const PRESENT_FOR_MS = 300_000
const LOOK_EVERY_MS = 60_000

/** Where they share it. */
export function workerDocument(tenant: string): DocumentKey {
  return { tenant, kind: 'refresh-worker', id: 'state' }
}

export function workerStateOf(row: DocumentRow | null): WorkerState {
  return row ? (JSON.parse(row.data) as WorkerState) : { v: 1, aheadAtMs: null, retiringSinceMs: null, walk: null, walkedAtMs: null }
}

export function createWorkerPresence(parts: {
  readonly documents: DocumentStore
  readonly storeNow: () => Promise<number>
  readonly tenant: string
  readonly runtime: Runtime
}): WorkerPresence {
  const { documents, storeNow, tenant, runtime } = parts
  let lookedAtMs = Number.NEGATIVE_INFINITY
  let isElsewhere = false
  let isHere = false
  return {
    get isThere() {
      return isHere || isElsewhere
    },
    async look() {
      const nowMs = runtime.clock.monotonic()
      if (isHere || nowMs - lookedAtMs < LOOK_EVERY_MS) return
      lookedAtMs = nowMs
      try {
        const { aheadAtMs } = workerStateOf(await documents.get(workerDocument(tenant)))
        isElsewhere = aheadAtMs !== null && (await storeNow()) - aheadAtMs < PRESENT_FOR_MS
      } catch {
        // What was known before is the best guess.
      }
    },
    runsHere(isRunning) {
      isHere = isRunning
    },
  }
}
