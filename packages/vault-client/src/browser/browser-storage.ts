import { fieldOf } from '../read-error.js'
import type { BrowserSession } from './browser-session.js'

/** A request whose answer will come in the page's address. */
export interface PendingRequest {
  /** Undefined for a link, which brings no code. */
  readonly codeVerifier: string | undefined
  readonly redirectUrl: string
  readonly atMs: number
}

/**
 * What is kept in the browser:
 *
 * - in `localStorage`, until its answer comes, the code verifier of each request, so that of several tabs with one answer one takes it;
 *   and a mark, a random word with a hash of who is signed in, that changes with whom that is, so that the other tabs notice.
 * - in `sessionStorage`, of this tab alone and gone with it, the session with its access token: a page that is loaded anew, or whose vault
 *   is of another site and gets no cookies, stays signed in. A script that could read it there could as well ask for it. What lives long, the
 *   session's own secret, is in a cookie that no script sees.
 */
export interface BrowserStorage {
  keepRequest(requestId: string, request: Omit<PendingRequest, 'atMs'>): void
  hasRequest(requestId: string): boolean
  /** For one caller alone. */
  takeRequest(requestId: string): PendingRequest | undefined
  /** Undefined when there is none, or another user signed in, or this one out, since. */
  readSession(): BrowserSession | undefined
  /** @param user - A hash of who he is. */
  keepSession(session: BrowserSession, user: string): void
  /** In this tab. */
  forgetSession(): void
  /** In all tabs. */
  endSessions(): void
}

/** Longer than a sign-in is good for. */
const ABANDONED_MS = 3_600_000

export function createBrowserStorage(name: string): BrowserStorage {
  const requestKey = (requestId: string): string => `${name}:${requestId}`
  const mark = (): string | null => localStorage.getItem(name)
  const setMark = (user: string): void => localStorage.setItem(name, `${crypto.randomUUID()}:${user}`)

  function removeAbandoned(): void {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(requestKey('')) && !(Number(fieldOf(parse(localStorage.getItem(key)), 'atMs')) > Date.now() - ABANDONED_MS)) {
        localStorage.removeItem(key)
      }
    }
  }

  return {
    keepRequest(requestId, request) {
      removeAbandoned()
      localStorage.setItem(requestKey(requestId), JSON.stringify({ ...request, atMs: Date.now() }))
    },
    hasRequest: (requestId) => localStorage.getItem(requestKey(requestId)) !== null,
    takeRequest(requestId) {
      const key = requestKey(requestId)
      const request = parse(localStorage.getItem(key)) as PendingRequest | undefined
      localStorage.removeItem(key)
      return request
    },
    readSession() {
      const kept = parse(sessionStorage.getItem(name)) as { mark: string | null; session: BrowserSession } | undefined
      return kept?.mark === mark() ? { ...kept.session, expiresAt: new Date(kept.session.expiresAt) } : undefined
    },
    keepSession(session, user) {
      if (mark()?.split(':')[1] !== user) setMark(user)
      sessionStorage.setItem(name, JSON.stringify({ mark: mark(), session }))
    },
    forgetSession: () => sessionStorage.removeItem(name),
    endSessions() {
      sessionStorage.removeItem(name)
      setMark('')
    },
  }
}

/** What this module wrote; undefined for what others did. */
function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
