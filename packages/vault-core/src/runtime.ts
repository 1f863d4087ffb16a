import { type Measure, measureNothing } from './instrumentation.js'

/**
 * What the core needs of the world around it. Everything comes in through `createVault`; this file alone knows the
 * defaults, taken from the Web-standard globals that Node, Deno, Bun, Workers and browsers share.
 */
export interface Runtime {
  readonly clock: Clock
  readonly random: RandomSource
  readonly fetch: typeof globalThis.fetch
  /** For connections that stand in the store, and for `vault.fetch`. */
  readonly fetchForStoredConnections: typeof globalThis.fetch
  /** Runs work, and has its time taken where somebody wants to know. */
  readonly measure: Measure
}

export interface Clock {
  /** Wall clock, epoch milliseconds. */
  now(): number
  /** Milliseconds that only grow, from any origin. */
  monotonic(): number
  /** Resolves after `ms`, or as soon as `signal` aborts. Never rejects. `background`: this wait alone need not keep the process alive. */
  sleep(ms: number, signal?: AbortSignal, options?: { readonly background?: boolean }): Promise<void>
}

/** The reason to end a wait with that is no failure. Without one `abort()` makes an error each time, with its stack. */
export const WAIT_ENDED = 'ended'

/** `length` bytes of a cryptographically secure random source. */
export type RandomSource = (length: number) => Uint8Array

/** The runtime's own clock, random source and fetch, each unless given. */
export function runtimeWithDefaults(given: {
  clock?: Clock | undefined
  random?: RandomSource | undefined
  fetch?: typeof globalThis.fetch | undefined
  fetchForStoredConnections?: typeof globalThis.fetch | undefined
  measure?: Measure | undefined
}): Runtime {
  const fetch: typeof globalThis.fetch = given.fetch ?? ((input, init) => globalThis.fetch(input, init))
  return {
    clock: given.clock ?? systemClock,
    random: given.random ?? systemRandom,
    fetch,
    fetchForStoredConnections: given.fetchForStoredConnections ?? fetch,
    measure: given.measure ?? measureNothing,
  }
}

/** Seconds to add to the system's time to get this clock's, for libraries that read the system's. */
export function clockSkewS(clock: Clock): number {
  return clock === systemClock ? 0 : Math.round((clock.now() - Date.now()) / 1000)
}

const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal, { background = false } = {}) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const done = (): void => {
        clearTimeout(timer as number)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer: unknown = setTimeout(() => done(), ms)
      // Where timers keep a process alive they are objects that can be told not to.
      if (background && typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function') timer.unref()
      signal?.addEventListener('abort', done)
    }),
}

const systemRandom: RandomSource = (length) => crypto.getRandomValues(new Uint8Array(length))

/** Whether the process says of itself that it runs in production: `NODE_ENV=production`, where there is such a thing. */
export function isProduction(): boolean {
  const { process } = globalThis as { readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> } }
  return process?.env?.NODE_ENV === 'production'
}

/** Makes an Ed25519 key pair: PKCS#8 DER of the private half, JWK `x` of the public half. WebCrypto has the curve; noble's ciphers and hashes do not. */
export async function generateEd25519KeyPair(): Promise<{ readonly privateKeyPkcs8: Uint8Array; readonly publicKeyX: string }> {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
  if (!('privateKey' in pair)) throw new TypeError('Ed25519 generated no key pair.')
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', pair.privateKey)
  const jwk = await crypto.subtle.exportKey('jwk', pair.publicKey)
  if (typeof jwk.x !== 'string') throw new TypeError('Ed25519 exported no public key.')
  return { privateKeyPkcs8: new Uint8Array(pkcs8), publicKeyX: jwk.x }
}

/** Makes a P-256 key pair, as a private JWK, which holds the public half as well. */
export async function generateEs256Key(): Promise<JsonWebKey> {
  const { privateKey } = await crypto.subtle.generateKey(ES256, true, ['sign', 'verify'])
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey('jwk', privateKey)
  return { kty, crv, x, y, d } as JsonWebKey
}

/** Imports both halves of such a key. The private one cannot be exported again. */
export async function importEs256KeyPair({ d, ...publicJwk }: JsonWebKey): Promise<CryptoKeyPair> {
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.importKey('jwk', { ...publicJwk, d } as JsonWebKey, ES256, false, ['sign']),
    crypto.subtle.importKey('jwk', publicJwk, ES256, true, ['verify']),
  ])
  return { privateKey, publicKey }
}

const ES256 = { name: 'ECDSA', namedCurve: 'P-256' } as const

/** Imports a private key for signing. What it returns cannot be exported again. */
export async function importSigningKey(
  key: { readonly format: 'pkcs8'; readonly der: Uint8Array<ArrayBuffer> } | { readonly format: 'jwk'; readonly jwk: JsonWebKey },
  algorithm: { readonly name: string },
): Promise<CryptoKey> {
  if (key.format === 'pkcs8') return crypto.subtle.importKey('pkcs8', key.der, algorithm, false, ['sign'])
  // Hints such as `use` and `alg` make WebCrypto refuse keys that it could use.
  const { use: _use, key_ops: _operations, ext: _extractable, alg: _algorithm, ...jwk } = key.jwk
  return crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign'])
}

/** The `alg` of JSON Web Signature that a key signs by (RFC 7518, section 3.1; RFC 8037). */
export function jwsAlgorithmOf({ algorithm }: CryptoKey): string {
  const { name, hash, namedCurve }: { name: string; hash?: { name: string }; namedCurve?: string } = algorithm
  if (name === 'ECDSA') return namedCurve === 'P-521' ? 'ES512' : `ES${namedCurve?.slice(2)}`
  return name === 'Ed25519' ? 'EdDSA' : `${name === 'RSA-PSS' ? 'PS' : 'RS'}${hash?.name.slice(4)}`
}

/** Signs as the key's JWS algorithm does. */
export async function signWith(key: CryptoKey, data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const bits = Number(jwsAlgorithmOf(key).slice(2))
  const parameters = { name: key.algorithm.name, hash: `SHA-${bits}`, saltLength: bits / 8 }
  return new Uint8Array(await crypto.subtle.sign(key.algorithm.name === 'Ed25519' ? 'Ed25519' : parameters, key, data))
}
