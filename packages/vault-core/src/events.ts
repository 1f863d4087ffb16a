import type { VaultErrorCode } from './errors.js'
import type { Log } from './log.js'

/** Which connection it concerns. No event holds a secret. */
interface ConnectionEvent {
  readonly atMs: number
  readonly tenant: string
  readonly connectionId: string
}

/** Who a credential belongs to. */
interface CredentialEvent extends ConnectionEvent {
  readonly userId: string
  readonly accountId: string
}

/** What happened, told after the fact. */
export type VaultEvent =
  | (CredentialEvent & { readonly type: 'connected'; readonly scope: string | undefined })
  | (CredentialEvent & { readonly type: 'refresh_started'; readonly attemptId: string })
  | (CredentialEvent & {
      readonly type: 'refreshed'
      readonly attemptId: string
      readonly expiresAtMs: number | undefined
      readonly rotated: boolean
      readonly tookMs: number
    })
  | (CredentialEvent & {
      readonly type: 'refresh_failed'
      readonly attemptId: string
      readonly reason: string
      readonly retryAfterMs: number | undefined
    })
  | (CredentialEvent & { readonly type: 'reauthorization_required'; readonly reason: string })
  | (CredentialEvent & { readonly type: 'disconnected' })
  /** A token was handed out: which one, by its fingerprint, and to whom, as far as the caller said so. */
  | (CredentialEvent & { readonly type: 'credentials_read'; readonly reader: string | undefined; readonly fingerprint: string })
  /** None was handed out. */
  | (CredentialEvent & {
      readonly type: 'credentials_refused'
      readonly reader: string | undefined
      readonly code: VaultErrorCode
      readonly reason: string | undefined
    })
  /** All that the user had is gone, and the keys that it was sealed under. */
  | {
      readonly type: 'user_forgotten'
      readonly atMs: number
      readonly tenant: string
      readonly userId: string
      /** Credentials removed, those that were disconnected before among them. */
      readonly credentials: number
    }
  /** The refresh token ends then, and the last refresh did not put it off: ask the user to connect again before. */
  | (CredentialEvent & { readonly type: 'refresh_token_expiring'; readonly refreshTokenExpiresAtMs: number })
  /** No refresh of this connection is begun for a while, in any process: the provider fails, or refuses the application. */
  | (ConnectionEvent & { readonly type: 'connection_paused'; readonly reason: string; readonly retryAfterMs: number })
  | (ConnectionEvent & { readonly type: 'connection_resumed' })
  /** A service client is handed no more credentials, or is again. */
  | {
      readonly type: 'client_frozen' | 'client_unfrozen'
      readonly atMs: number
      readonly tenant: string
      readonly clientId: string
    }

/** Called after each event. What it throws is logged and goes no further. */
export type EventListener = (event: VaultEvent) => void

/** Calls the listener and keeps what it throws away from the work that the event tells of. */
export function safeEmitter(listener: EventListener | undefined, log: Log): EventListener {
  if (!listener) return NOBODY_LISTENS
  return (event) => {
    try {
      listener(event)
    } catch (error) {
      log.error({ type: event.type, err: error }, 'The event listener threw. The vault goes on.')
    }
  }
}

/** Where an event is made for each call, nobody need make it for this one. */
export const NOBODY_LISTENS: EventListener = () => {}
