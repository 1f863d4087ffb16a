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
  /** The token as it was verified, if it was, and needs no new check. */
  find(token: string): VerifiedToken | undefined
  /** The same, by `verify` if it is new. Callers at the same time share one verification. Only what held is kept. */
  get(token: string, verify: () => Promise<VerifiedToken | undefined>): Promise<VerifiedToken | undefined> | VerifiedToken
}

const MAX_TOKENS = 10_000
/** Longest token that is kept, in characters: so all of them take 40 MB at most. Longer ones, which only forms can bring, are verified each time. */
const MAX_HELD_LENGTH = 4_096

/** Half of a signature of Ed25519, in characters of base64url. */
const END_LENGTH = 43

interface HeldToken {
  readonly token: string
  readonly verified: VerifiedToken
}

export function createVerifiedTokens({
  now,
  maxTokens = MAX_TOKENS,
}: {
  readonly now: () => number
  readonly maxTokens?: number
}): VerifiedTokens {
  // By their ends, and compared as a whole: to hash a whole token, by whatever function, costs about as much as all else that tells who asks.
  // Whoever reads this process's memory reads the credentials that it hands out, too.
  const held = new Map<string, HeldToken>()
  const underWay = new Map<string, Promise<VerifiedToken | undefined>>()

  function find(token: string): VerifiedToken | undefined {
    const end = endOf(token)
    const known = held.get(end)
    if (known?.token !== token) return undefined
    if (now() < known.verified.untilMs) return known.verified
    held.delete(end)
    return undefined
  }

  function hold(token: string, verified: VerifiedToken): void {
    if (token.length > MAX_HELD_LENGTH) return
    const end = endOf(token)
    held.delete(end)
    for (const oldest of held.keys()) {
      if (held.size < maxTokens) break
      held.delete(oldest)
    }
    held.set(end, { token, verified })
  }

  async function verifyAndHold(token: string, verify: () => Promise<VerifiedToken | undefined>): Promise<VerifiedToken | undefined> {
    const verified = await verify()
    if (verified) hold(token, verified)
    return verified
  }

  return {
    find,
    get(token, verify) {
      const known = find(token)
      if (known) return known
      const running = underWay.get(token)
      if (running) return running
      const begun = verifyAndHold(token, verify).finally(() => underWay.delete(token))
      underWay.set(token, begun)
      return begun
    },
  }
}

function endOf(token: string): string {
  return token.slice(-END_LENGTH)
}
