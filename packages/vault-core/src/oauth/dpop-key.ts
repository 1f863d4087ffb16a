import * as oauth from 'oauth4webapi'
import { randomToken } from '../crypto/random-token.js'
import { generateEs256Key, importEs256KeyPair, type Runtime } from '../runtime.js'
import { Secret } from '../secret.js'

/**
 * The key that the tokens of one grant are bound to: whoever has a token and not this key cannot use it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449 RFC 9449}
 */
export interface DpopKey {
  /** For token requests by oauth4webapi: makes the proof of each. */
  readonly handle: oauth.DPoPHandle
  /** For `dpop_jkt`. @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-10 RFC 9449, section 10} */
  thumbprint(): Promise<string>
  /** The proof for one request to an API. */
  proof(request: ProofRequest): Promise<string>
  /** Keeps the nonce that a server wants in proofs from now on, if this answer says so. Returns whether it does. */
  noteNonce(from: NonceFrom, url: string, headers: Headers): boolean
  /** The same of a nonce that was read already. One that can be none is left out. */
  useNonce(from: NonceFrom, url: string, nonce: string): boolean
}

export interface ProofRequest {
  readonly accessToken: string
  readonly method: string
  readonly url: URL
}

/** Authorization server and API each have nonces of their own, also on one origin. */
export type NonceFrom = 'token_endpoint' | 'api'

export interface DpopKeys {
  /** Makes a key: a private JWK. */
  generate(): Promise<Secret>
  /** @param connectionId - Servers give nonces to clients, whatever the key: those of a connection share them. */
  open(key: Secret, connectionId: string): Promise<DpopKey>
}

/** Nonces are kept in memory: one that is gone costs a request that is refused and repeated. */
const MAX_NONCES = 1_000
/** RFC 9449, section 8.1: what a nonce is made of. */
const NONCE = /^[\x21\x23-\x5b\x5d-\x7e]{1,1024}$/

/** Makes keys, by ES256, and opens them for use. */
export function createDpopKeys(runtime: Runtime): DpopKeys {
  const nonces = new Map<string, string>()

  function keep(key: string, nonce: string): void {
    nonces.delete(key)
    for (const oldest of nonces.keys()) {
      if (nonces.size < MAX_NONCES) break
      nonces.delete(oldest)
    }
    nonces.set(key, nonce)
  }

  return {
    async generate() {
      return new Secret(JSON.stringify(await generateEs256Key()))
    },

    async open(key, connectionId) {
      const keyPair = await importEs256KeyPair(JSON.parse(key.reveal()) as JsonWebKey)
      const placeOf = (from: NonceFrom, url: string): string => `${from} ${new URL(url).origin} ${connectionId}`
      const handle = oauth.DPoP({}, keyPair, {
        [oauth.modifyAssertion]: (_header, payload) => {
          const nonce = nonces.get(placeOf(payload.ath === undefined ? 'token_endpoint' : 'api', String(payload.htu)))
          Object.assign(payload, { iat: Math.floor(runtime.clock.now() / 1000), jti: randomToken(runtime.random, 16), nonce })
        },
      })
      const useNonce: DpopKey['useNonce'] = (from, url, nonce) => {
        if (!NONCE.test(nonce)) return false
        keep(placeOf(from, url), nonce)
        return true
      }
      return {
        handle,
        thumbprint: () => handle.calculateThumbprint(),
        proof: (request) => proofBy(handle, request),
        noteNonce: (from, url, headers) => useNonce(from, url, headers.get('dpop-nonce') ?? ''),
        useNonce,
      }
    },
  }
}

/** oauth4webapi makes proofs for the requests that it sends, and so is let send one to nowhere. */
async function proofBy(handle: oauth.DPoPHandle, { accessToken, method, url }: ProofRequest): Promise<string> {
  let proof = ''
  await oauth.protectedResourceRequest(accessToken, method, url, new Headers(), null, {
    DPoP: handle,
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (_url, { headers }) => {
      proof = headers.dpop ?? ''
      return new Response(null, { status: 204 })
    },
  })
  return proof
}
