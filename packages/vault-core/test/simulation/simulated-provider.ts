import type { RotationProfile } from '../../src/index.js'
import type { GrantFacts, Ledger, TokenRequestFacts } from './ledger.js'
import type { Seeded } from './seeded.js'

/** An authorization server with rotating refresh tokens and reuse detection, all its state in the ledger. */
export interface SimulatedProvider {
  /** A user consents: the answer to the code, which is his name and a number. */
  consent(code: string): Answer
  refresh(refreshToken: string, fault: ProviderFault, request: TokenRequestFacts): Answer
  /** The provider ends the user's grants of its own accord. */
  endGrants(userId: string): void
  revoke(token: string): void
}

export interface Answer {
  readonly status: number
  readonly body: string
  readonly headers?: Record<string, string>
}

/** What goes wrong at the provider itself. `…After` means that the rotation has happened. */
export type ProviderFault =
  | 'none'
  | 'error500Before'
  | 'error500After'
  | 'htmlAfter'
  | 'truncatedAfter'
  | 'unavailable'
  | 'tooMany'
  | 'invalidClient'
  | 'wrongTypeAfter'
  | 'errorBesideTokens'

const FAULTS_AFTER: ReadonlySet<ProviderFault> = new Set(['error500After', 'htmlAfter', 'truncatedAfter'])

export function simulatedProvider(options: {
  readonly rotation: RotationProfile
  readonly reuseEndsGrant: boolean
  readonly lifetimeS: number
  readonly ledger: Ledger
  readonly nowMs: () => number
  readonly random: Seeded
}): SimulatedProvider {
  const { rotation, reuseEndsGrant, lifetimeS, ledger, nowMs, random } = options
  let serial = 0

  const issue = (grant: GrantFacts, refreshToken: string | undefined, askedAtMs: number, type = 'Bearer'): Record<string, unknown> => {
    serial += 1
    const accessToken = `at-${grant.grantId}-${serial}`
    ledger.accessTokens.set(accessToken, {
      grantId: grant.grantId,
      userId: grant.userId,
      serial,
      askedAtMs,
      issuedAtMs: nowMs(),
      endsAtMs: nowMs() + lifetimeS * 1000,
      unusable: type.toLowerCase() !== 'bearer',
    })
    return {
      access_token: accessToken,
      token_type: type,
      expires_in: random.chance(0.1) ? String(lifetimeS) : lifetimeS,
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    }
  }

  const newRefreshToken = (grantId: string): string => {
    serial += 1
    const token = `rt-${grantId}-${serial}`
    ledger.refreshTokens.set(token, { grantId, usedAtMs: undefined })
    return token
  }

  const isAccepted = (usedAtMs: number | undefined): boolean =>
    usedAtMs === undefined || rotation.kind === 'none' || (rotation.kind === 'grace' && nowMs() - usedAtMs <= rotation.seconds * 1000)

  return {
    consent(code) {
      serial += 1
      const userId = code.split('.')[0] ?? ''
      const grant: GrantFacts = {
        grantId: `${userId}.${serial}`,
        userId,
        code,
        alive: true,
        acknowledgedAtMs: undefined,
        endedOnPurpose: false,
        supersededAtMs: undefined,
      }
      ledger.grants.set(grant.grantId, grant)
      return json(200, issue(grant, newRefreshToken(grant.grantId), nowMs()))
    },

    refresh(refreshToken, fault, request) {
      request.reachedProvider = true
      if (fault === 'error500Before') return { status: 500, body: '{"error":"server_error"}' }
      if (fault === 'unavailable') return { status: 503, body: 'busy', headers: { 'retry-after': String(random.between(1, 20)) } }
      if (fault === 'tooMany') return { status: 429, body: '{"error":"slow_down"}' }
      if (fault === 'invalidClient') return json(401, { error: 'invalid_client' })
      const facts = ledger.refreshTokens.get(refreshToken)
      const grant = facts && ledger.grants.get(facts.grantId)
      if (!facts || !grant?.alive) return json(400, { error: 'invalid_grant' })
      if (!isAccepted(facts.usedAtMs)) {
        // Reuse: RFC 9700, section 4.14.2.
        if (reuseEndsGrant) grant.alive = false
        return json(400, { error: 'invalid_grant' })
      }
      facts.usedAtMs ??= nowMs()
      request.rotated = rotation.kind !== 'none'
      request.issued = request.rotated ? newRefreshToken(grant.grantId) : undefined
      const type = fault === 'wrongTypeAfter' ? 'mac' : random.chance(0.2) ? 'bearer' : 'Bearer'
      const tokens = issue(grant, request.issued, request.sentAtMs, type)
      if (FAULTS_AFTER.has(fault)) request.answerLost = request.rotated
      switch (fault) {
        case 'error500After':
          return { status: 500, body: 'Internal Server Error' }
        case 'htmlAfter':
          return { status: 200, body: '<html>One moment please</html>', headers: { 'content-type': 'text/html' } }
        case 'truncatedAfter':
          return { status: 200, body: JSON.stringify(tokens).slice(0, -20) }
        case 'errorBesideTokens':
          ledger.accessTokens.delete(String(tokens['access_token']))
          return json(200, { ...tokens, error: 'server_error' })
        default:
          return json(200, tokens)
      }
    },

    endGrants(userId) {
      for (const grant of ledger.grants.values()) {
        if (grant.userId !== userId || !grant.alive) continue
        grant.alive = false
        grant.endedOnPurpose = true
      }
    },

    revoke(token) {
      const grantId = ledger.refreshTokens.get(token)?.grantId ?? ledger.accessTokens.get(token)?.grantId
      const grant = grantId === undefined ? undefined : ledger.grants.get(grantId)
      if (!grant) return
      if (!grant.endedOnPurpose && grant.supersededAtMs === undefined && !ledger.disconnecting.has(grant.userId))
        ledger.violate(`The vault revoked ${grant.grantId}, which nobody ended.`)
      grant.alive = false
      grant.endedOnPurpose = true
    },
  }
}

function json(status: number, body: unknown): Answer {
  return { status, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}
