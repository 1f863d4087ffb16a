import { randomToken, sha256Base64url, VaultError, type VaultExtension } from '@holdfast/vault-core'
import { sameText } from '../same-text.js'
import type { SealedJson } from '../sealed-json.js'
import type { Sessions } from '../sessions/sessions.js'

/** What a one-time code stands for. */
export interface LoginGrant {
  readonly requestId: string
  readonly userId: string
  readonly applicationId: string
  readonly connectionId: string
  readonly sessionId: string
  readonly redirectUrl: string
  /** PKCE, S256. No code is issued without. */
  readonly codeChallenge: string | undefined
}

/** What comes with a code that is to be redeemed. */
export interface LoginCodeRedemption {
  readonly requestId: string
  readonly code: string
  /** 43 to 512 characters: the published SDK's has about 228. */
  readonly codeVerifier: string
  readonly redirectUri: string
  readonly applicationId: string
}

/** One-time codes, with which an application gets the tokens of a sign-in. */
export interface LoginCodes {
  /**
   * A code of 256 bit, good once and for 5 minutes.
   *
   * @throws {VaultError} `invalid_request` without a code challenge; `store_unavailable`.
   */
  issue(grant: LoginGrant): Promise<string>
  /**
   * Spends the code, whatever is found wrong afterwards. Undefined when code, verifier, request, redirect URI or application is the wrong one, or when
   * the session has ended. A code that comes again ends the session that it stood for.
   *
   * @throws {VaultError} `store_unavailable`.
   * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2 RFC 6749, section 4.1.2}
   */
  redeem(redemption: LoginCodeRedemption): Promise<LoginGrant | undefined>
}

/** How long a code is good, milliseconds. */
const LIFETIME_MS = 300_000
/** How long a code that comes again is known, milliseconds of the store's clock. */
const REMEMBERED_MS = 600_000
const CODE = 'login_code'
const ISSUED = 'login_code_issued'

export function createLoginCodes({
  extension: { tenant, tickets, runtime },
  sealed,
  sessions,
}: {
  readonly extension: VaultExtension
  readonly sealed: SealedJson
  readonly sessions: Sessions
}): LoginCodes {
  const keep = async (kind: string, id: string, value: unknown): Promise<void> => {
    const data = new TextEncoder().encode(await sealed.seal('', `ticket/${kind}/${id}`, value))
    if ((await tickets.create({ tenant, kind, id, data, ttlMs: REMEMBERED_MS })) === 'exists') {
      throw new VaultError('conflict', 'A login code exists already. Sign in again; if it recurs the random source is broken.')
    }
  }
  const take = async <T>(kind: string, id: string): Promise<T | undefined> => {
    const data = await tickets.take({ tenant, kind, id })
    // What opens was sealed by a vault with this key.
    return data ? ((await sealed.open('', `ticket/${kind}/${id}`, new TextDecoder().decode(data))) as T) : undefined
  }

  return {
    async issue(grant) {
      if (!/^[A-Za-z0-9_-]{43}$/.test(grant.codeChallenge ?? '')) {
        const problem = 'must be the base64url of a SHA-256 (PKCE, S256)'
        throw new VaultError('invalid_request', `\`codeChallenge\` ${problem}.`, { fields: { codeChallenge: problem } })
      }
      const code = randomToken(runtime.random, 32)
      const id = sha256Base64url(code)
      // Before the code itself, so that two redemptions at once, too, are told from one of a code that never was.
      await keep(ISSUED, id, { userId: grant.userId, sessionId: grant.sessionId })
      await keep(CODE, id, { grant, expiresAtMs: runtime.clock.now() + LIFETIME_MS })
      return code
    },

    async redeem(redemption) {
      if (!/^[A-Za-z0-9_-]{43}$/.test(redemption.code)) return undefined
      const id = sha256Base64url(redemption.code)
      const pending = await take<{ readonly grant: LoginGrant; readonly expiresAtMs: number }>(CODE, id)
      if (!pending) {
        const issued = await take<Pick<LoginGrant, 'userId' | 'sessionId'>>(ISSUED, id)
        if (issued) await sessions.end(issued.userId, issued.sessionId)
        return undefined
      }
      const { grant, expiresAtMs } = pending
      if (runtime.clock.now() >= expiresAtMs || !isFor(grant, redemption)) return undefined
      return (await sessions.isLive(grant.userId, grant.sessionId)) ? grant : undefined
    },
  }
}

function isFor(grant: LoginGrant, { requestId, applicationId, redirectUri, codeVerifier }: LoginCodeRedemption): boolean {
  return (
    grant.requestId === requestId &&
    grant.applicationId === applicationId &&
    isSameUrl(grant.redirectUrl, redirectUri) &&
    /^[A-Za-z0-9\-._~]{43,512}$/.test(codeVerifier) &&
    sameText(sha256Base64url(codeVerifier), grant.codeChallenge ?? '')
  )
}

/** In their normal form: what was checked against the application's list was one. */
function isSameUrl(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).href === new URL(b).href
}
