/** A user who is signed in, in one browser. Times are epoch milliseconds. */
export interface Session {
  /** No secret: it stands in tokens as `sid`. */
  readonly sessionId: string
  readonly userId: string
  /** The application that the session began with, which sets its lifetimes. */
  readonly applicationId: string
  /** With which he signed in. */
  readonly connectionId: string
  readonly createdAtMs: number
  readonly lastUsedAtMs: number
  /** Then it ends unless it is continued. */
  readonly idleEndMs: number
  /** Then it ends. */
  readonly endMs: number
}
