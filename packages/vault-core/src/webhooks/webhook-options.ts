import type { VaultEventType } from '../events/vault-event.js'
import { endpointUrlProblem } from '../model/endpoint-url.js'
import { unknownFields } from '../model/unknown-field.js'
import { refuseOptions } from '../refuse-fields.js'
import type { Secret } from '../secret.js'
import { secretsOf, secretsProblem } from './webhook-signature.js'

/** All that are kept; `refresh_started` is told in the process alone. */
export type WebhookEventType = Exclude<VaultEventType, 'refresh_started'>

/** Where events are sent. */
export interface WebhookEndpoint {
  /** 1 to 64 letters, digits, `-` or `_`. What waits to be sent is found by it: it stays when the URL changes. */
  readonly id: string
  /** https. http on loopback, or with `allowInsecure`. */
  readonly url: string
  /** `whsec_` and the base64 of 24 to 64 random bytes. To change it, give the new and the old one: each event is signed with all of them. */
  readonly secret: string | readonly string[]
  /** Default: all but what callers make in numbers, `accessed`, `access_refused` and `access_denied`. */
  readonly events?: readonly WebhookEventType[]
  /** Whether `url` may be http beyond loopback, where a network that nobody else can listen on leads there. Default false. */
  readonly allowInsecure?: boolean
}

export interface WebhooksOptions {
  readonly endpoints: readonly WebhookEndpoint[]
  /** How many events this process sends to an endpoint at a time. Default 8. */
  readonly concurrency?: number
  /** How long an endpoint may take to answer, milliseconds. Default 15,000. */
  readonly timeoutMs?: number
  /**
   * How long to wait after each try that failed, milliseconds, give or take a tenth; after the last one the event is a dead letter. Default: 5 s,
   * 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
   */
  readonly retryDelaysMs?: readonly number[]
}

export interface ParsedEndpoint {
  readonly id: string
  readonly url: string
  readonly secrets: readonly Secret[]
  readonly events: ReadonlySet<string>
}

export interface ParsedWebhooks {
  readonly endpoints: readonly ParsedEndpoint[]
  readonly concurrency: number
  readonly timeoutMs: number
  readonly retryDelaysMs: readonly number[]
}

const SENT_BY_DEFAULT: Readonly<Record<WebhookEventType, boolean>> = {
  connected: true,
  scope_changed: true,
  refreshed: true,
  refresh_failed: true,
  reauthorization_required: true,
  disconnected: true,
  accessed: false,
  access_refused: false,
  access_denied: false,
  user_forgotten: true,
  refresh_token_expiring: true,
  connection_paused: true,
  connection_resumed: true,
  client_frozen: true,
  client_unfrozen: true,
  keys_rotated: true,
  administered: true,
}

const KNOWN: readonly (keyof WebhooksOptions)[] = ['endpoints', 'concurrency', 'timeoutMs', 'retryDelaysMs']
const KNOWN_OF_ENDPOINT: readonly (keyof WebhookEndpoint)[] = ['id', 'url', 'secret', 'events', 'allowInsecure']
const S = 1_000
const MIN = 60 * S
const H = 60 * MIN
/** The example of the specification. */
const DEFAULT_RETRY_DELAYS_MS: readonly number[] = [5 * S, 5 * MIN, 30 * MIN, 2 * H, 5 * H, 10 * H, 14 * H, 20 * H, 24 * H]
const MOST_RETRIES = 30
const LONGEST_DELAY_MS = 7 * 24 * H
const MOST_ENDPOINTS = 20

/** Checks what `webhooks` was given. @throws {VaultError} `invalid_configuration`, naming each bad field. */
export function parseWebhooksOptions(options: WebhooksOptions): ParsedWebhooks {
  const { endpoints, concurrency = 8, timeoutMs = 15 * S, retryDelaysMs = DEFAULT_RETRY_DELAYS_MS } = options ?? {}
  const fields = unknownFields(options ?? {}, KNOWN, 'webhooks')
  if (!Array.isArray(endpoints) || endpoints.length === 0 || endpoints.length > MOST_ENDPOINTS)
    fields['endpoints'] = `must be an array of 1 to ${MOST_ENDPOINTS} endpoints`
  else for (const [index, endpoint] of endpoints.entries()) readEndpoint(endpoint, index, endpoints, fields)
  if (!isWholeNumber(concurrency, 1, 100)) fields['concurrency'] = 'must be a whole number from 1 to 100'
  if (!isWholeNumber(timeoutMs, 1, 30 * S)) fields['timeoutMs'] = 'must be milliseconds from 1 to 30,000'
  if (
    !Array.isArray(retryDelaysMs) ||
    retryDelaysMs.length > MOST_RETRIES ||
    !retryDelaysMs.every((delay) => isWholeNumber(delay, 0, LONGEST_DELAY_MS))
  )
    fields['retryDelaysMs'] = `must be at most ${MOST_RETRIES} waits of 0 milliseconds to 7 days`
  refuseOptions("The webhooks' options", fields)
  return { endpoints: endpoints.map(parsedEndpoint), concurrency, timeoutMs, retryDelaysMs: [...retryDelaysMs] }
}

function readEndpoint(endpoint: WebhookEndpoint, index: number, all: readonly WebhookEndpoint[], fields: Record<string, string>): void {
  const { id, url, secret, events, allowInsecure = false } = endpoint ?? {}
  const at = `endpoints[${index}]`
  for (const [name, problem] of Object.entries(unknownFields(endpoint ?? {}, KNOWN_OF_ENDPOINT, 'endpoint')))
    fields[`${at}.${name}`] = problem
  if (typeof id !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(id)) fields[`${at}.id`] = 'must be 1 to 64 letters, digits, `-` or `_`'
  else if (all.findIndex((other) => other?.id === id) !== index) fields[`${at}.id`] = 'is that of another endpoint'
  if (typeof allowInsecure !== 'boolean') fields[`${at}.allowInsecure`] = 'must be true or false'
  const urlProblem = endpointUrlProblem(url, { allowInsecureRequests: allowInsecure === true, queryAllowed: true })
  if (urlProblem) fields[`${at}.url`] = urlProblem.replace('allowInsecureRequests', 'allowInsecure')
  const secretProblem = secretsProblem(secret)
  if (secretProblem) fields[`${at}.secret`] = secretProblem
  if (events !== undefined && !isListOfTypes(events))
    fields[`${at}.events`] = `must be types of events, one or more: ${Object.keys(SENT_BY_DEFAULT).join(', ')}`
}

function isListOfTypes(events: unknown): boolean {
  return Array.isArray(events) && events.length > 0 && events.every((type) => Object.hasOwn(SENT_BY_DEFAULT, type))
}

function parsedEndpoint({ id, url, secret, events }: WebhookEndpoint): ParsedEndpoint {
  const byDefault = Object.entries(SENT_BY_DEFAULT).flatMap(([type, isSent]) => (isSent ? [type] : []))
  return { id, url, secrets: secretsOf(secret), events: new Set<string>(events ?? byDefault) }
}

function isWholeNumber(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most
}
