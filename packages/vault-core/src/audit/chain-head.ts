import type { ChainPlace, Checkpoint } from './checkpoint.js'

/** The end of the chain that grows, and where it begins by now. One document, replaced as a whole by compare-and-swap. */
export interface ChainHead {
  readonly v: 1
  /** Takes the entries to come. */
  readonly open: Checkpoint
  /** It takes no more: it is to be kept as a checkpoint of its own, and the next one opened. */
  readonly isClosed: boolean
  /** What came up to here is pruned by age, and the chain is verified from here on. */
  readonly anchor: ChainPlace & {
    /** Number of the first checkpoint that may not be removed yet; null when all up to the anchor are, and their entries. */
    readonly pruningFrom: number | null
  }
  /** When the chain had to be begun anew, as what it should have gone on from was not there. */
  readonly restarts: readonly ChainRestart[]
}

export interface ChainRestart {
  /** `head_missing`, `head_changed`: the head was removed, or changed by somebody without the key. `went_back`: an earlier state had been put back. */
  readonly reason: 'head_missing' | 'head_changed' | 'went_back'
  /** Checkpoints up to this sequence were taken over, or, for `went_back`, had been there. */
  readonly sequence: number
  readonly atMs: number
}

/** Many more than ever happen by chance; what is beyond tells nothing new. */
const MAX_RESTARTS = 20

/** The head with one restart more. */
export function withRestart(head: ChainHead, restart: ChainRestart): ChainHead {
  return { ...head, restarts: [...head.restarts, restart].slice(0, MAX_RESTARTS) }
}

/** Whether it is on record that what this chain had up to a sequence was lost, or as much is on record as there is room for. */
export function tellsOfLoss({ restarts }: ChainHead, sequence: number): boolean {
  return restarts.length >= MAX_RESTARTS || restarts.some((restart) => restart.reason === 'went_back' && restart.sequence >= sequence)
}
