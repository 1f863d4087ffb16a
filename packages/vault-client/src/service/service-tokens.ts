import { toBase64url } from '../base64url.js'
import type { AccessKey } from './access-key.js'
import type { ClientClock } from './clock.js'

/** How long a token lives, seconds: short, as whoever catches it may use it so long. */
const LIFE_S = 60
/** How long it is used, milliseconds: the rest is for the way, and for clocks that differ. */
const USE_MS = 45_000
/** From this difference on the vault's clock is believed instead of our own. */
const SKEW_MS = 5_000

/** A bearer token that the client signed itself with its access key. */
export interface ServiceToken {
  readonly text: string
  /** When it was made, and how far the vault's clock was thought to be ahead of our own; both milliseconds. */
  readonly madeAtMs: number
  readonly aheadMs: number
}

export interface ServiceTokens {
  /** One that lives. The vault checks the signature of a token once, so one token serves all requests for most of its life. */
  current(): Promise<ServiceToken>
  /**
   * Tells that the vault refused a token, and what time it is there. True when that is another time than was thought: the next token is
   * made by the vault's clock, and may be accepted.
   */
  refused(token: ServiceToken, vaultTimeMs: number | undefined): boolean
  /**
   * Tells what time it is at the vault that took a token, as it takes one of a clock that is a minute late. Only a vault that is ahead is believed:
   * an answer that was long on the way makes it seem behind.
   */
  accepted(vaultTimeMs: number | undefined): void
  /** The vault's clock as far as it is known, epoch milliseconds: what it says of times is by this. */
  vaultNow(): number
}

export function createServiceTokens({
  accessKey,
  url,
  clock,
}: {
  readonly accessKey: AccessKey
  /** Of the vault, without a slash at the end. */
  readonly url: string
  readonly clock: ClientClock
}): ServiceTokens {
  let aheadMs = 0
  let held: { readonly madeAtMs: number; readonly token: Promise<ServiceToken> } | undefined

  async function sign(madeAtMs: number): Promise<ServiceToken> {
    const { clientId, keyId, accountId } = accessKey
    const iat = Math.floor(madeAtMs / 1000)
    const claims = {
      iss: `${url}/v1/clients/${encodeURIComponent(clientId)}`,
      sub: clientId,
      client_id: clientId,
      aud: `${accountId}.accounts.authress.io`,
      iat,
      exp: iat + LIFE_S,
      jti: toBase64url(crypto.getRandomValues(new Uint8Array(16))),
    }
    const signed = `${encodeJson({ alg: 'EdDSA', kid: keyId, typ: 'at+jwt' })}.${encodeJson(claims)}`
    const made = { madeAtMs, aheadMs }
    return { ...made, text: `${signed}.${toBase64url(await accessKey.sign(new TextEncoder().encode(signed)))}` }
  }

  const vaultNow = (): number => clock.now() + aheadMs

  return {
    current() {
      const nowMs = vaultNow()
      // Where the clock was set back, the token is not valid yet.
      if (held && nowMs >= held.madeAtMs && nowMs - held.madeAtMs < USE_MS) return held.token
      const next = { madeAtMs: nowMs, token: sign(nowMs) }
      next.token.catch(() => {
        if (held === next) held = undefined
      })
      held = next
      return next.token
    },
    refused(token, vaultTimeMs) {
      if (held?.madeAtMs === token.madeAtMs) held = undefined
      const thoughtMs = clock.now() + token.aheadMs
      if (vaultTimeMs === undefined || Math.abs(vaultTimeMs - thoughtMs) < SKEW_MS) return false
      aheadMs = vaultTimeMs - clock.now()
      return true
    },
    accepted(vaultTimeMs) {
      if (vaultTimeMs !== undefined && vaultTimeMs - vaultNow() >= SKEW_MS) aheadMs = vaultTimeMs - clock.now()
    },
    vaultNow,
  }
}

function encodeJson(value: object): string {
  return toBase64url(new TextEncoder().encode(JSON.stringify(value)))
}
