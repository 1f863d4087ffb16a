import { VaultError } from '@holdfast/vault-core'
import type { z } from 'zod'

/** More than anybody mends at a time. */
const MAX_PROBLEMS = 20

/**
 * Reads a query or a body by its schema.
 *
 * @param whole - What the error calls it as a whole: `body`, `query`.
 * @throws {VaultError} `invalid_request` with each bad field by its path, `statements[0].resources[1].resourceUri`. No value is repeated, as it
 * may be a secret, nor the name of a field that is no plain word.
 */
export function readBySchema<Schema extends z.ZodType>(schema: Schema, value: unknown, whole: string): z.output<Schema> {
  const result = schema.safeParse(value, { error: describeIssue })
  if (result.success) return result.data
  const problems = new Map<string, string>()
  for (const [field, problem] of result.error.issues.flatMap((issue) => fieldsOf(issue, whole))) {
    if (problems.size === MAX_PROBLEMS) break
    if (!problems.has(field)) problems.set(field, problem)
  }
  const list = [...problems].map(([field, problem]) => `${field} ${problem}`).join('; ')
  throw new VaultError('invalid_request', `The request is not right: ${list}.`, { fields: Object.fromEntries(problems) })
}

function fieldsOf(issue: z.core.$ZodIssue, whole: string): readonly (readonly [string, string])[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [pathText([...issue.path, key], whole), 'is not a known field'])
  return [[pathText(issue.path, whole), issue.message]]
}

function pathText(path: readonly PropertyKey[], whole: string): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${shownName(String(part))}`)).join('')
  return text === '' ? whole : text.replace(/^\./, '')
}

/** A name that is no plain word could be anything. */
function shownName(name: string): string {
  return /^\w{1,64}$/.test(name) && name !== '__proto__' ? name : '(a field)'
}

/** What is wrong, in the manner of the core's errors. Words of the schema itself come before these. */
function describeIssue(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined && issue.code !== 'custom') return 'is missing'
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${nounOf(issue.expected)}`
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map((value) => JSON.stringify(value)).join(', ')}`
    case 'too_small':
      return sizeText(issue.origin, 'at least', issue.minimum)
    case 'too_big':
      return sizeText(issue.origin, 'at most', issue.maximum)
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'invalid_format':
      return `must be ${FORMATS[issue.format] ?? 'of another form'}`
    default:
      return 'is not right'
  }
}

const FORMATS: Readonly<Record<string, string>> = {
  url: 'an absolute URL',
  email: 'an e-mail address',
  datetime: 'a time in ISO 8601',
  base64: 'base64',
  base64url: 'base64url',
}

function nounOf(expected: string): string {
  return { array: 'a list', object: 'an object', record: 'an object', string: 'text', int: 'a whole number' }[expected] ?? `a ${expected}`
}

function sizeText(origin: string, bound: string, size: number | bigint): string {
  if (origin === 'string') return `must be ${bound} ${size} characters long`
  if (origin === 'array' || origin === 'set') return `must have ${bound} ${size} items`
  return `must be ${bound} ${size}`
}
