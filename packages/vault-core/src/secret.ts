const REDACTED = '[secret]'

/**
 * A string that cannot be printed, logged, inspected, cloned or serialized by accident. The only way to the text is {@link Secret.reveal}.
 *
 * @example
 * ```ts
 * const token = new Secret('s3cret')
 * JSON.stringify({ token }) // {"token":"[secret]"}
 * token.reveal() // 's3cret'
 * ```
 */
export class Secret {
  readonly #text: string
  #derived: Promise<string> | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself. Call it where the text leaves for its one destination, and nowhere else. */
  reveal(): string {
    return this.#text
  }

  /**
   * What is made of the text and may be shown, a fingerprint: made once and kept with it, if it could be made. Not in a `WeakMap`, whose entries
   * outlive the collections of young objects.
   */
  derived(make: (text: string) => Promise<string>): Promise<string> {
    if (this.#derived) return this.#derived
    const derived = make(this.#text)
    this.#derived = derived
    derived.catch(() => {
      this.#derived = undefined
    })
    return derived
  }

  /** Whether both hold the same text. The time that it takes tells their lengths at most, never how much of them is alike. */
  equals(other: Secret): boolean {
    const [own, its] = [this.#text, other.#text]
    let difference = own.length ^ its.length
    for (let index = 0; index < own.length; index++) difference |= own.charCodeAt(index) ^ its.charCodeAt(index % Math.max(1, its.length))
    return difference === 0
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  static {
    // What Node, Deno and Bun ask when they print a value.
    Object.defineProperty(this.prototype, Symbol.for('nodejs.util.inspect.custom'), { value: () => REDACTED })
  }
}
