import type { VerifiedUserToken } from './verified-user-token.js'

/** A token whose signature held, with the key that it held under. */
export interface HeldToken {
  readonly kid: string
  readonly verified: VerifiedUserToken
}

/** Tokens that were verified, so that none is verified twice. What may change meanwhile, the caller asks each time. */
export interface VerifiedTokens {
  get(token: string): HeldToken | undefined
  keep(token: string, held: HeldToken): void
}

const MAX_TOKENS = 10_000
/** Longest token that is kept, in characters: so all of them take 20 MB at most. */
const MAX_LENGTH = 2_048

/** Beyond its size the one that was kept first goes. */
export function createVerifiedTokens(maxTokens: number = MAX_TOKENS): VerifiedTokens {
  const tokens = new Map<string, HeldToken>()
  return {
    get: (token) => tokens.get(token),
    keep(token, held) {
      if (token.length > MAX_LENGTH) return
      const oldest = tokens.size >= maxTokens ? tokens.keys().next().value : undefined
      if (oldest !== undefined) tokens.delete(oldest)
      tokens.set(token, held)
    },
  }
}
