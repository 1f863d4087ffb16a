import type { Call } from './linearizable.js'

/** A history for people to read: a line for each call, in the order of their returns. */
export function callsAsText(calls: readonly Call<object>[]): string {
  return [...calls]
    .sort((one, other) => one.returnedAt - other.returnedAt)
    .map(({ input, output, invokedAt, returnedAt }) => `${invokedAt}..${returnedAt} ${JSON.stringify(input)} -> ${JSON.stringify(output)}`)
    .join('\n')
}
