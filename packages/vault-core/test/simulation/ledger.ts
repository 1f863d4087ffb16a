/** What truly happened, as only the simulation knows it: the invariants are judged by this. */
export interface Ledger {
  readonly grants: Map<string, GrantFacts>
  readonly accessTokens: Map<string, AccessTokenFacts>
  readonly refreshTokens: Map<string, RefreshTokenFacts>
  readonly requests: TokenRequestFacts[]
  /** Whether each place has a journal. */
  readonly hasJournal: boolean
  readonly violations: string[]
  /** Refresh tokens that were sent twice where nobody could know better: the provider may have ended their grants. */
  readonly sentTwice: Set<string>
  /** Users who are being disconnected, or of whom nobody can say whether they were. */
  readonly disconnecting: Set<string>
  /** Somebody's wall clock jumped, and what he wrote down of expiries is as wrong. */
  hasJumped: boolean
  violate(text: string): void
}

export interface GrantFacts {
  readonly grantId: string
  readonly userId: string
  /** The authorization code that it came of. */
  readonly code: string
  alive: boolean
  /** When the vault said that it has it. */
  acknowledgedAtMs: number | undefined
  /** The provider ended it of its own accord, or because the vault asked it to. */
  endedOnPurpose: boolean
  /** When the user's next consent, or his end of this one, reached the store, or the vault said that it has. */
  supersededAtMs: number | undefined
}

export interface AccessTokenFacts {
  readonly grantId: string
  readonly userId: string
  /** In the order in which the provider issued them. */
  readonly serial: number
  /** When the request for it left its sender. */
  readonly askedAtMs: number
  readonly issuedAtMs: number
  readonly endsAtMs: number
  /** Its type, or what came with it, forbids handing it out. */
  readonly unusable: boolean
}

export interface RefreshTokenFacts {
  readonly grantId: string
  usedAtMs: number | undefined
}

/** One refresh request, from the `fetch` that sent it to what became of its answer. */
export interface TokenRequestFacts {
  readonly process: SenderFacts
  readonly refreshToken: string
  readonly sentAtMs: number
  reachedProvider: boolean
  /** The provider rotated, and the tokens were in the answer as it left. */
  rotated: boolean
  /** The answer was changed or cut off on its way, or said nothing. */
  answerLost: boolean
  answeredAtMs: number | undefined
  /** The connection stood. */
  readonly connects: boolean
  /** An HTTP answer came, of whatever kind. */
  wasAnswered: boolean
  /** What was in the answer is in the sender's journal. */
  isJournaled: boolean
  /** The sender heard the end of it: an answer, good or bad, or an error. */
  endedAtMs: number | undefined
  /** The sender gave it up, and hears no answer any more. */
  isAbandoned: boolean
  /** The refresh token that was in the answer. */
  issued: string | undefined
}

/** What excuses the sender: dead, paused, or cut off from the store. */
export interface SenderFacts {
  readonly name: string
  readonly crashedAtMs: number | undefined
  pausedMsBetween(fromMs: number, toMs: number): number
  wasPausedFor(ms: number, fromMs: number, toMs: number): boolean
  /** When it last was cut off from the store, or the store failed it; undefined for never. */
  readonly storeTroubleUntilMs: number | undefined
}

export function createLedger(hasJournal: boolean): Ledger {
  const violations: string[] = []
  return {
    grants: new Map(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
    requests: [],
    hasJournal,
    violations,
    sentTwice: new Set(),
    disconnecting: new Set(),
    hasJumped: false,
    violate: (text) => void violations.push(text),
  }
}
