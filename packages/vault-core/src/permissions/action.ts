import { VaultError } from '../errors.js'

/** Most characters of an action. */
const MAX_ACTION_LENGTH = 64

/**
 * What may be done, as parts in lower case. An action covers itself and all below it: `documents` covers
 * `documents:read`. `documents:*` is the same as `documents`, and `*` is the action above all.
 */
export interface Action {
  /** Empty for `*`. A `*` that is left in a granted action stands for any one part; in a checked one for nothing but itself. */
  readonly parts: readonly string[]
}

// Before lower-casing: outside ASCII there are characters whose lower case is a plain letter.
const ACTION = /^(?:\*|[A-Za-z0-9_-]+)(?::(?:\*|[A-Za-z0-9_-]+))*$/

/**
 * Reads an action: parts of letters, digits, `-` and `_`, or exactly `*`, separated by `:`. Case does not matter.
 * One `*` at the end is dropped, since a parent implies its children.
 *
 * @throws {VaultError} `invalid_request` naming `field`.
 */
export function parseAction(text: string, field = 'permission'): Action {
  const known = parsed.get(text)
  if (known) return known
  if (typeof text !== 'string' || text.length > MAX_ACTION_LENGTH || !ACTION.test(text)) {
    const problem = `must be an action of 1 to ${MAX_ACTION_LENGTH} characters: letters, digits, "-", "_", or "*" alone, in parts separated by ":"`
    throw new VaultError('invalid_request', `${field} ${problem}.`, { fields: { [field]: problem } })
  }
  const parts = text.toLowerCase().split(':')
  const action: Action = { parts: parts.at(-1) === '*' ? parts.slice(0, -1) : parts }
  if (parsed.size < MAX_PARSED) parsed.set(text, action)
  return action
}

/** An application has few actions, and asks for them again and again. */
const MAX_PARSED = 1_000
const parsed = new Map<string, Action>()
