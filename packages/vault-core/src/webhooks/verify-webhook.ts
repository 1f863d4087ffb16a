import { fromBase64 } from '../crypto/base64.js'
import { constantTimeEqual } from '../crypto/constant-time.js'
import { VaultError } from '../errors.js'
import type { VaultEvent } from '../events/vault-event.js'
import { type Clock, runtimeWithDefaults } from '../runtime.js'
import { eventOf } from './webhook-message.js'
import { secretsOf, secretsProblem, signatureOf } from './webhook-signature.js'

/** Headers of a request, as `fetch` or as Node has them. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>

export interface VerifyWebhookOptions {
  /** Of the endpoint; several while it is changed. */
  readonly secret: string | readonly string[]
  readonly headers: WebhookHeaders
  /** As it came, before anything parses it. */
  readonly body: string | Uint8Array
  /** How far the clocks of sender and receiver may be apart, and how old a request may be, milliseconds. Default 300,000. */
  readonly toleranceMs?: number
  /** Default: the runtime's own. */
  readonly clock?: Pick<Clock, 'now'>
}

const DEFAULT_TOLERANCE_MS = 300_000
/** Whoever sends more signatures than any sender has secrets sends none of ours. */
const MOST_SIGNATURES = 20

/**
 * Checks a webhook that a vault sent, and returns its event. For the receiver. The same event may come more than once: its `id` tells.
 *
 * @throws {VaultError} `unauthenticated` with reason `webhook_headers`, `webhook_signature`, `webhook_timestamp` or `webhook_body` when it is not
 * what a vault with this secret sent, or comes too late; `invalid_request` for a body that was parsed already; `invalid_configuration` for what is
 * no secret.
 * @see {@link https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md Standard Webhooks}
 * @example
 * ```ts
 * const event = verifyWebhook({ secret: process.env.WEBHOOK_SECRET, headers: request.headers, body: await request.text() })
 * if (event.type === 'reauthorization_required') await askToReconnect(event.userId, event.connectionId)
 * ```
 */
export function verifyWebhook(options: VerifyWebhookOptions): VaultEvent {
  const { secret, headers, toleranceMs = DEFAULT_TOLERANCE_MS, clock = runtimeWithDefaults({}).clock } = options
  const problem = secretsProblem(secret)
  if (problem) throw new VaultError('invalid_configuration', `The webhook's \`secret\` ${problem}.`, { fields: { secret: problem } })
  const id = headerOf(headers, 'webhook-id')
  const timestamp = headerOf(headers, 'webhook-timestamp')
  const signatures = headerOf(headers, 'webhook-signature')
  if (!id || !signatures || !timestamp || !/^\d{1,12}$/.test(timestamp))
    throw refused('has not the headers of one: `webhook-id`, `webhook-timestamp` and `webhook-signature`', 'webhook_headers')
  const body = textOf(options.body)
  if (
    !isSigned(
      signatures,
      secretsOf(secret).map((each) => signatureOf(each, { id, timestamp, body })),
    )
  )
    throw refused('is signed with another secret, or was changed on its way; give the body as it came, not parsed', 'webhook_signature')
  // So that a tolerance that is no number allows nothing.
  if (!(Math.abs(clock.now() - Number(timestamp) * 1000) <= toleranceMs))
    throw refused('was sent too long ago, or the clocks of sender and receiver are apart', 'webhook_timestamp')
  const event = eventOf(id, body)
  if (!event) throw refused('holds no event of a vault', 'webhook_body')
  return event
}

/** Frameworks parse bodies: what they make of one has lost the bytes that were signed. */
function textOf(body: unknown): string {
  if (typeof body === 'string') return body
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return new TextDecoder('utf-8', { ignoreBOM: true }).decode(body)
  const problem = 'must be the text or the bytes that came: read it before, or without, what parses JSON'
  throw new VaultError('invalid_request', `The webhook's \`body\` ${problem}.`, { fields: { body: problem } })
}

function isSigned(header: string, expected: readonly Uint8Array[]): boolean {
  const given = header.split(' ').slice(0, MOST_SIGNATURES)
  const signatures = given.flatMap((each) => (each.startsWith('v1,') ? (fromBase64(each.slice(3)) ?? []) : []))
  return signatures.some((signature) => expected.some((own) => constantTimeEqual(own, signature)))
}

function headerOf(headers: WebhookHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  const found = Object.entries(headers).find(([given]) => given.toLowerCase() === name)?.[1]
  return typeof found === 'string' ? found : found?.[0]
}

function refused(what: string, reason: string): VaultError {
  return new VaultError('unauthenticated', `The request is no webhook to be believed: it ${what}.`, { reason })
}
