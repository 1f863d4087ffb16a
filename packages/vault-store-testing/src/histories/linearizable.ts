/** One call of one client: what it asked, what it was told, and the moments between which it must have taken effect. */
export interface Call<Input> {
  readonly input: Input
  readonly output: unknown
  readonly invokedAt: number
  readonly returnedAt: number
}

/** What a single client, alone with the store, would see. States and outputs are compared as JSON. */
export interface Model<State, Input> {
  readonly initial: State
  step(state: State, input: Input): { readonly state: State; readonly output: unknown }
}

/**
 * Whether there is an order of the calls that keeps to real time (a call that returned before another was invoked comes
 * first) and in which a single client would have been told the same: the search of Wing and Gong, with Lowe's memory of
 * what was tried.
 */
export function isLinearizable<State, Input>(calls: readonly Call<Input>[], model: Model<State, Input>): boolean {
  const tried = new Set<string>()
  const search = (rest: readonly Call<Input>[], state: State): boolean => {
    if (rest.length === 0) return true
    const mark = `${rest.map(({ invokedAt }) => invokedAt).join()} ${JSON.stringify(state)}`
    if (tried.has(mark)) return false
    tried.add(mark)
    const firstReturn = Math.min(...rest.map(({ returnedAt }) => returnedAt))
    return rest.some((call) => {
      if (call.invokedAt > firstReturn) return false
      const next = model.step(state, call.input)
      if (JSON.stringify(next.output) !== JSON.stringify(call.output)) return false
      return search(
        rest.filter((other) => other !== call),
        next.state,
      )
    })
  }
  return search(calls, model.initial)
}
