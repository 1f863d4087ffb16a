import { isVaultError, VaultError } from '../errors.js'

/** Gathers what is wrong with a value, by field, so that one error can name it all. */
export interface FieldProblems {
  add(field: string, problem: string): void
  /** By field. */
  all(): ReadonlyMap<string, string>
  /** Runs `parse`; what an `invalid_request` of it says of its fields is gathered, any other error goes on. */
  collect<T>(parse: () => T): T | undefined
  /** @throws {VaultError} `invalid_request` with all that was gathered, if anything was. */
  throwIfAny(subject: string): void
}

export function createFieldProblems(): FieldProblems {
  // A map, since a field may be called `__proto__`.
  const problems = new Map<string, string>()
  return {
    add: (field, problem) => void problems.set(field, problem),
    all: () => problems,
    collect(parse) {
      try {
        return parse()
      } catch (error) {
        if (!isVaultError(error, 'invalid_request')) throw error
        for (const [field, problem] of Object.entries(error.facts.fields ?? {})) problems.set(field, problem)
        return undefined
      }
    },
    throwIfAny(subject) {
      if (problems.size === 0) return
      const list = [...problems].map(([field, problem]) => `${field} ${problem}`).join('; ')
      throw new VaultError('invalid_request', `${subject} is not right: ${list}.`, { fields: Object.fromEntries(problems) })
    },
  }
}

/** The own fields of a plain object, or undefined with a problem. Each field that is not in `known` is a problem. */
export function closedObject(
  value: unknown,
  path: string,
  known: readonly string[],
  problems: FieldProblems,
): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.add(path || 'body', 'must be an object')
    return undefined
  }
  const fields = new Map<string, unknown>(Object.entries(value))
  for (const name of fields.keys()) {
    if (known.includes(name)) continue
    // A name that is no plain word is not repeated: it could be anything.
    const shown = /^\w{1,64}$/.test(name) ? name : '(a field)'
    problems.add(path ? `${path}.${shown}` : shown, 'is not a known field')
  }
  return fields
}

/** A list of `minimum` to `maximum` items, each read by `parse`; undefined when it is absent or no such list. */
export function listOf<T>(
  value: unknown,
  path: string,
  limits: { readonly minimum: number; readonly maximum: number },
  problems: FieldProblems,
  parse: (item: unknown, path: string) => T | undefined,
): readonly T[] | undefined {
  if (value === undefined && limits.minimum === 0) return undefined
  if (!Array.isArray(value) || value.length < limits.minimum || value.length > limits.maximum) {
    problems.add(path, `must be a list of ${limits.minimum} to ${limits.maximum} items`)
    return undefined
  }
  const items: T[] = []
  for (const [index, item] of value.entries()) {
    const parsed = parse(item, `${path}[${index}]`)
    if (parsed !== undefined) items.push(parsed)
  }
  return items
}

/** Text of so many characters, well-formed and without control characters; undefined with a problem when it is none. */
export function textOf(
  value: unknown,
  path: string,
  limits: { readonly minimum: number; readonly maximum: number },
  problems: FieldProblems,
): string | undefined {
  const fits = typeof value === 'string' && value.length >= limits.minimum && value.length <= limits.maximum
  if (fits && value.isWellFormed() && !/\p{Cc}/u.test(value)) return value
  problems.add(path, `must be text of ${limits.minimum} to ${limits.maximum} characters, without control characters`)
  return undefined
}
