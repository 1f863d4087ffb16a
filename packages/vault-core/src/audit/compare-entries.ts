import type { AuditEntry } from '../storage/contract.js'
import type { AuditProblem } from './audit-problem.js'
import { type Checkpoint, emptyCheckpoint, extendCheckpoint, recordedTags, tagOf } from './checkpoint.js'

/** An entry, and whether it carries the vault's mark. */
export interface CheckedEntry {
  readonly entry: AuditEntry
  readonly isGenuine: boolean
}

/** What is wrong with the entries in the range of a checkpoint. */
export function compareEntries(checkpoint: Checkpoint, checked: readonly CheckedEntry[]): readonly AuditProblem[] {
  const { number, afterSequence, previousMark } = checkpoint
  const entries = checked.map(({ entry }) => entry)
  const start = emptyCheckpoint({ number: number - 1, throughSequence: afterSequence, mark: previousMark })
  const isSame = extendCheckpoint(start, entries).digest === checkpoint.digest
  const problems = isSame ? problemsOfAlone(checked) : differences(checkpoint, checked)
  // Tags are short: where they see nothing, the digest still does.
  return isSame || problems.length > 0 ? problems : [{ kind: 'checkpoint_changed', checkpoint: number, sequence: afterSequence }]
}

/** What is wrong with entries that no checkpoint tells of. */
export function problemsOfAlone(checked: readonly CheckedEntry[]): readonly AuditProblem[] {
  return checked.filter(({ isGenuine }) => !isGenuine).map(({ entry: { sequence, id } }) => ({ kind: 'changed', sequence, id }))
}

function differences(checkpoint: Checkpoint, checked: readonly CheckedEntry[]): readonly AuditProblem[] {
  const recorded = recordedTags(checkpoint)
  const recordedAnywhere = new Set(recorded.values())
  const there = new Set(checked.map(({ entry }) => entry.sequence))
  const missing = [...recorded.keys()]
    .filter((sequence) => !there.has(sequence))
    .map((sequence): AuditProblem => ({ kind: 'missing', sequence }))
  const wrong = checked.flatMap(({ entry, isGenuine }): readonly AuditProblem[] => {
    const { sequence, id } = entry
    const was = recorded.get(sequence)
    const is = tagOf(entry)
    if (was === undefined) return [{ kind: 'inserted', sequence, id }]
    if (was === is && isGenuine) return []
    return [{ kind: was !== is && isGenuine && recordedAnywhere.has(is) ? 'moved' : 'changed', sequence, id }]
  })
  return [...missing, ...wrong].sort((a, b) => sequenceOf(a) - sequenceOf(b))
}

function sequenceOf(problem: AuditProblem): number {
  return 'sequence' in problem ? problem.sequence : 0
}
