import { HttpError } from './http-error.js'
import { jsonShapeProblem } from './json-shape.js'
import { badBody, readBodyText } from './request-bytes.js'
import type { VaultRequest } from './vault-request.js'

/**
 * Reads a JSON body. Undefined when it is empty: the published SDK sends its content type with no body, too.
 *
 * @throws {HttpError} `request_too_large`, `unsupported_media_type`.
 * @throws {VaultError} `invalid_request` for what is no JSON, is nested too deep, has too many values, or names that reach prototypes.
 */
export async function readJsonBody(request: VaultRequest): Promise<unknown> {
  const type = request.headers.get('content-type')
  if (type !== null && !isJson(type)) throw notJson()
  const text = await readBodyText(request)
  if (text === '') return undefined
  if (type === null) throw notJson()
  const value = parse(text)
  const problem = jsonShapeProblem(value)
  if (problem !== undefined) throw badBody(problem)
  return value
}

function isJson(type: string): boolean {
  // No two runs of spaces meet: a long one would be divided between them in every way.
  return /^application\/json\s*(?:;\s*(?:charset="?utf-8"?\s*(?:;\s*)?)?)?$/i.test(type)
}

function notJson(): HttpError {
  return new HttpError('unsupported_media_type', 'The body must be JSON. Send it with content type application/json.')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own words quote the text.
    throw badBody('must be JSON')
  }
}
