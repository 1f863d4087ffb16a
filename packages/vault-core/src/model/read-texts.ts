import { type FieldProblems, textOf } from '../documents/field-problems.js'

/** What the vault's own parameters and fields are called by. */
export const PARAMETER_NAME: { readonly pattern: RegExp; readonly words: string } = {
  pattern: /^[A-Za-z0-9._-]{1,64}$/,
  words: 'must be 1 to 64 letters, digits, `.`, `_` or `-`',
}
export const MOST_ENTRIES = 20
export const RESERVED = 'is reserved: the vault sets this itself, or it does not belong to such a request'

/** What the vault sets itself, and what would make another request of it. */
const RESERVED_HEADERS = /^(?:authorization|connection|content-.*|cookie|expect|host|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i

export function isReservedHeader(name: string): boolean {
  return RESERVED_HEADERS.test(name)
}

/** Parameters or headers that stand in a connection: an object of short texts, frozen; undefined when it is absent. */
export function readTexts(
  value: unknown,
  path: string,
  problems: FieldProblems,
  isReserved?: (name: string) => boolean,
): Readonly<Record<string, string>> | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length > MOST_ENTRIES) {
    problems.add(path, `must be an object of at most ${MOST_ENTRIES} texts`)
    return undefined
  }
  for (const [name, text] of Object.entries(value)) {
    const isName = PARAMETER_NAME.pattern.test(name) && name !== '__proto__'
    if (!isName) problems.add(path, `has a name that is wrong: each ${PARAMETER_NAME.words}`)
    else if (isReserved?.(name)) problems.add(`${path}.${name}`, RESERVED)
    else textOf(text, `${path}.${name}`, { minimum: 1, maximum: 1024 }, problems)
    // A header's value is sent as bytes.
    if (isName && isReserved === isReservedHeader && typeof text === 'string' && !/^[ -~]*$/.test(text))
      problems.add(`${path}.${name}`, 'must be ASCII')
  }
  return Object.freeze({ ...value } as Record<string, string>)
}

export function oneOf(value: unknown, path: string, known: readonly string[], problems: FieldProblems): void {
  if (value === undefined || known.some((each) => each === value)) return
  problems.add(path, `must be one of ${known.map((each) => `\`${each}\``).join(', ')}`)
}
