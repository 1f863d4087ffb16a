import type { VaultErrorCode } from '../../src/index.js'
import type { FuzzedAnswer, FuzzedBody } from './fuzzed-answer.js'
import { lifetimeMsOf, retryAfterMsOf, scopeOf } from './read-loosely.js'

// Written from RFC 6749, RFC 9110 and the failure matrix, and without a look at how the vault does it.

/** What is known of a grant from outside. */
export interface GrantModel {
  /** The one that the provider has to see next. */
  readonly refreshToken: string
  readonly scope: string | undefined
  /** When the access token ends; infinite when nobody said. */
  readonly liveUntilMs: number
  /** The provider has ended it: nothing is to be sent any more. */
  readonly isEnded: boolean
}

export interface Asking {
  readonly atMs: number
  readonly requiredScopes: readonly string[]
  /** What no scope may repeat. */
  readonly secrets: readonly string[]
  readonly defaultLifetimeS: number | undefined
  /** How long the caller waits, and how long one request runs. */
  readonly callerWaitMs: number
  readonly requestCapMs: number
}

export interface Expectation {
  readonly outcome:
    | {
        readonly kind: 'token'
        readonly accessToken: string
        readonly scope: string | undefined
        readonly expiresAtMs: number | undefined
      }
    | { readonly kind: 'error'; readonly code: VaultErrorCode; readonly retryAfterMs: number }
    /** Which of the two it is depends on how many seconds are kept in hand. */
    | { readonly kind: 'open' }
  readonly grant: GrantModel
  /** Nothing may leave: the scope is known to be too narrow. */
  readonly isUnsent: boolean
}

/** What a caller has to be told of this answer, and what the vault has to have kept of it. */
export function expectationOf(answer: FuzzedAnswer, grant: GrantModel, asking: Asking): Expectation {
  if (!covers(grant.scope, asking.requiredScopes)) return { outcome: failed('insufficient_scope'), grant, isUnsent: true }
  const takesMs = durationMs(answer)
  const heard: Judgement =
    takesMs < asking.requestCapMs ? judge(answer, grant, { ...asking, atMs: asking.atMs, takesMs }) : unavailable(grant)
  // The answer is harvested, whoever still waits.
  const isInTime = takesMs < asking.callerWaitMs
  return { outcome: isInTime ? heard.outcome : failed('provider_unavailable'), grant: heard.grant, isUnsent: false }
}

type Judgement = Pick<Expectation, 'outcome' | 'grant'>
type Moment = Asking & { readonly takesMs: number }

const failed = (code: VaultErrorCode, retryAfterMs = 0): Expectation['outcome'] => ({ kind: 'error', code, retryAfterMs })
const unavailable = (grant: GrantModel, retryAfterMs = 0): Judgement => ({ outcome: failed('provider_unavailable', retryAfterMs), grant })

const MIB = 1_048_576
/** RFC 6749, section 5.2, without `invalid_grant`: none of them is the user's doing. */
const CLIENT_ERRORS = ['invalid_request', 'invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope']

function judge(answer: FuzzedAnswer, grant: GrantModel, moment: Moment): Judgement {
  if (answer.kind !== 'response' && answer.kind !== 'forged') return unavailable(grant)
  const { status, body } = answer
  const isSuccess = status >= 200 && status <= 299
  const isRedirect = (status >= 300 && status <= 399) || (answer.kind === 'forged' && answer.type === 'opaqueredirect')
  const retryAfter = answer.kind === 'response' && status >= 400 ? answer.headers['retry-after'] : undefined
  const retryAfterMs = retryAfterMsOf(retryAfter, moment.atMs + moment.takesMs)
  if (isRedirect || body.ending === 'read' || body.ending === 'endless' || body.bytes.length > MIB)
    return unavailable(grant, isWhole(body) ? retryAfterMs : 0)
  if (body.ending !== 'whole') return unavailable(grant)
  const object = status === 204 || status === 205 ? undefined : objectIn(body.bytes)
  const error = object?.get('error')
  const hasError = error !== undefined && error !== null && error !== '' && error !== false
  if (isSuccess && object && (!hasError || isText(object.get('access_token')) || isText(object.get('refresh_token'))))
    return judgeTokens(object, hasError, grant, moment)
  if (status === 429 || status === 503 || !hasError) return unavailable(grant, retryAfterMs)
  if (error === 'invalid_grant') return { outcome: failed('reauthorization_required'), grant: { ...grant, isEnded: true } }
  if (typeof error === 'string' && CLIENT_ERRORS.includes(error)) return { outcome: failed('provider_rejected_client'), grant }
  return unavailable(grant, retryAfterMs)
}

