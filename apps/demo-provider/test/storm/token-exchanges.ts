import type { Fault } from './faults.ts'

/** One refresh request as the proxy saw it. */
export interface TokenExchange {
  /** Which process asked. */
  readonly asker: string
  /** Which consent the refresh token goes back to; undefined for one that nobody was given. */
  readonly grant: number | undefined
  /** Tells which of the grant's refresh tokens was presented: how many rotations it is away from the consent. */
  readonly generation: number
  readonly fault: Fault | undefined
  readonly arrivedMs: number
  /** Undefined when the provider was not asked. */
  readonly answer: 'rotated' | 'refused' | undefined
  /** Whether the provider's answer went out to the asker, whole. */
  readonly isDelivered: boolean
}

/** Knows which tokens came of which consent. */
export interface TokenGenealogy {
  /** Takes note of the provider's answer to a code, or to a refresh token. */
  born(body: string, parent: { readonly grant: number | undefined; readonly generation: number } | undefined): void
  ofRefreshToken(refreshToken: string): { readonly grant: number | undefined; readonly generation: number }
  /** @param end - The last characters of an access token. */
  ofAccessToken(end: string): number | undefined
}

/** As many characters as a worker tells of a token. */
export const TOKEN_END = 12

export function tokenGenealogy(): TokenGenealogy {
  const refreshTokens = new Map<string, { readonly grant: number | undefined; readonly generation: number }>()
  const accessTokens = new Map<string, number | undefined>()
  let grants = 0
  return {
    born(body, parent) {
      const { refresh_token: refreshToken, access_token: accessToken }: Record<string, unknown> = JSON.parse(body)
      const own = parent ? { grant: parent.grant, generation: parent.generation + 1 } : { grant: ++grants, generation: 0 }
      refreshTokens.set(String(refreshToken), own)
      accessTokens.set(String(accessToken).slice(-TOKEN_END), own.grant)
    },
    ofRefreshToken: (refreshToken) => refreshTokens.get(refreshToken) ?? { grant: undefined, generation: -1 },
    ofAccessToken: (end) => accessTokens.get(end),
  }
}
