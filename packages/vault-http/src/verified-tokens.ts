/** What a token proved when its signature was checked. */
export interface VerifiedToken {
  readonly clientId: string
  readonly keyId: string
  /** The key that the signature was checked with: the token proves nothing under any other. */
  readonly publicKeyX: string
  /** Epoch milliseconds until which the token needs no new check. */
  readonly untilMs: number
}

/** Tokens whose signature held, so that none is verified twice. What may change meanwhile, the caller asks each time: whether the key still exists. */
export interface VerifiedTokens {
  /** The token as it was verified, by `verify` if it is new. Callers at the same time share one verification. Only what held is kept. */
  get(token: string, verify: () => Promise<VerifiedToken | undefined>): Promise<VerifiedToken | undefined> | VerifiedToken
}

const MAX_TOKENS = 10_000
/** Longest token that is kept, in characters: so all of them take 40 MB at most. Longer ones, which only forms can bring, are verified each time. */
const MAX_HELD_LENGTH = 4_096

export function createVerifiedTokens({
  now,
  maxTokens = MAX_TOKENS,
}: {
  readonly now: () => number
  readonly maxTokens?: number
}): VerifiedTokens {
  // The keys are the tokens themselves: a hash of each would cost about as much as all else that a request costs. Whoever reads this
  // process's memory reads the credentials that it hands out, too.
  const held = new Map<string, VerifiedToken>()
  const underWay = new Map<string, Promise<VerifiedToken | undefined>>()

  function hold(token: string, verified: VerifiedToken): void {
    if (token.length > MAX_HELD_LENGTH) return
    for (const oldest of held.keys()) {
      if (held.size < maxTokens) break
      held.delete(oldest)
    }
    held.set(token, verified)
  }

  async function verifyAndHold(token: string, verify: () => Promise<VerifiedToken | undefined>): Promise<VerifiedToken | undefined> {
    const verified = await verify()
    if (verified) hold(token, verified)
    return verified
  }

  return {
    get(token, verify) {
      const known = held.get(token)
      if (known && now() < known.untilMs) return known
      held.delete(token)
      const running = underWay.get(token)
      if (running) return running
      const begun = verifyAndHold(token, verify).finally(() => underWay.delete(token))
      underWay.set(token, begun)
      return begun
    },
  }
}
