import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chacha20poly1305, xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'

// Google's and C2SP's test vectors stand beside the checkout, not in it.
const folder = new URL('../../../../../shared/vectors/', import.meta.url)

interface VectorFile {
  readonly testGroups: readonly { readonly ivSize?: number; readonly tests: readonly Record<string, string>[] }[]
}

function vectorsOf(name: string): VectorFile['testGroups'][number]['tests'] {
  const file = fileURLToPath(new URL(`wycheproof-${name}.json`, folder))
  if (!existsSync(file)) {
    console.warn(`NOT RUN: the Wycheproof vectors for ${name}. They belong into ../shared/vectors beside the checkout.`)
    return []
  }
  return (JSON.parse(readFileSync(file, 'utf8')) as VectorFile).testGroups.flatMap(({ tests }) => tests)
}

const hex = (text: string | undefined): Uint8Array => hexToBytes(text ?? '')
const attempt = (work: () => Uint8Array): string | undefined => {
  try {
    return bytesToHex(work())
  } catch {
    return undefined
  }
}

function check(name: string, least: number, run: (vector: Record<string, string>) => void): void {
  const vectors = vectorsOf(name)
  if (vectors.length === 0) return
  it(`${name}: all ${vectors.length} vectors`, () => {
    expect(vectors.length).toBeGreaterThanOrEqual(least)
    for (const vector of vectors) run(vector)
  })
}

describe('Wycheproof', () => {
  it('vectors are looked for', () => {
    expect(folder.pathname.endsWith('/shared/vectors/')).toBe(true)
  })

  for (const [name, cipher, least] of [
    ['xchacha20_poly1305', xchacha20poly1305, 315],
    ['chacha20_poly1305', chacha20poly1305, 325],
  ] as const) {
    check(name, least, (vector) => {
      const aead = () => cipher(hex(vector.key), hex(vector.iv), hex(vector.aad))
      const opened = attempt(() => aead().decrypt(hex(`${vector.ct}${vector.tag}`)))
      const note = `${name} ${vector.tcId}: ${vector.comment}`
      expect(opened, note).toBe(vector.result === 'invalid' ? undefined : vector.msg)
      if (vector.result === 'valid')
        expect(
          attempt(() => aead().encrypt(hex(vector.msg))),
          note,
        ).toBe(`${vector.ct}${vector.tag}`)
    })
  }

  check('hkdf_sha256', 86, (vector) => {
    const okm = attempt(() => hkdf(sha256, hex(vector.ikm), hex(vector.salt), hex(vector.info), Number(vector.size)))
    expect(okm, `${vector.tcId}`).toBe(vector.result === 'invalid' ? undefined : vector.okm)
  })

  check('hmac_sha256', 174, (vector) => {
    const tag = bytesToHex(hmac(sha256, hex(vector.key), hex(vector.msg))).slice(0, vector.tag?.length)
    expect(tag === vector.tag, `${vector.tcId}`).toBe(vector.result !== 'invalid')
  })
})
