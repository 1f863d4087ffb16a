import { retryAfterMs } from './retry-after.js'
import { VaultClientError } from './vault-client-error.js'

const MAX_MESSAGE_LENGTH = 500

/**
 * An answer that is none of success as an error. Its code is the vault's `errorCode` (or the `error` of OAuth); `invalid_response` for an
 * answer that is not the vault's own, of a proxy for one.
 *
 * @param sent - The token that was sent: should the answer quote it, the message does not.
 */
export async function readError(response: Response, nowMs: number, sent?: string): Promise<VaultClientError> {
  const { status, headers } = response
  const body = await response.json().catch(() => undefined)
  const code = textOf(body, 'errorCode') ?? textOf(body, 'error')
  const isOwn = code !== undefined && /^\w{1,64}$/.test(code)
  const title = (isOwn && (textOf(body, 'title') ?? textOf(body, 'error_description'))) || 'The answer does not look like a vault’s.'
  const clean = (sent ? title.replaceAll(sent, '[secret]') : title).replace(/[\p{C}\u2028\u2029]/gu, ' ').slice(0, MAX_MESSAGE_LENGTH)
  return new VaultClientError(isOwn ? code : 'invalid_response', `${clean} (${status})`, {
    status,
    retryAfterMs: retryAfterMs(headers, nowMs),
    reason: isOwn ? textOf(body, 'reason') : undefined,
    errorId: isOwn ? textOf(body, 'errorId') : undefined,
  })
}

/** A field of parsed JSON that is a text. */
export function textOf(json: unknown, field: string): string | undefined {
  const value = fieldOf(json, field)
  return typeof value === 'string' ? value : undefined
}

/** A field of parsed JSON. */
export function fieldOf(json: unknown, field: string): unknown {
  return typeof json === 'object' && json !== null ? (json as Record<string, unknown>)[field] : undefined
}
