import { isVaultError, type VaultErrorCode } from '@holdfast/vault-core'
import { retryAfterHeader, statusOf } from '../error-reply.js'
import { HttpError } from '../http-error.js'
import { htmlReply, type Reply, withHeaders } from '../reply.js'
import { outcomePage, type Way } from './login-pages.js'

/** What a person reads, by reason or code. Nothing of the provider's own words, nothing secret. */
const TEXTS: Readonly<Record<string, string>> = {
  authorization_flow_invalid: 'This step is no longer good: it was done already, it is too old, or it was begun in another browser.',
  authorization_denied: 'Access was not granted, so nothing was stored.',
  authorization_response_invalid: 'The provider’s answer failed a check, so nothing was stored.',
  provider_unavailable: 'The provider does not answer just now. Wait a little, then try again.',
  store_unavailable: 'This could not be stored just now. Wait a little, then try again.',
  rate_limited: 'There were too many attempts. Wait a little, then try again.',
  permission_denied: 'This did not come from a page of ours, so nothing was done.',
  connection_not_found: 'The application named a way to sign in that is not there.',
  identity_taken: 'This account already belongs to another user of the application, so it was not connected.',
  identity_exists: 'You have connected another account of this provider before. Disconnect that one first.',
  application_unknown: 'The application that sent you here is not registered, or not with this address.',
  request_invalid: 'This link is no longer good: it is too old, or it is damaged.',
  other_user: 'Another user is signed in in this browser. Sign out, sign in as the user whose account this is, then connect it again.',
} satisfies Partial<Record<VaultErrorCode, string>> & Record<string, string>

export type FailureTitle = 'Not signed in' | 'Not connected' | 'Not signed out'

/** What went wrong on the vault's own pages, with no code of the core's. */
export class PageFailure extends Error {
  readonly reason: 'application_unknown' | 'request_invalid' | 'other_user'

  constructor(reason: PageFailure['reason']) {
    super(TEXTS[reason])
    this.reason = reason
  }
}

/** A page that says what happened. @param back - The way to the application, if that is known. */
export function failurePage(
  error: unknown,
  {
    title = 'Not signed in',
    back,
    cookies,
  }: { readonly title?: FailureTitle; readonly back?: Way | undefined; readonly cookies?: readonly string[] } = {},
): Reply {
  const end = back ? '' : ' Go back to the application, and begin again there.'
  const page = htmlReply(statusOfFailure(error), outcomePage(title, textOf(error) + end, back), cookies)
  return withHeaders(page, retryAfterHeader(waitOf(error)))
}

/** The word that the application finds as `error` in its address. */
export function errorWord(error: unknown): string {
  if (error instanceof PageFailure) return error.reason
  if (error instanceof HttpError) return error.errorCode
  return isVaultError(error)
    ? error.facts.reason !== undefined && error.code === 'conflict'
      ? error.facts.reason
      : error.code
    : 'internal_error'
}

function textOf(error: unknown): string {
  const reason = isVaultError(error) ? error.facts.reason : undefined
  return TEXTS[reason ?? ''] ?? TEXTS[errorWord(error)] ?? 'Something went wrong, and nothing was stored.'
}

function waitOf(error: unknown): number | undefined {
  if (error instanceof HttpError) return error.retryAfterMs
  return isVaultError(error) ? error.facts.retryAfterMs : undefined
}

function statusOfFailure(error: unknown): number {
  if (error instanceof PageFailure) return error.reason === 'other_user' ? 403 : 400
  if (error instanceof HttpError) return error.status
  return isVaultError(error) ? statusOf(error) : 500
}
