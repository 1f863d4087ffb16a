/** One place where a rule is broken, and what to do instead. */
export interface Violation {
  readonly file: string
  readonly line: number
  readonly message: string
}
