import { isVaultError, type VaultErrorCode } from '@holdfast/vault-core'
import { retryAfterHeader, titleOf } from '../error-reply.js'
import { HttpError, type HttpErrorCode } from '../http-error.js'
import { jsonReply, type Reply } from '../reply.js'

/** Error codes of RFC 6749, section 5.2, and RFC 8693, section 2.2.2; the last two are borrowed from RFC 6749, section 4.1.2.1. */
export const EXCHANGE_ERRORS = [
  'invalid_request',
  'invalid_grant',
  'invalid_scope',
  'invalid_target',
  'unsupported_grant_type',
  'temporarily_unavailable',
  'access_denied',
] as const

export type ExchangeErrorName = (typeof EXCHANGE_ERRORS)[number]

/** A refusal of the token endpoint. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError'
  readonly error: ExchangeErrorName
  readonly errorCode: VaultErrorCode

  constructor(error: ExchangeErrorName, message: string, errorCode: VaultErrorCode = 'invalid_request') {
    super(message)
    this.error = error
    this.errorCode = errorCode
  }
}

/** The one answer to whoever has no right to a credential, and to whoever names a connection that is not there. */
export function targetRefused(): ExchangeError {
  return new ExchangeError(
    'invalid_target',
    'There is no such connection, or the caller has no grant that covers it. Name one connection by its id, or add an access record.',
    'permission_denied',
  )
}

/** What errors of the vault are called here. */
const NAMES: Partial<Record<VaultErrorCode, ExchangeErrorName>> = {
  invalid_request: 'invalid_request',
  credential_not_found: 'invalid_grant',
  reauthorization_required: 'invalid_grant',
  insufficient_scope: 'invalid_scope',
  provider_unavailable: 'temporarily_unavailable',
  store_unavailable: 'temporarily_unavailable',
  // RFC 8693, section 2.2.2: the server is unable to give a token for this target. No retry mends it.
  provider_rejected_client: 'invalid_target',
  invalid_configuration: 'invalid_target',
  decryption_failed: 'invalid_target',
}

/** Milliseconds to wait when nobody knows how long it will take. */
const SOME_TIME_MS = 1_000

/** The answer in the form of RFC 6749, section 5.2; undefined for an error that nobody expected. */
export function exchangeErrorReply(error: unknown, errorId: string): Reply | undefined {
  if (error instanceof ExchangeError) return errorAnswer(400, error.error, error.message, { errorCode: error.errorCode, errorId })
  if (error instanceof HttpError) return ofHttp(error, errorId)
  const name = isVaultError(error) ? NAMES[error.code] : undefined
  if (!isVaultError(error) || name === undefined) return undefined
  const { reason, missingScopes, retryAfterMs = SOME_TIME_MS } = error.facts
  const more = { errorCode: error.code, errorId, reason, missingScopes }
  if (name !== 'temporarily_unavailable') return errorAnswer(400, name, titleOf(error), more)
  return errorAnswer(503, name, titleOf(error), more, retryAfterHeader(retryAfterMs))
}

/** Clients look for `error` in answers of status 400, so a body that is not as it must be is one of these. */
function ofHttp({ errorCode, message, status, retryAfterMs }: HttpError, errorId: string): Reply {
  if (errorCode === 'hand_out_frozen') return errorAnswer(status, 'access_denied', message, { errorCode, errorId })
  if (errorCode !== 'rate_limited') return errorAnswer(400, 'invalid_request', message, { errorCode, errorId })
  return errorAnswer(status, 'temporarily_unavailable', message, { errorCode, errorId }, retryAfterHeader(retryAfterMs))
}

interface More {
  readonly errorCode: VaultErrorCode | HttpErrorCode
  readonly errorId: string
  readonly reason?: string | undefined
  readonly missingScopes?: readonly string[] | undefined
}

function errorAnswer(
  status: number,
  error: ExchangeErrorName,
  description: string,
  more: More,
  headers?: Readonly<Record<string, string>>,
): Reply {
  return jsonReply(status, { error, error_description: plainAscii(description), ...more }, headers)
}

/** RFC 6749, section 5.2, allows printable ASCII without `"` and `\` here. */
function plainAscii(text: string): string {
  return text.replace(/["`’]/g, "'").replace(/[^\x20-\x5b\x5d-\x7e]/g, '?')
}
