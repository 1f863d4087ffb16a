import type { Log } from '../log.js'
import type { AuditStore } from '../storage/contract.js'
import type { ChainDocuments, StoredHead } from './chain-documents.js'
import { type ChainHead, type ChainRestart, tellsOfLoss, withRestart } from './chain-head.js'
import { CHAIN_START, type ChainPlace, type Checkpoint, continues, emptyCheckpoint, extendCheckpoint } from './checkpoint.js'

/**
 * The chain of checkpoints over the log. It is made behind the appends, by any process that comes by: so an append costs nothing
 * more, and waits for nobody. Each step is one compare-and-swap of the head; a process that dies between two leaves the next to go on.
 */
export interface AuditChain {
  /** Resolves when the chain has a head. To be waited for before the first entry, so that a head that is missing later was removed. */
  begun(): Promise<void>
  /** Takes in what was appended since the last time, and returns the head as it is then. */
  extend(): Promise<ChainHead>
  /** Lets go of whole checkpoints whose last entry is older than this by the store's clock, and of their entries. */
  prune(beforeMs: number): Promise<void>
}

export interface AuditChainParts {
  readonly chainDocuments: ChainDocuments
  readonly audit: AuditStore
  readonly tenant: string
  readonly storeNow: () => Promise<number>
  readonly log: Log
}

/** Most entries of a checkpoint. */
const CHECKPOINT_ENTRIES = 1_000
/** A checkpoint takes no more entries when its first is so old: what is pruned by age goes a whole checkpoint at a time. */
const CHECKPOINT_AGE_MS = 86_400_000
/** Two for each checkpoint: half a million entries; what is beyond is taken in by the next pass. */
const MAX_STEPS = 1_000
/** Most checkpoints that one pass prunes. */
const PRUNED_AT_ONCE = 200

