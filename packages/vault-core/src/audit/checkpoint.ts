import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { fromBase64, toBase64url } from '../crypto/base64.js'
import { lengthPrefixed } from '../crypto/length-prefixed.js'
import type { AuditEntry } from '../storage/contract.js'

/**
 * Entries of the log in their order, and through the mark of the checkpoint before, all that came before them. One that is marked
 * says which entries there were, and what stood in each.
 */
export interface Checkpoint {
  readonly v: 1
  /** 1 for the first; none is left out. */
  readonly number: number
  /** Mark of the checkpoint before; empty for the first. */
  readonly previousMark: string
  /** The last sequence of the checkpoint before. */
  readonly afterSequence: number
  /** The last sequence of this one. */
  readonly throughSequence: number
  /** Store time of the first entry, and of the last; 0 while there is none. */
  readonly fromMs: number
  readonly throughMs: number
  readonly count: number
  /** The sequences, as runs: the first of each, and how many follow one another. */
  readonly runs: readonly (readonly [first: number, length: number])[]
  /** Of each entry the first 48 bits of its hash, in base64url: says which entry is not as it was. */
  readonly tags: string
  /** SHA-256 over all of them in their order, base64url: says that all are as they were. */
  readonly digest: string
}

/** Where a chain of checkpoints goes on. */
export interface ChainPlace {
  readonly number: number
  readonly throughSequence: number
  readonly mark: string
}

/** Before the first checkpoint. */
export const CHAIN_START: ChainPlace = { number: 0, throughSequence: 0, mark: '' }

const TAG_BYTES = 6
const TAG_LENGTH = 8

export function emptyCheckpoint({ number, throughSequence, mark }: ChainPlace): Checkpoint {
  return {
    v: 1,
    number: number + 1,
    previousMark: mark,
    afterSequence: throughSequence,
    throughSequence,
    fromMs: 0,
    throughMs: 0,
    count: 0,
    runs: [],
    tags: '',
    digest: '',
  }
}

/** The checkpoint with these entries behind those that it has. In how many steps they come makes no difference. */
export function extendCheckpoint(checkpoint: Checkpoint, entries: readonly AuditEntry[]): Checkpoint {
  const [first] = entries
  const last = entries.at(-1)
  if (!first || !last) return checkpoint
  const runs = [...checkpoint.runs]
  let { tags } = checkpoint
  let digest = fromBase64(checkpoint.digest) ?? new Uint8Array()
  for (const entry of entries) {
    const hash = hashOf(entry)
    tags += tagOfHash(hash)
    digest = sha256(lengthPrefixed([digest, String(entry.sequence), hash]))
    addToRuns(runs, entry.sequence)
  }
  return {
    ...checkpoint,
    throughSequence: last.sequence,
    fromMs: checkpoint.count === 0 ? first.atMs : checkpoint.fromMs,
    throughMs: last.atMs,
    count: checkpoint.count + entries.length,
    runs,
    tags,
    digest: toBase64url(digest),
  }
}

/** The entries that a checkpoint had, by sequence, each with its tag. */
export function recordedTags({ runs, tags }: Checkpoint): ReadonlyMap<number, string> {
  const recorded = new Map<number, string>()
  for (const [first, length] of runs) {
    for (let sequence = first; sequence < first + length; sequence++) {
      const at = recorded.size * TAG_LENGTH
      recorded.set(sequence, tags.slice(at, at + TAG_LENGTH))
    }
  }
  return recorded
}

export function tagOf(entry: AuditEntry): string {
  return tagOfHash(hashOf(entry))
}

/** Whether the later one is the earlier one, or what became of it as entries were added. */
export function continues(later: Checkpoint, earlier: Checkpoint): boolean {
  const { number, previousMark, count, tags } = earlier
  return later.number === number && later.previousMark === previousMark && later.count >= count && later.tags.startsWith(tags)
}

/** All that the store says of an entry but for its place. */
function hashOf({ id, subject, atMs, data }: AuditEntry): Uint8Array {
  return sha256(utf8ToBytes(JSON.stringify([id, subject ?? null, atMs, data])))
}

function tagOfHash(hash: Uint8Array): string {
  return toBase64url(hash.subarray(0, TAG_BYTES))
}

function addToRuns(runs: (readonly [first: number, length: number])[], sequence: number): void {
  const [first = 0, length = 0] = runs.at(-1) ?? []
  if (length > 0 && sequence === first + length) runs[runs.length - 1] = [first, length + 1]
  else runs.push([sequence, 1])
}
