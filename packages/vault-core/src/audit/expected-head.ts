import { VaultError } from '../errors.js'
import type { AuditEntry } from '../storage/contract.js'
import type { AuditProblem } from './audit-problem.js'
import type { ChainDocuments } from './chain-documents.js'
import { type Checkpoint, emptyCheckpoint, extendCheckpoint } from './checkpoint.js'

/** A place in the chain: who keeps it elsewhere can tell later whether the log still leads through it. */
export interface AuditHead {
  /** Of the last entry that the chain has; 0 before the first. */
  readonly sequence: number
  /** Keyed, and over all entries up to that one. Empty before the first. */
  readonly mac: string
}

/** Looks out for a head while the chain is walked. */
export interface ExpectedHead {
  /** The chain leads through this place. */
  pass(sequence: number, mac: string): void
  /** The chain leads through these entries, in this checkpoint. */
  passWithin(checkpoint: Checkpoint, entries: readonly AuditEntry[]): Promise<void>
  /** What is wrong with it, at the end of the chain. @param prunedThrough - Last sequence that retention took. */
  problem(prunedThrough: number): AuditProblem | undefined
}

export function expectHead({ sequence: at, mac }: AuditHead, chainDocuments: ChainDocuments): ExpectedHead {
  // Before the first entry is where every log has been.
  let isReached = at === 0 && mac === ''
  const pass = (sequence: number, passed: string): void => {
    if (sequence === at && passed === mac) isReached = true
  }
  return {
    pass,
    async passWithin(checkpoint, entries) {
      const { number, afterSequence, throughSequence, previousMark } = checkpoint
      if (at <= afterSequence || at > throughSequence) return
      const start = emptyCheckpoint({ number: number - 1, throughSequence: afterSequence, mark: previousMark })
      const partly = extendCheckpoint(
        start,
        entries.filter(({ sequence }) => sequence <= at),
      )
      pass(partly.throughSequence, await chainDocuments.markOf(partly))
    },
    problem(prunedThrough) {
      if (isReached) return undefined
      return { kind: at < prunedThrough ? 'head_pruned' : 'head_not_reached', sequence: at }
    },
  }
}

/** @throws {VaultError} `invalid_request`. */
export function assertHead(head: AuditHead): void {
  const { sequence, mac } = head ?? {}
  if (Number.isSafeInteger(sequence) && sequence >= 0 && typeof mac === 'string') return
  const problem = 'must be a head that `audit.head()` returned: `{ sequence, mac }`'
  throw new VaultError('invalid_request', `\`expect\` ${problem}.`, { fields: { expect: problem } })
}