export function createAuditChain(parts: AuditChainParts): AuditChain {
  const { chainDocuments, audit, tenant, storeNow, log } = parts
  let hasBegun: Promise<void> | undefined
  let last: Promise<unknown> = Promise.resolve()
  /** The chain as this process saw it last: it must go on from there. */
  let seen: ChainHead | undefined

  /** One after the other, or this process would see the head go back by itself. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }

  async function readOrBegin(): Promise<StoredHead> {
    for (;;) {
      const stored = await chainDocuments.readHead()
      if (stored !== 'missing' && 'head' in stored) return stored
      const isMissing = stored === 'missing'
      await chainDocuments.putHead(await firstHead(isMissing), isMissing ? 'absent' : stored.changed.version)
    }
  }

  /** Where nothing is there yet, the beginning. Else the head was removed or changed: what is left of the chain is gone on from, and the new head says so. */
  async function firstHead(isMissing: boolean): Promise<ChainHead> {
    const listed = await chainDocuments.listCheckpoints()
    const hasEntries = (await audit.list({ tenant, limit: 1 })).length > 0
    const checkpoints = listed.flatMap(({ checkpoint }) => checkpoint ?? []).sort((a, b) => a.number - b.number)
    const [oldest] = checkpoints
    const newest = checkpoints.at(-1)
    const anchor: ChainPlace = oldest
      ? { number: oldest.number - 1, throughSequence: oldest.afterSequence, mark: oldest.previousMark }
      : CHAIN_START
    const head: ChainHead = {
      v: 1,
      open: emptyCheckpoint(newest ? await placeAfter(newest) : CHAIN_START),
      isClosed: false,
      anchor: { ...anchor, pruningFrom: null },
      restarts: [],
    }
    if (isMissing && listed.length === 0 && !hasEntries) return head
    return restarted(head, { reason: isMissing ? 'head_missing' : 'head_changed', sequence: newest?.throughSequence ?? 0 })
  }

  async function placeAfter(checkpoint: Checkpoint): Promise<ChainPlace> {
    const { number, throughSequence } = checkpoint
    return { number, throughSequence, mark: await chainDocuments.markOf(checkpoint) }
  }

  async function restarted(head: ChainHead, { reason, sequence }: Omit<ChainRestart, 'atMs'>): Promise<ChainHead> {
    log.error({ reason, sequence }, 'The chain of the audit log is not as the vault left it. It goes on, and `verify` tells of it.')
    return withRestart(head, { reason, sequence, atMs: await storeNow() })
  }

  /** The newest head. One that an earlier state was put back for is marked so. */
  async function currentHead(): Promise<StoredHead> {
    for (;;) {
      const stored = await readOrBegin()
      const { head, version } = stored
      const missed = seen && !(await goesOn(head, seen)) ? seen.open.throughSequence : undefined
      if (missed === undefined || tellsOfLoss(head, missed)) {
        seen = head
        return stored
      }
      await chainDocuments.putHead(await restarted(head, { reason: 'went_back', sequence: missed }), version)
    }
  }

  /** Whether a head is what can have become of an earlier one. What was pruned or removed meanwhile tells nothing: for removals there is `verify`. */
  async function goesOn(head: ChainHead, earlier: ChainHead): Promise<boolean> {
    const { number } = earlier.open
    if (head.open.number < number || head.anchor.number < earlier.anchor.number) return false
    if (head.open.number === number) return continues(head.open, earlier.open)
    const kept = await chainDocuments.readCheckpoint(number)
    return kept === 'missing' || kept === 'changed' || continues(kept, earlier.open)
  }

  /** What comes after this head, or undefined when there is nothing to do. */
  async function nextHead(head: ChainHead): Promise<ChainHead | undefined> {
    const { open, isClosed } = head
    if (isClosed) {
      await chainDocuments.keepCheckpoint(open)
      return { ...head, open: emptyCheckpoint(await placeAfter(open)), isClosed: false }
    }
    // In a step of its own, as no other process may add to it then.
    if (open.count > 0 && (await storeNow()) - open.fromMs >= CHECKPOINT_AGE_MS) return { ...head, isClosed: true }
    const entries = await audit.list({ tenant, afterSequence: open.throughSequence, limit: CHECKPOINT_ENTRIES - open.count })
    if (entries.length === 0) return undefined
    const extended = extendCheckpoint(open, entries)
    return { ...head, open: extended, isClosed: extended.count === CHECKPOINT_ENTRIES }
  }

  async function extend(): Promise<ChainHead> {
    for (let step = 0; ; step++) {
      const { head, version } = await currentHead()
      const next = step < MAX_STEPS ? await nextHead(head) : undefined
      if (!next) return head
      await chainDocuments.putHead(next, version)
    }
  }

  /** The last checkpoint that is old enough. Those that cannot be read go with the one after them. */
  async function lastBefore(head: ChainHead, beforeMs: number): Promise<Checkpoint | undefined> {
    let found: Checkpoint | undefined
    const first = head.anchor.number + 1
    for (let number = first; number < Math.min(head.open.number, first + PRUNED_AT_ONCE); number++) {
      const checkpoint = await chainDocuments.readCheckpoint(number)
      if (checkpoint === 'missing' || checkpoint === 'changed') continue
      if (checkpoint.throughMs >= beforeMs) break
      found = checkpoint
    }
    return found
  }

  /** The anchor moves first: whoever verifies meanwhile looks for nothing that is about to go. */
  async function prune(beforeMs: number): Promise<void> {
    const { head, version } = await currentHead()
    if (head.anchor.pruningFrom !== null) return finishPruning({ head, version })
    const through = await lastBefore(head, beforeMs)
    if (!through) return
    const anchor = { ...(await placeAfter(through)), pruningFrom: head.anchor.number + 1 }
    const restarts = head.restarts.filter(({ sequence }) => sequence >= anchor.throughSequence)
    const moved: ChainHead = { ...head, anchor, restarts }
    if (await chainDocuments.putHead(moved, version)) await finishPruning(await currentHead())
  }

  /** A checkpoint at a time, as no step of the store should take long. */
  async function finishPruning({ head, version }: StoredHead): Promise<void> {
    const { anchor } = head
    if (anchor.pruningFrom === null) return
    for (let number = anchor.pruningFrom; number <= anchor.number; number++) {
      const checkpoint = await chainDocuments.readCheckpoint(number)
      const isRead = checkpoint !== 'missing' && checkpoint !== 'changed'
      if (isRead) await audit.prune({ tenant, throughSequence: checkpoint.throughSequence })
      await chainDocuments.removeCheckpoint(number)
    }
    await audit.prune({ tenant, throughSequence: anchor.throughSequence })
    await chainDocuments.putHead({ ...head, anchor: { ...anchor, pruningFrom: null } }, version)
  }

  return {
    begun() {
      hasBegun ??= inTurn(readOrBegin).then(
        () => undefined,
        (error: unknown) => {
          hasBegun = undefined
          throw error
        },
      )
      return hasBegun
    },
    extend: () => inTurn(extend),
    prune: (beforeMs) => inTurn(() => prune(beforeMs)),
  }
}

/** The newest place of the chain. */
export async function placeOfHead({ open }: ChainHead, chainDocuments: ChainDocuments): Promise<ChainPlace> {
  if (open.count === 0) return { number: open.number - 1, throughSequence: open.afterSequence, mark: open.previousMark }
  return { number: open.number, throughSequence: open.throughSequence, mark: await chainDocuments.markOf(open) }
}
