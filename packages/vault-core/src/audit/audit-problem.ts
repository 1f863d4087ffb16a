import type { ChainRestart } from './chain-head.js'

/** One thing that is not as the vault left it. */
export type AuditProblem =
  /** An entry does not say what it said, or was not written by the vault. */
  | { readonly kind: 'changed'; readonly sequence: number; readonly id: string }
  /** An entry that the chain has is not there. */
  | { readonly kind: 'missing'; readonly sequence: number }
  /** An entry stands where the chain has none. */
  | { readonly kind: 'inserted'; readonly sequence: number; readonly id: string }
  /** An entry stands at another one's place. */
  | { readonly kind: 'moved'; readonly sequence: number; readonly id: string }
  /** Entries after one sequence and through the other cannot be compared with their checkpoint: it was removed, or it was changed. */
  | {
      readonly kind: 'checkpoint_missing' | 'checkpoint_changed'
      readonly checkpoint: number
      readonly sequence: number
    }
  /** A document stands among the checkpoints that the vault did not put there. `checkpoint`: its number, if it has one. */
  | { readonly kind: 'checkpoint_inserted'; readonly checkpoint: number | undefined }
  /** The head of the chain was removed or changed, or an earlier state of the chain put back, and the vault went on from what was left. */
  | { readonly kind: 'chain_restarted'; readonly reason: ChainRestart['reason']; readonly sequence: number; readonly at: Date }
  /** The chain does not lead through the head that was expected: what came up to there was replaced, or the end of the log removed. */
  | { readonly kind: 'head_not_reached'; readonly sequence: number }
  /** The head that was expected is older than what retention has left, so that nothing can be said of it. */
  | { readonly kind: 'head_pruned'; readonly sequence: number }

/** Gathers problems, as many as anybody reads. */
export interface AuditProblems {
  add(problem: AuditProblem): void
  addAll(problems: readonly AuditProblem[]): void
  readonly all: readonly AuditProblem[]
  readonly count: number
}

const MAX_TOLD = 1_000

export function createAuditProblems(): AuditProblems {
  const all: AuditProblem[] = []
  let count = 0
  const add = (problem: AuditProblem): void => {
    count += 1
    if (all.length < MAX_TOLD) all.push(problem)
  }
  return {
    add,
    addAll: (problems) => problems.forEach(add),
    all,
    get count() {
      return count
    },
  }
}
