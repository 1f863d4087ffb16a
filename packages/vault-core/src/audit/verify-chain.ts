import type { AuditEntry, AuditStore } from '../storage/contract.js'
import { type AuditProblem, type AuditProblems, createAuditProblems } from './audit-problem.js'
import { type AuditChain, placeOfHead } from './chain.js'
import type { ChainDocuments } from './chain-documents.js'
import type { ChainHead } from './chain-head.js'
import { type CheckedEntry, compareEntries, problemsOfAlone } from './compare-entries.js'
import { createEntryReader } from './entry-reader.js'
import { type AuditHead, assertHead, type ExpectedHead, expectHead } from './expected-head.js'

export interface VerifyOptions {
  /** A head that `audit.head()` or `audit.verify()` returned before, kept where whoever can write the database cannot. */
  readonly expect?: AuditHead
  /** Ends it, with the signal's reason. */
  readonly signal?: AbortSignal
}

/** What `audit.verify()` found. */
export type AuditVerification =
  | { readonly ok: true; readonly entries: number; readonly head: AuditHead }
  | {
      readonly ok: false
      /** Entries that are there. */
      readonly entries: number
      readonly head: AuditHead
      /** The first thousand. */
      readonly problems: readonly AuditProblem[]
      readonly problemCount: number
    }

export interface VerifyParts {
  readonly chain: AuditChain
  readonly chainDocuments: ChainDocuments
  readonly audit: AuditStore
  readonly tenant: string
  /** Whether an entry carries the vault's mark. */
  readonly isGenuine: (entry: AuditEntry) => Promise<boolean>
}

/** What another process prunes meanwhile is looked for in vain: then all is looked at anew. That is rare, and never five times in a row. */
const MAX_TRIES = 5

/** Makes `audit.verify`: compares the whole log with its chain, and each entry with its own mark. */
export function createVerifyChain(parts: VerifyParts): (options?: VerifyOptions) => Promise<AuditVerification> {
  return async (options = {}) => {
    if (options.expect !== undefined) assertHead(options.expect)
    for (let tries = 1; ; tries++) {
      const { head, found } = await verifyOnce(parts, options)
      if (found.ok || tries === MAX_TRIES) return found
      if ((await parts.chain.extend()).anchor.number === head.anchor.number) return found
    }
  }
}

async function verifyOnce(
  parts: VerifyParts,
  { expect, signal }: VerifyOptions,
): Promise<{ readonly head: ChainHead; readonly found: AuditVerification }> {
  const { chain, chainDocuments, isGenuine } = parts
  const problems = createAuditProblems()
  const head = await chain.extend()
  const { anchor, restarts } = head
  const expected = expect && expectHead(expect, chainDocuments)
  const reader = createEntryReader({ ...parts, signal })
  let entries = 0
  const check = async (entry: AuditEntry): Promise<CheckedEntry> => {
    entries += 1
    return { entry, isGenuine: await isGenuine(entry) }
  }

  for (const { reason, sequence, atMs } of restarts) problems.add({ kind: 'chain_restarted', reason, sequence, at: new Date(atMs) })
  // While they are being pruned, they may be there.
  const pruned = await reader.through(anchor.throughSequence)
  if (anchor.pruningFrom === null) problems.addAll(pruned.map(({ sequence, id }) => ({ kind: 'inserted', sequence, id })))
  await walkCheckpoints(head, chainDocuments, problems, expected, async (sequence) =>
    Promise.all((await reader.through(sequence)).map(check)),
  )
  // Appended since the chain was extended.
  for await (const entry of reader.rest()) problems.addAll(problemsOfAlone([await check(entry)]))
  await addInsertedCheckpoints(parts, problems)
  const unexpected = expected?.problem(anchor.throughSequence)
  if (unexpected) problems.add(unexpected)

  const { throughSequence, mark } = await placeOfHead(head, chainDocuments)
  const seen = { entries, head: { sequence: throughSequence, mac: mark } }
  if (problems.count === 0) return { head, found: { ok: true, ...seen } }
  return { head, found: { ok: false, ...seen, problems: problems.all, problemCount: problems.count } }
}

/** @param checkThrough - The entries after those that were read before, through a sequence. */
async function walkCheckpoints(
  { anchor, open }: ChainHead,
  chainDocuments: ChainDocuments,
  problems: AuditProblems,
  expected: ExpectedHead | undefined,
  checkThrough: (sequence: number) => Promise<readonly CheckedEntry[]>,
): Promise<void> {
  let throughSequence = anchor.throughSequence
  /** Of the checkpoint before; undefined when that cannot be read. */
  let mark: string | undefined = anchor.mark
  expected?.pass(throughSequence, mark)
  for (let number = anchor.number + 1; number <= open.number; number++) {
    const checkpoint = number === open.number ? open : await chainDocuments.readCheckpoint(number)
    if (checkpoint === 'missing' || checkpoint === 'changed') {
      problems.add({ kind: `checkpoint_${checkpoint}`, checkpoint: number, sequence: throughSequence })
      mark = undefined
      continue
    }
    const isLinked = checkpoint.previousMark === mark && checkpoint.afterSequence === throughSequence
    if (mark !== undefined && !isLinked) problems.add({ kind: 'checkpoint_changed', checkpoint: number, sequence: throughSequence })
    // Those of checkpoints that cannot be read.
    problems.addAll(problemsOfAlone(await checkThrough(checkpoint.afterSequence)))
    const checked = await checkThrough(checkpoint.throughSequence)
    problems.addAll(compareEntries(checkpoint, checked))
    const entries = checked.map(({ entry }) => entry)
    await expected?.passWithin(checkpoint, entries)
    throughSequence = checkpoint.throughSequence
    mark = await chainDocuments.markOf(checkpoint)
    expected?.pass(throughSequence, mark)
  }
}

/** What carries the vault's mark was put there by the vault, if only by a process that was suspended meanwhile. */
async function addInsertedCheckpoints({ chain, chainDocuments }: VerifyParts, problems: AuditProblems): Promise<void> {
  const listed = await chainDocuments.listCheckpoints()
  const { anchor, open } = await chain.extend()
  for (const { number, checkpoint } of listed) {
    // Those between are looked at one by one.
    const isBetween = number !== undefined && number > anchor.number && number < open.number
    if (!checkpoint && !isBetween) problems.add({ kind: 'checkpoint_inserted', checkpoint: number })
  }
}
