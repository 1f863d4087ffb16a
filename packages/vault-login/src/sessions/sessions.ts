import type { Secret } from '@holdfast/vault-core'
import type { Session } from './session.js'

/** A session with the secret of the browser that holds it. */
export interface HeldSession {
  /** For an HttpOnly cookie. */
  readonly token: Secret
  readonly session: Session
}

/** Who is signed in. `forgetUser` of the vault ends a user's sessions with his keys. All throw {VaultError} `store_unavailable`. */
export interface Sessions {
  /**
   * Begins a session, and removes those of the user that have ended.
   *
   * @throws {VaultError} `invalid_request` for an unknown application, or ids that no store takes.
   */
  start(begun: { readonly userId: string; readonly applicationId: string; readonly connectionId: string }): Promise<HeldSession>
  /**
   * Continues the session, with a new token. The one before is good for 60 s more, for other tabs and answers that got lost; when it comes later,
   * somebody else has it, and the session ends. Undefined for a token of no live session.
   */
  resume(token: string): Promise<HeldSession | undefined>
  /** As `resume`, but the token stays, and the session is not prolonged. */
  find(token: string): Promise<Session | undefined>
  isLive(userId: string, sessionId: string): Promise<boolean>
  /** Undefined when it has ended. */
  get(userId: string, sessionId: string): Promise<Session | undefined>
  /** Harmless when there is none. */
  end(userId: string, sessionId: string): Promise<void>
  /** Those that live, the newest first. */
  list(userId: string): Promise<readonly Session[]>
  endAll(userId: string): Promise<void>
}
