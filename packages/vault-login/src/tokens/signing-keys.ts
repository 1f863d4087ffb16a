import { type Clock, type RandomSource, randomToken } from '@holdfast/vault-core'
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import type { PrivateJwk, SigningKey, SigningKeyStore } from './signing-key-store.js'
import { endedAt, isPublished, needsSuccessor, signerOf, timesOfNewKey } from './signing-schedule.js'

/** The keys that sign users' tokens, alike in all processes over one store. */
export interface SigningKeys {
  /** The key that signs now, made at first need. */
  signer(): Promise<{ readonly kid: string; readonly key: CryptoKey }>
  /** The public key of this id, if it is published. One that this process does not know yet is looked for in the store. */
  publicKey(kid: string): Promise<CryptoKey | undefined>
  /** The public keys that are published. */
  publicJwks(): Promise<JWK[]>
  rotate(): Promise<void>
}

/** How old what was read of the keys may be, milliseconds. */
const MAX_STALENESS_MS = 1_000

interface KnownKeys {
  readonly readAtMs: number
  readonly revision: number
  readonly keys: readonly SigningKey[]
}

export function createSigningKeys({
  store,
  clock,
  random,
  lifetimeMs,
}: {
  readonly store: SigningKeyStore
  readonly clock: Clock
  readonly random: RandomSource
  readonly lifetimeMs: number
}): SigningKeys {
  let known: KnownKeys | undefined
  let reading: Promise<KnownKeys> | undefined
  let making: Promise<SigningKey> | undefined
  const imported = new Map<string, Promise<CryptoKey>>()

  async function read(): Promise<KnownKeys> {
    const readAtMs = clock.monotonic()
    const revision = await store.revision()
    const keys = known?.revision === revision ? known.keys : await store.all()
    known = { readAtMs, revision, keys }
    return known
  }

  function readShared(): Promise<KnownKeys> {
    reading ??= read().finally(() => {
      reading = undefined
    })
    return reading
  }

  async function keysNow(): Promise<readonly SigningKey[]> {
    const isFresh = known !== undefined && clock.monotonic() - known.readAtMs < MAX_STALENESS_MS
    return (known !== undefined && isFresh ? known : await readShared()).keys
  }

  /** As the store has them after this call began. */
  async function keysAfresh(): Promise<readonly SigningKey[]> {
    await reading?.catch(() => undefined)
    return (await readShared()).keys
  }

  async function make(keys: readonly SigningKey[]): Promise<SigningKey> {
    const nowMs = clock.now()
    const kid = randomToken(random, 16)
    const key: SigningKey = {
      ...timesOfNewKey(kid, lifetimeMs, nowMs, signerOf(keys, nowMs) !== undefined),
      privateJwk: await newPrivateJwk(),
    }
    await store.insert(key)
    for (const old of keys) if (!isPublished(old, nowMs)) await store.remove(old.kid)
    known = undefined
    return key
  }

  /** Callers at the same time share one. */
  function makeShared(keys: readonly SigningKey[]): Promise<SigningKey> {
    making ??= make(keys).finally(() => {
      making = undefined
    })
    return making
  }

  function importedKey(name: string, jwk: JWK): Promise<CryptoKey> {
    const key = imported.get(name) ?? importJWK(jwk, 'EdDSA').then(asymmetric)
    imported.set(name, key)
    key.catch(() => imported.delete(name))
    return key
  }

  async function signingKey(): Promise<SigningKey> {
    const nowMs = clock.now()
    const signer = signerOf(await keysNow(), nowMs)
    if (signer && !needsSuccessor(await keysNow(), signer, lifetimeMs, nowMs)) return signer
    // What another process has made meanwhile will do.
    const keys = await keysAfresh()
    const again = signerOf(keys, nowMs)
    if (!again) return makeShared(keys)
    if (needsSuccessor(keys, again, lifetimeMs, nowMs)) await makeShared(keys)
    return again
  }

  return {
    async signer() {
      const { kid, privateJwk } = await signingKey()
      return { kid, key: await importedKey(`sign ${kid}`, { ...privateJwk }) }
    },

    async publicKey(kid) {
      if (!/^[A-Za-z0-9_-]{22}$/.test(kid)) return undefined
      const isIt = (key: SigningKey): boolean => key.kid === kid
      const found = (await keysNow()).find(isIt) ?? (await keysAfresh()).find(isIt)
      return found && isPublished(found, clock.now()) ? importedKey(`verify ${kid}`, publicJwkOf(found)) : undefined
    },

    async publicJwks() {
      const nowMs = clock.now()
      const held = await keysNow()
      // None that signs: another process may have made the first one this very second.
      const keys = signerOf(held, nowMs) ? held : await keysAfresh()
      return keys.filter((key) => isPublished(key, nowMs)).map(publicJwkOf)
    },

    async rotate() {
      const keys = await keysAfresh()
      const { signsFromMs } = await makeShared(keys)
      for (const old of keys) await store.change(old.kid, (key) => endedAt(key, signsFromMs))
      known = undefined
    },
  }
}

async function newPrivateJwk(): Promise<PrivateJwk> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  const { x, d } = await exportJWK(privateKey)
  if (x === undefined || d === undefined) throw new TypeError('Ed25519 exported no key.')
  return { kty: 'OKP', crv: 'Ed25519', x, d }
}

/** Field by field: nothing of the secret half can come along. */
function publicJwkOf({ kid, privateJwk: { kty, crv, x } }: SigningKey): JWK {
  return { kty, crv, x, alg: 'EdDSA', use: 'sig', kid }
}

function asymmetric(key: CryptoKey | Uint8Array): CryptoKey {
  if (key instanceof Uint8Array) throw new TypeError('A signing key is no key pair.')
  return key
}
