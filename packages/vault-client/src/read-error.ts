import { retryAfterMs } from './retry-after.js'
import { VaultClientError } from './vault-client-error.js'

/** Of each text that an answer brings, characters. */
const MAX_LENGTH = 500

/**
 * An answer that is none of success as an error. Its code is the vault's `errorCode` (or the `error` of OAuth); `invalid_response` for an
 * answer that is not the vault's own, of a proxy for one.
 *
 * @param sent - The token that was sent: should the answer quote it, the error does not.
 */
export async function readError(response: Response, nowMs: number, sent?: string): Promise<VaultClientError> {
  const { status, headers } = response
  const body = await response.json().catch(() => undefined)
  const code = textOf(body, 'errorCode') ?? textOf(body, 'error')
  const isOwn = code !== undefined && /^\w{1,64}$/.test(code)
  const told = (field: string): string | undefined => {
    const text = isOwn ? textOf(body, field) : undefined
    return (sent ? text?.replaceAll(sent, '[secret]') : text)?.replace(/[\p{C}\u2028\u2029]/gu, ' ').slice(0, MAX_LENGTH)
  }
  const title = told('title') || told('error_description') || 'The answer does not look like a vault’s.'
  return new VaultClientError(isOwn ? code : 'invalid_response', `${title} (${status})`, {
    status,
    retryAfterMs: retryAfterMs(headers, nowMs),
    reason: told('reason'),
    errorId: told('errorId'),
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
