import type { DatabaseServer } from './databases.ts'

/** One question of the benchmarks: a file in `rows/`, listed in `rows/index.ts`. */
export interface Row {
  /** In kebab-case; `--only` looks for a part of it. */
  readonly name: string
  readonly title: string
  /** What is compared with what, and why that is fair. Printed under the table. */
  readonly fairness: string
  /** Without these servers it is passed over. */
  readonly needs?: readonly DatabaseServer[]
  measure(settings: Settings): Promise<RowResult>
}

/** How long to measure. Every contender runs once in each round, so that whatever else the machine does meets all of them. */
export interface Settings {
  readonly rounds: number
  /** For one contender in one round, milliseconds. */
  readonly roundMs: number
  /** Ten times the rows, where a row is about how many there are. */
  readonly isLarge?: boolean
}

export interface RowResult {
  readonly lines: readonly Line[]
  readonly goals: readonly GoalResult[]
}

/** A line of the table. The columns are the names of its figures, then those of its ratios, then those of its facts. */
export interface Line {
  readonly name: string
  readonly figures: Readonly<Record<string, number>>
  /** Ours divided by another's, by the other's name: 2 is twice as fast. */
  readonly ratios: Readonly<Record<string, number>>
  /** What is no number. */
  readonly facts?: Readonly<Record<string, string>>
}

/** What a ratio, or a figure, of one line should come to. */
export type Goal = { readonly of: string } & ({ readonly against: string } | { readonly figure: string }) &
  ({ readonly atLeast: number } | { readonly atMost: number })

export type GoalResult = Goal & {
  readonly value: number
  readonly isMet: boolean
}

/** Looks up what became of the goals. Throws for a goal that nothing was measured for. */
export function judge(goals: readonly Goal[], lines: readonly Line[]): readonly GoalResult[] {
  return goals.map((goal) => {
    const line = lines.find(({ name }) => name === goal.of)
    const value = 'against' in goal ? line?.ratios[goal.against] : line?.figures[goal.figure]
    if (value === undefined) {
      const what = 'against' in goal ? `against "${goal.against}"` : `of figure "${goal.figure}"`
      throw new Error(`Nothing was measured for the goal of "${goal.of}" ${what}.`)
    }
    return { ...goal, value, isMet: 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost }
  })
}
