/** One question of the benchmarks: a file in `rows/`, listed in `rows/index.ts`. */
export interface Row {
  /** In kebab-case; `--only` looks for a part of it. */
  readonly name: string
  readonly title: string
  /** What is compared with what, and why that is fair. Printed under the table. */
  readonly fairness: string
  measure(settings: Settings): Promise<RowResult>
}

/** How long to measure. Every contender runs once in each round, so that whatever else the machine does meets all of them. */
export interface Settings {
  readonly rounds: number
  /** For one contender in one round, milliseconds. */
  readonly roundMs: number
}

export interface RowResult {
  readonly lines: readonly Line[]
  readonly goals: readonly GoalResult[]
}

/** A line of the table. The columns are the names of its figures, then those of its ratios. */
export interface Line {
  readonly name: string
  readonly figures: Readonly<Record<string, number>>
  /** Ours divided by another's, by the other's name: 2 is twice as fast. */
  readonly ratios: Readonly<Record<string, number>>
}

export interface Goal {
  readonly of: string
  readonly against: string
  readonly atLeast: number
}

export interface GoalResult extends Goal {
  readonly ratio: number
  readonly isMet: boolean
}

/** Looks up what became of the goals. Throws for a goal that nothing was measured for. */
export function judge(goals: readonly Goal[], lines: readonly Line[]): readonly GoalResult[] {
  return goals.map((goal) => {
    const ratio = lines.find(({ name }) => name === goal.of)?.ratios[goal.against]
    if (ratio === undefined) throw new Error(`Nothing was measured for the goal of "${goal.of}" against "${goal.against}".`)
    return { ...goal, ratio, isMet: ratio >= goal.atLeast }
  })
}
