import type { VaultErrorCode } from '../errors.js'
import type { Actor } from './actor.js'

/** What all events say. No event holds a secret. */
interface Event {
  /** Names this very event: the same wherever it is told, and each time that it is told again. */
  readonly id: string
  /** Epoch milliseconds. */
  readonly atMs: number
  readonly tenant: string
  /** Who caused it, as far as the caller said so. Absent where nobody is known, and for what the vault does by itself. */
  readonly actor?: Actor
}

/** Which connection it concerns. */
interface ConnectionEvent extends Event {
  readonly connectionId: string
}

/** Who a credential belongs to. */
interface CredentialEvent extends ConnectionEvent {
  readonly userId: string
  readonly accountId: string
}

/** Why a credential was ended: somebody asked, its user was forgotten, nobody used it for long, or all were ended at once. */
export type DisconnectReason = 'requested' | 'user_forgotten' | 'retired' | 'revoked_all'

/** What happened, told after the fact. */
export type VaultEvent =
  | (CredentialEvent & { readonly type: 'connected'; readonly scope: string | undefined })
  /** The user connected again, or the provider answered a refresh, with other scopes than before. */
  | (CredentialEvent & {
      readonly type: 'scope_changed'
      readonly scope: string | undefined
      readonly previousScope: string | undefined
    })
  /** Told in the process alone, and kept nowhere. */
  | (CredentialEvent & { readonly type: 'refresh_started'; readonly attemptId: string })
  | (CredentialEvent & {
      readonly type: 'refreshed'
      readonly attemptId: string
      readonly expiresAtMs: number | undefined
      readonly rotated: boolean
      /** Milliseconds from the request to its answer. */
      readonly tookMs: number
    })
  | (CredentialEvent & {
      readonly type: 'refresh_failed'
      readonly attemptId: string
      readonly reason: string
      readonly retryAfterMs: number | undefined
    })
  | (CredentialEvent & { readonly type: 'reauthorization_required'; readonly reason: string })
  | (CredentialEvent & { readonly type: 'disconnected'; readonly reason: DisconnectReason })
  /** A token was handed out: which one, by its fingerprint, and to whom. */
  | (CredentialEvent & { readonly type: 'accessed'; readonly fingerprint: string })
  /** None was handed out. */
  | (CredentialEvent & { readonly type: 'access_refused'; readonly code: VaultErrorCode; readonly reason: string | undefined })
  /** All that the user had is gone, and the keys that it was sealed under. */
  | (Event & {
      readonly type: 'user_forgotten'
      readonly userId: string
      /** Credentials removed, those that were disconnected before among them. */
      readonly credentials: number
    })
  /** The refresh token ends then, and the last refresh did not put it off: ask the user to connect again before. */
  | (CredentialEvent & { readonly type: 'refresh_token_expiring'; readonly refreshTokenExpiresAtMs: number })
  /** No refresh of this connection is begun for a while, in any process: the provider fails, or refuses the application. */
  | (ConnectionEvent & { readonly type: 'connection_paused'; readonly reason: string; readonly retryAfterMs: number })
  | (ConnectionEvent & { readonly type: 'connection_resumed' })
  /** A service client is handed no more credentials, or is again. */
  | (Event & { readonly type: 'client_frozen' | 'client_unfrozen'; readonly clientId: string })
  /** A run of `rotateKeys` ended, done or not: what its report says. */
  | (Event & {
      readonly type: 'keys_rotated'
      readonly keyId: string
      readonly isDone: boolean
      readonly seen: number
      readonly rewrapped: number
      readonly failed: number
    })
  /** A caller of the HTTP API had no grant for what he asked, or, for a `reason`, may not have it although he has one. */
  | (Event & {
      readonly type: 'access_denied'
      readonly permission: string
      readonly resource: string
      readonly reason?: string | undefined
    })
  /** A caller of the HTTP API changed what is managed there. */
  | (Event & { readonly type: 'administered'; readonly action: string; readonly resource: string })

export type VaultEventType = VaultEvent['type']

/** An event that has yet to be given its id, its time and its tenant. */
export type NewEvent = WithoutStamp<VaultEvent>
type WithoutStamp<E> = E extends VaultEvent ? Omit<E, 'id' | 'atMs' | 'tenant' | 'actor'> & { readonly actor?: Actor | undefined } : never
