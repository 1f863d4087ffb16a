import type { Connection, JsonObject } from '../model/connection.js'
import { readErrorCode } from './error-code.js'
import { parseJsonObject } from './parse-json-object.js'
import { isStated, parseTokenResponse, type UsableTokenType } from './parse-token-response.js'
import { type AnsweredRequest, asStandardAnswer, namedValues } from './provider-answer.js'
import { discardBody, readBody } from './read-body.js'
import { parseRetryAfter } from './retry-after.js'
import type { TokenEndpointOutcome } from './token-response.js'

/** What an answer is read with. */
export interface AnswerContext {
  readonly signal: AbortSignal
  /** Epoch milliseconds, for a `Retry-After` that is a date. */
  readonly nowMs: number
  /** What was sent: an error code or a scope that repeats one of these is not kept. */
  readonly sentSecrets: readonly string[]
  /** What is known of the provider. Default: that it keeps to RFC 6749. */
  readonly connection?: Pick<Connection, 'quirks' | 'userIdExpression'>
  /** Default: a refresh. */
  readonly answers?: AnsweredRequest
  /** What the provider sent the browser back with. */
  readonly callback?: URLSearchParams | undefined
  /** What the token has to be. Default `Bearer`. */
  readonly tokenType?: UsableTokenType
}

const BY_THE_RFC: Pick<Connection, 'quirks' | 'userIdExpression'> = { quirks: {}, userIdExpression: undefined }

/**
 * Reads what a token endpoint answered. The body is bounded.
 *
 * @throws When the body of a 2xx breaks off: then nobody knows what it said. The broken body of another status does not matter.
 */
export async function readTokenAnswer(response: Response, context: AnswerContext): Promise<TokenEndpointOutcome> {
  const { status } = response
  const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), context.nowMs)
  // Browsers and some runtimes show a redirect that is not followed as an opaque answer without a status.
  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    discardBody(response)
    return { kind: 'unusable', status, reason: 'redirect', retryAfterMs }
  }
  const successful = status >= 200 && status < 300
  let body: Awaited<ReturnType<typeof readBody>>
  try {
    body = await readBody(response, context.signal)
  } catch (error) {
    if (successful) throw error
    return { kind: 'unusable', status, reason: 'http_status', retryAfterMs }
  }
  if (body.kind === 'too_large') return { kind: 'unusable', status, reason: 'too_large', retryAfterMs }

  // The content type is not asked: providers that send JSON as `text/html` exist, and their tokens are good.
  const sent: JsonObject | undefined = parseJsonObject(body.text)
  const { connection = BY_THE_RFC, answers = 'refresh', callback, tokenType } = context
  const { answer, error, isUnmapped } = sent ? asStandardAnswer(sent, status, connection, answers) : NOTHING
  const secrets = answer ? [...context.sentSecrets, ...tokensIn(sent ?? {}), ...tokensIn(answer)] : []
  if (answer && isStated(error) && !(successful && hasToken(answer))) {
    return { kind: 'refused', status, error: readErrorCode(error, secrets), retryAfterMs }
  }
  if (!successful) return { kind: 'unusable', status, reason: 'http_status', retryAfterMs }
  if (body.text.trim() === '') return { kind: 'unusable', status, reason: 'empty', retryAfterMs }
  if (!answer) return { kind: 'unusable', status, reason: 'not_json', retryAfterMs }
  const named = namedValues(sent ?? {}, connection, callback)
  const read = parseTokenResponse(isStated(error) ? { ...answer, error } : answer, secrets, named, tokenType)
  if (!isUnmapped) return { kind: 'answered', status, response: read }
  const problem = { field: 'body', problem: 'could not be mapped by a hook of the provider', fatal: true } as const
  return { kind: 'answered', status, response: { ...read, problems: [...read.problems, problem] } }
}

const NOTHING = { answer: undefined, error: undefined, isUnmapped: false }

/** An answer with an error and a token in it is kept for its token: it may be the only live one. */
function hasToken(answer: object): boolean {
  return tokensIn(answer, ['access_token', 'refresh_token']).length > 0
}

function tokensIn(answer: object, names: readonly string[] = ['access_token', 'refresh_token', 'id_token']): readonly string[] {
  return names
    .map((name): unknown => (Object.hasOwn(answer, name) ? Reflect.get(answer, name) : undefined))
    .filter((value) => typeof value === 'string')
    .filter((value) => value.trim() !== '')
}
