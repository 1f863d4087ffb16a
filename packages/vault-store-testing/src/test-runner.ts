/** What the suite needs of a test runner. Vitest's and Jest's functions fit as they are. */
export interface TestRunner {
  readonly describe: (name: string, define: () => void) => unknown
  readonly it: (name: string, run: () => Promise<void>, timeoutMs?: number) => unknown
  readonly expect: (actual: unknown) => Expectation
}

export interface Expectation {
  toBe(expected: unknown): unknown
  toEqual(expected: unknown): unknown
  toMatchObject(expected: object): unknown
}
