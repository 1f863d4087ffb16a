import { storeKeyProblem } from '../storage/rules/store-key.js'
import { closedObject, type FieldProblems, listOf } from './field-problems.js'

const TAG_NAME = /^[a-zA-Z0-9\-_.:]{1,64}$/
const MAX_TAGS = 100
const MAX_TAG_LENGTH = 128
const MAX_DESCRIPTION_LENGTH = 1024

/** A list of `{ userId }`, each an id that a store can take; undefined when it is absent. */
export function readSubjects(
  value: unknown,
  path: string,
  maximum: number,
  problems: FieldProblems,
): readonly { readonly userId: string }[] | undefined {
  return listOf(value, path, { minimum: 0, maximum }, problems, (item, at) => {
    const userId = closedObject(item, at, ['userId'], problems)?.get('userId')
    const problem = storeKeyProblem(userId)
    if (problem === undefined && typeof userId === 'string') return { userId }
    problems.add(`${at}.userId`, problem ?? 'must be text')
    return undefined
  })
}

/** Text of at most 1,024 characters, line breaks among them; undefined when it is absent. */
export function readDescription(value: unknown, problems: FieldProblems): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string' && value.length <= MAX_DESCRIPTION_LENGTH && value.isWellFormed() && !value.includes('\0')) return value
  problems.add('description', `must be text of at most ${MAX_DESCRIPTION_LENGTH} characters`)
  return undefined
}

/** An object of short texts by plain names; undefined when it is absent. */
export function readTags(value: unknown, problems: FieldProblems): Readonly<Record<string, string>> | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.add('tags', 'must be an object of texts')
    return undefined
  }
  const tags = Object.entries(value)
  if (tags.length <= MAX_TAGS && tags.every(([name, text]) => isTag(name, text))) return Object.fromEntries(tags)
  problems.add(
    'tags',
    `must be at most ${MAX_TAGS} names of letters, digits, "-", "_", ".", ":", each with a text of at most ${MAX_TAG_LENGTH} characters`,
  )
  return undefined
}

function isTag(name: string, text: unknown): boolean {
  return TAG_NAME.test(name) && name !== '__proto__' && typeof text === 'string' && text.length <= MAX_TAG_LENGTH && text.isWellFormed()
}

/** Text that matches; undefined when it is absent, and with a problem when it is something else. */
export function readId(
  value: unknown,
  path: string,
  rule: { readonly pattern: RegExp; readonly words: string },
  problems: FieldProblems,
): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string' && rule.pattern.test(value)) return value
  problems.add(path, rule.words)
  return undefined
}
