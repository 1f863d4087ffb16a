import { describe, expect, it } from 'vitest'
import { type Call, isLinearizable, type Model } from '../src/histories/linearizable.js'

type Input = { readonly swap: readonly [number, number] } | 'read'

/** A register with compare-and-swap. */
const register: Model<number, Input> = {
  initial: 0,
  step(state, input) {
    if (input === 'read') return { state, output: state }
    const [from, to] = input.swap
    return state === from ? { state: to, output: true } : { state, output: false }
  },
}

const call = (input: Input, output: unknown, invokedAt: number, returnedAt: number): Call<Input> => ({
  input,
  output,
  invokedAt,
  returnedAt,
})

describe('a history', () => {
  it.each<readonly [string, boolean, readonly Call<Input>[]]>([
    ['of one client after the other', true, [call({ swap: [0, 1] }, true, 1, 2), call('read', 1, 3, 4)]],
    ['in which a read overlaps a write and sees the old', true, [call({ swap: [0, 1] }, true, 1, 4), call('read', 0, 2, 3)]],
    ['in which a read overlaps a write and sees the new', true, [call({ swap: [0, 1] }, true, 1, 4), call('read', 1, 2, 3)]],
    ['with a stale read', false, [call({ swap: [0, 1] }, true, 1, 2), call('read', 0, 3, 4)]],
    ['with two swaps of one value', false, [call({ swap: [0, 1] }, true, 1, 4), call({ swap: [0, 2] }, true, 2, 3)]],
    ['in which one of two swaps loses', true, [call({ swap: [0, 1] }, true, 1, 4), call({ swap: [0, 2] }, false, 2, 3)]],
    ['that goes back', false, [call({ swap: [0, 1] }, true, 1, 6), call('read', 1, 2, 3), call('read', 0, 4, 5)]],
    ['with a value from nowhere', false, [call('read', 7, 1, 2)]],
  ])('%s: linearizable is %s', (_name, verdict, calls) => {
    expect(isLinearizable(calls, register)).toBe(verdict)
    expect(isLinearizable([...calls].reverse(), register)).toBe(verdict)
  })
})
