import { untilAborted, withDeadline } from '../oauth/deadline.js'
import { measuredFetch } from '../oauth/measured-fetch.js'
import { discardBody } from '../oauth/read-body.js'
import { parseRetryAfter } from '../oauth/retry-after.js'
import type { Runtime } from '../runtime.js'
import type { ParsedEndpoint } from './webhook-options.js'
import { signatureHeader } from './webhook-signature.js'

export type SendOutcome = { readonly kind: 'delivered' } | SendFailure

export interface SendFailure {
  readonly kind: 'failed'
  /** `http_500`, `redirect`, `timeout`, `network`. */
  readonly reason: string
  /** How long the endpoint asks to be left alone, milliseconds. */
  readonly retryAfterMs: number | undefined
  /** It wants nothing any more. */
  readonly isGone: boolean
}

/** Whose `Retry-After` is kept to. */
const BUSY: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** Sends one event once, signed for this moment. What is answered is not read. Never rejects. */
export async function sendWebhook(
  { url, secrets }: ParsedEndpoint,
  { id, body }: { readonly id: string; readonly body: string },
  { clock, fetch, measure, timeoutMs }: Pick<Runtime, 'clock' | 'fetch' | 'measure'> & { readonly timeoutMs: number },
): Promise<SendOutcome> {
  const timestamp = String(Math.floor(clock.now() / 1000))
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Holdfast-Webhooks',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatureHeader(secrets, { id, timestamp, body }),
  }
  return withDeadline(clock, timeoutMs, async (signal) => {
    try {
      const send = measuredFetch({ measure }, fetch, 'webhook', undefined)
      const start = async (): Promise<Response> => send(url, { method: 'POST', headers, body, redirect: 'manual', signal })
      const response = await untilAborted(start(), signal, discardBody)
      discardBody(response)
      return outcomeOf(response, clock.now())
    } catch {
      return failed(signal.aborted ? 'timeout' : 'network')
    }
  })
}

function outcomeOf({ status, headers }: Response, nowMs: number): SendOutcome {
  if (status >= 200 && status <= 299) return { kind: 'delivered' }
  // A redirect that is not followed has status 0 in browsers.
  if (status < 400) return failed('redirect')
  const retryAfterMs = BUSY.has(status) ? parseRetryAfter(headers.get('retry-after'), nowMs) : undefined
  return { ...failed(`http_${status}`), retryAfterMs, isGone: status === 410 }
}

function failed(reason: string): SendFailure {
  return { kind: 'failed', reason, retryAfterMs: undefined, isGone: false }
}
