import type { ConnectionInput, VaultErrorCode } from '../../../src/index.js'
import type { Call, Scene } from './scene.js'

/** One line of the published table, and how its event is produced. What it says is asserted, and compared with the published text. */
export interface MatrixLine {
  /** Row of the failure matrix. Some rows have several lines. */
  readonly row: number
  readonly event: string
  /** What the caller sees while the old token lives, and when it has ended. Undefined where the event does not come with such a token. */
  readonly lives: Sight | undefined
  readonly ended: Sight | undefined
  /** Refresh requests that left, from first to last. */
  readonly requests: number
  /** Status in `listCredentials`, and the reason if there is one: `active`, `active (network)`. */
  readonly status: string
  /** Types, in order; all but `refresh_started`. */
  readonly events: readonly string[]
  readonly setting?: Setting
  /** Makes it happen, and returns the call that the line tells of. */
  readonly happen: (scene: Scene) => Promise<Call>
}

/** What is different about the world of a line. */
export interface Setting {
  readonly connection?: Partial<ConnectionInput>
  /** Lifetime that the provider states, seconds; null for none. Default: an hour. */
  readonly lifetimeS?: number | null
  /** Default: the provider rotates. */
  readonly rotates?: boolean
  /** Who connected too, before Alice. */
  readonly others?: readonly string[]
  /** How long ago Alice connected. Default: 40 minutes for a token that lives, 2 hours for one that has ended. */
  readonly ageMs?: number
}

export type Sight = 'the old token' | 'a new token' | 'the reason of its signal' | Refusal

export interface Refusal {
  readonly code: VaultErrorCode
  readonly reason?: string
  /** Milliseconds, exactly or from … to …, where they are drawn at random. */
  readonly retryAfterMs?: number | readonly [number, number]
  readonly missingScopes?: readonly string[]
  /** Names of the bad fields. */
  readonly fields?: readonly string[]
}

/** The line as it stands in the published table. */
export function publishedLine(line: MatrixLine): string {
  const cells = [
    String(line.row),
    line.event,
    publishedSight(line.lives),
    publishedSight(line.ended),
    String(line.requests),
    line.status,
    publishedEvents(line.events),
  ]
  return `| ${cells.join(' | ')} |`
}

function publishedSight(sight: Sight | undefined): string {
  if (sight === undefined) return '-'
  if (typeof sight === 'string') return sight
  const { code, ...facts } = sight
  const shown = Object.entries(facts).map(([name, value]) => `${name} ${publishedFact(value)}`)
  return [`\`${code}\``, ...shown].join(', ')
}

function publishedFact(fact: string | number | readonly (string | number)[]): string {
  if (typeof fact === 'string') return `\`${fact}\``
  if (typeof fact === 'number') return fact.toLocaleString('en-US')
  return fact.map(publishedFact).join(fact.every((part) => typeof part === 'number') ? ' to ' : ', ')
}

/** `2 × refreshed` for one that comes several times in a row. */
function publishedEvents(events: readonly string[]): string {
  const runs: { readonly type: string; times: number }[] = []
  for (const type of events) {
    const last = runs.at(-1)
    if (last?.type === type) last.times += 1
    else runs.push({ type, times: 1 })
  }
  return runs.map(({ type, times }) => (times === 1 ? `\`${type}\`` : `${times} × \`${type}\``)).join(', ') || '-'
}
