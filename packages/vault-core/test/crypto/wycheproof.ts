import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { expect, it } from 'vitest'
import type { Aead } from '../../src/crypto/primitives.js'

// Google's and C2SP's test vectors stand beside the checkout, not in it.
export const vectorFolder: URL = new URL('../../../../../shared/vectors/', import.meta.url)

type Vector = Readonly<Record<string, string>>

interface Group {
  readonly keySize?: number
  readonly ivSize?: number
  readonly tagSize?: number
  readonly tests: readonly Vector[]
}

/** One test over all vectors of a file; where the file is not there, a loud line and a skipped test instead. */
export function testVectors(
  name: string,
  least: number,
  run: (vector: Vector) => void,
  applies: (group: Group) => boolean = () => true,
): void {
  const file = fileURLToPath(new URL(`wycheproof-${name}.json`, vectorFolder))
  const isThere = existsSync(file)
  if (!isThere) console.warn(`NOT RUN: the Wycheproof vectors for ${name}. They belong into ../shared/vectors beside the checkout.`)
  it.skipIf(!isThere)(`${name}: every vector`, () => {
    const groups: readonly Group[] = JSON.parse(readFileSync(file, 'utf8')).testGroups
    const vectors = groups.filter(applies).flatMap(({ tests }) => tests)
    expect(vectors.length).toBeGreaterThanOrEqual(least)
    for (const vector of vectors) run(vector)
  })
}

export function testAead(name: string, least: number, cipher: Aead, applies?: (group: Group) => boolean): void {
  const run = (vector: Vector): void => {
    const [key, iv, aad] = [hex(vector.key), hex(vector.iv), hex(vector.aad)]
    const note = `${name} ${vector.tcId}: ${vector.comment}`
    const opened = attempt(() => cipher.decrypt(key, iv, aad, hex(`${vector.ct}${vector.tag}`)))
    expect(opened, note).toBe(vector.result === 'invalid' ? undefined : vector.msg)
    if (vector.result !== 'valid') return
    const sealed = attempt(() => cipher.encrypt(key, iv, aad, hex(vector.msg)))
    expect(sealed, note).toBe(`${vector.ct}${vector.tag}`)
  }
  testVectors(name, least, run, applies)
}

/** What suite 2 takes: the file has other sizes too. */
export function testAes256Gcm(cipher: Aead): void {
  testAead('aes_gcm', 60, cipher, ({ keySize, ivSize, tagSize }) => keySize === 256 && ivSize === 96 && tagSize === 128)
}

export function testHkdf(hkdf: (ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number) => Uint8Array): void {
  testVectors('hkdf_sha256', 86, (vector) => {
    const okm = attempt(() => hkdf(hex(vector.ikm), hex(vector.salt), hex(vector.info), Number(vector.size)))
    expect(okm, `${vector.tcId}`).toBe(vector.result === 'invalid' ? undefined : vector.okm)
  })
}

export function hex(text: string | undefined): Uint8Array {
  return hexToBytes(text ?? '')
}

function attempt(work: () => Uint8Array | undefined): string | undefined {
  try {
    const bytes = work()
    return bytes && bytesToHex(bytes)
  } catch {
    return undefined
  }
}
