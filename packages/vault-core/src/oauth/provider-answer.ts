import { parseClaimExpression } from '../model/claim-expression.js'
import type { Connection } from '../model/connection.js'
import type { JsonObject } from '../model/provider-hooks.js'
import type { TokenResponse } from './token-response.js'

/** Which request it is that was answered. */
export type AnsweredRequest = 'code' | 'refresh' | 'revocation' | 'authorization_request'

/** An answer as RFC 6749 has it, of what the provider sent. */
export interface StandardAnswer {
  readonly answer: JsonObject
  /** The error code of RFC 6749, section 5.2, or the provider's own; undefined where it says of none. */
  readonly error: unknown
  /** A hook failed, and the answer is as it came. */
  readonly isUnmapped: boolean
}

/** Reads an answer by what the connection says of its provider. Never throws, whatever its hooks do. */
export function asStandardAnswer(
  sent: JsonObject,
  status: number,
  { quirks }: Pick<Connection, 'quirks'>,
  answers: AnsweredRequest,
): StandardAnswer {
  const { hooks = {}, errorCodes = {}, refreshRequest } = quirks
  const mapped = quietly(() => hooks.mapError?.(sent, { status }))
  const error = typeof mapped.value === 'string' ? mapped.value : own(sent, 'error')
  const standard = typeof error === 'string' && Object.hasOwn(errorCodes, error) ? errorCodes[error] : error
  const map = (answers === 'refresh' ? hooks.mapRefreshResponse : undefined) ?? hooks.mapTokenResponse
  // A mapping of tokens need not know what an error looks like, nor an answer that has none.
  const bringsTokens = answers === 'code' || answers === 'refresh'
  const isAnswer = bringsTokens && status >= 200 && status < 300 && mapped.value === undefined
  const result = map && isAnswer ? quietly(() => map(sent)) : { value: sent, failed: false }
  const isObject = typeof result.value === 'object' && result.value !== null && !Array.isArray(result.value)
  const answer = isObject ? (result.value as JsonObject) : sent
  return {
    answer: refreshRequest?.token === 'access_token' ? withAccessTokenAsRefreshToken(answer) : answer,
    error: standard,
    isUnmapped: mapped.failed || result.failed || !isObject,
  }
}

/** The values that the connection names, of what the provider sent and of the callback; the token response counts first. */
export function namedValues(
  sent: JsonObject,
  { quirks, userIdExpression }: Pick<Connection, 'quirks' | 'userIdExpression'>,
  callback: URLSearchParams | undefined,
): Pick<TokenResponse, 'properties' | 'account'> {
  const { credentialProperties = [], userIdSource, accountLabelExpression } = quirks
  if (credentialProperties.length === 0 && userIdSource !== 'token_response') return { properties: {}, account: undefined }
  const fromCallback = [...(callback ?? [])].filter(([name]) => !NOT_OF_THE_ACCOUNT.has(name))
  const fields = { ...Object.fromEntries(fromCallback), ...sent }
  const entries = credentialProperties.flatMap((name) => Object.entries(stated(`{${name}}`, fields)?.claims ?? {}))
  const account = userIdSource === 'token_response' ? stated(userIdExpression, fields) : undefined
  const label = account && stated(accountLabelExpression, fields)
  return {
    properties: Object.fromEntries(entries.filter(([, value]) => value.length <= MAX_PROPERTY_LENGTH)),
    account: account && { id: account.text, label: label?.text, claims: { ...label?.claims, ...account.claims } },
  }
}

/** Undefined when one of the fields is missing: that must not make two accounts one. */
function stated(
  expression: string | undefined,
  fields: JsonObject,
): { readonly text: string; readonly claims: Readonly<Record<string, string>> } | undefined {
  const evaluated = parseClaimExpression(expression)?.evaluate(fields)
  if (!evaluated) return undefined
  const claims: Record<string, string> = {}
  for (const { claim, value } of evaluated.values) {
    if (value === undefined) return undefined
    claims[claim] = value
  }
  return { text: evaluated.text, claims }
}

const MAX_PROPERTY_LENGTH = 1024
const NOT_OF_THE_ACCOUNT: ReadonlySet<string> = new Set(['code', 'state', 'iss', 'session_state'])

function withAccessTokenAsRefreshToken(answer: JsonObject): JsonObject {
  const accessToken = own(answer, 'access_token')
  return typeof accessToken === 'string' && accessToken !== '' ? { ...answer, refresh_token: accessToken } : answer
}

function own(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? Reflect.get(object, name) : undefined
}

/** A hook's failure is no reason to lose a token, and its words may quote one. */
function quietly<T>(hook: () => T): { readonly value: T | undefined; readonly failed: boolean } {
  try {
    const value = hook()
    if (!(value instanceof Promise)) return { value, failed: false }
    // Nobody waits for one, so that what it brings, or fails with, is nobody's.
    value.catch(() => undefined)
    return { value: undefined, failed: true }
  } catch {
    return { value: undefined, failed: true }
  }
}