/** Persist first, validate afterwards: whatever is wrong beside it, the refresh token counts. */
function judgeTokens(object: ReadonlyMap<string, unknown>, hasError: boolean, before: GrantModel, moment: Moment): Judgement {
  const sent = object.get('refresh_token')
  const scope = scopeOf(object.get('scope'))
  const isQuoting = scope !== undefined && moment.secrets.some((secret) => scope.includes(secret.trim()))
  const lifetimeMs =
    lifetimeMsOf(object.get('expires_in')) ?? (moment.defaultLifetimeS === undefined ? undefined : moment.defaultLifetimeS * 1_000)
  const expiresAtMs = lifetimeMs === undefined ? undefined : moment.atMs + lifetimeMs
  const grant: GrantModel = {
    refreshToken: isText(sent) ? sent : before.refreshToken,
    scope: scope === undefined || isQuoting ? before.scope : scope,
    liveUntilMs: expiresAtMs ?? Number.POSITIVE_INFINITY,
    isEnded: false,
  }
  const accessToken = object.get('access_token')
  const type = object.get('token_type') ?? ''
  const isBearer = type === '' || (typeof type === 'string' && type.trim().toLowerCase() === 'bearer')
  // RFC 6749, appendix A.12; and no header can carry blanks alone.
  const isUsable = !hasError && isBearer && isText(accessToken) && /^[\x20-\x7e]+$/.test(accessToken)
  if (!isUsable || lifetimeMs === 0) {
    // The access token from before is served on while it lives, and its scope with it.
    const isOldLive = before.liveUntilMs > moment.atMs + moment.takesMs
    return unavailable(isOldLive ? { ...before, refreshToken: grant.refreshToken } : { ...grant, liveUntilMs: 0 })
  }
  if (lifetimeMs !== undefined && lifetimeMs <= moment.takesMs) return unavailable(grant)
  if (lifetimeMs !== undefined && moment.takesMs > 0 && lifetimeMs - moment.takesMs <= 5_000) return { outcome: { kind: 'open' }, grant }
  if (!covers(grant.scope, moment.requiredScopes)) return { outcome: failed('insufficient_scope'), grant }
  return { outcome: { kind: 'token', accessToken, scope: grant.scope, expiresAtMs }, grant }
}

/** The members of the JSON object that the bytes are; of a doubled one the last. A member named `__proto__` is one like any other. */
function objectIn(bytes: Uint8Array): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : undefined
  } catch {
    return undefined
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

function isWhole({ ending }: FuzzedBody): boolean {
  return ending === 'whole'
}

function covers(scope: string | undefined, required: readonly string[]): boolean {
  const granted = (scope ?? '').split(/[\s,]+/)
  return required.every((one) => granted.includes(one))
}

/** Virtual milliseconds until the last byte; infinite when it never comes. */
function durationMs(answer: FuzzedAnswer): number {
  if (answer.kind === 'silence') return Number.POSITIVE_INFINITY
  if (answer.kind === 'failure' || answer.kind === 'no_response') return answer.afterMs
  const { bytes, ending, pieceBytes, pauseMs } = answer.body
  const isRedirect = (answer.status >= 300 && answer.status <= 399) || (answer.kind === 'forged' && answer.type === 'opaqueredirect')
  const hasNoBody = answer.kind === 'response' && (answer.status === 204 || answer.status === 205)
  if (isRedirect || hasNoBody) return answer.afterMs
  if (ending === 'stalls') return Number.POSITIVE_INFINITY
  return answer.afterMs + (Math.ceil(bytes.length / (pieceBytes ?? Math.max(1, bytes.length))) + 1) * pauseMs
}
