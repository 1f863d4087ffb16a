import { isVaultError, type Log, type VaultError, type VaultErrorCode } from '@holdfast/vault-core'
import { HttpError } from './http-error.js'
import { jsonReply, type Reply } from './reply.js'

/** HTTP status by code. What the SDK retries (5xx) is only what passes by itself. */
const STATUS: Readonly<Record<VaultErrorCode, number>> = {
  invalid_request: 400,
  unauthenticated: 401,
  permission_denied: 403,
  connection_not_found: 404,
  credential_not_found: 404,
  reauthorization_required: 404,
  insufficient_scope: 403,
  authorization_flow_invalid: 400,
  authorization_denied: 403,
  authorization_response_invalid: 400,
  provider_unavailable: 503,
  provider_rejected_client: 424,
  not_found: 404,
  conflict: 409,
  store_unavailable: 503,
  // Neither is mended by a retry, so neither is a 5xx, which the published SDK sends five times over.
  invalid_configuration: 424,
  decryption_failed: 424,
}

/** What is said in public of errors whose message is for the operator. */
const PUBLIC_TITLE: Partial<Record<VaultErrorCode, string>> = {
  invalid_configuration: 'The vault is not configured for this. Its log says more.',
  decryption_failed: 'The stored credential cannot be opened. The vault’s log says more.',
  store_unavailable: 'The vault cannot reach its store now. Ask again later.',
  provider_rejected_client: 'The provider refuses this application. The vault’s log says more.',
}

/** The error as JSON: `{ title, errorCode, errorId }`, with `Retry-After` where there is one. No stack, no cause, nothing of the provider. */
export function errorReply(error: unknown, errorId: string): Reply {
  if (error instanceof HttpError) {
    const { status, message: title, errorCode, retryAfterMs } = error
    return jsonReply(status, { title, errorCode, errorId }, retryAfterHeader(retryAfterMs))
  }
  if (!isVaultError(error)) {
    return jsonReply(500, { title: 'The vault failed unexpectedly. Its log says more.', errorCode: 'internal_error', errorId })
  }
  const { retryAfterMs, reason, fields, missingScopes, grantedScopes, startUrl } = error.facts
  return jsonReply(
    statusOf(error),
    { title: titleOf(error), errorCode: error.code, errorId, reason, fields, missingScopes, grantedScopes, startUrl },
    { ...retryAfterHeader(retryAfterMs), ...(error.code === 'unauthenticated' && { 'www-authenticate': 'Bearer' }) },
  )
}

/** The same with an id of its own. Under it the log has what the operator has to know, and the answer does not tell. */
export function loggedErrorReply(error: unknown, route: string, log: Log | undefined): Reply {
  const errorId = crypto.randomUUID()
  if (isOperatorsBusiness(error)) log?.error({ errorId, route, err: error }, 'A request to the vault failed.')
  return errorReply(error, errorId)
}

/** What is said of it in public. */
export function titleOf(error: VaultError): string {
  return PUBLIC_TITLE[error.code] ?? error.message
}

export function statusOf(error: VaultError): number {
  return error.code === 'conflict' && error.facts.reason === 'modified_since' ? 412 : STATUS[error.code]
}

/** Whether this is for the operator to know: nothing that the caller could have done otherwise. */
export function isOperatorsBusiness(error: unknown): boolean {
  if (error instanceof HttpError) return false
  return !isVaultError(error) || statusOf(error) >= 424
}

/** In whole seconds, at least one. */
export function retryAfterHeader(retryAfterMs: number | undefined): Readonly<Record<string, string>> {
  return retryAfterMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }
}
