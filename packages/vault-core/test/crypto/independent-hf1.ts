import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

// Format hf1 written down a second time, on node:crypto alone, from its description in `docs/hf1.md`. It shares no line with src.

export function lengthPrefixed(parts: readonly (string | Buffer)[]): Buffer {
  const chunks: Buffer[] = [uint32(parts.length)]
  for (const part of parts) {
    const bytes = Buffer.isBuffer(part) ? part : Buffer.from(part, 'utf8')
    chunks.push(uint32(bytes.length), bytes)
  }
  return Buffer.concat(chunks)
}

export function seal(suite: number, dek: Buffer, dekId: Buffer, nonce: Buffer, context: Buffer, plaintext: Buffer): Buffer {
  const { key, commitment } = derive(dek, nonce, 'hf1 record key+commit', context)
  const header = Buffer.concat([Buffer.from('484601', 'hex'), Buffer.from([suite]), dekId, nonce, commitment])
  const padded = Buffer.alloc(Math.ceil((plaintext.length + 1) / 256) * 256)
  plaintext.copy(padded)
  padded[plaintext.length] = 0x80
  return Buffer.concat([header, (suite === 1 ? encrypt : encryptGcm)(key, nonce, Buffer.concat([header, context]), padded)])
}

/** Throws for what must be refused. */
export function open(dek: Buffer, context: Buffer, blob: Buffer): Buffer {
  const suite = blob[3]
  if (blob.length < 92 || blob.subarray(0, 3).toString('hex') !== '484601' || (suite !== 1 && suite !== 2)) throw new Error('format')
  const nonce = blob.subarray(20, 44)
  const { key, commitment } = derive(dek, nonce, 'hf1 record key+commit', context)
  if (!timingSafeEqual(commitment, blob.subarray(44, 76))) throw new Error('commitment')
  const padded = (suite === 1 ? decrypt : decryptGcm)(key, nonce, Buffer.concat([blob.subarray(0, 76), context]), blob.subarray(76))
  const end = padded.lastIndexOf(0x80)
  if (padded.length % 256 !== 0 || end < padded.length - 256 || padded.subarray(end + 1).some((byte) => byte !== 0))
    throw new Error('padding')
  return padded.subarray(0, end)
}

export function wrap(kek: Buffer, kekId: string, nonce: Buffer, context: Buffer, dek: Buffer): Buffer {
  const { key, commitment } = derive(kek, nonce, 'hf1 dek key+commit', context)
  const id = Buffer.from(kekId, 'utf8')
  return Buffer.concat([Buffer.from('48460111', 'hex'), Buffer.from([id.length]), id, nonce, commitment, encrypt(key, nonce, context, dek)])
}

export function unwrap(kek: Buffer, context: Buffer, wrapped: Buffer): Buffer {
  const at = 5 + wrapped.readUInt8(4)
  const nonce = wrapped.subarray(at, at + 24)
  const { key, commitment } = derive(kek, nonce, 'hf1 dek key+commit', context)
  if (!timingSafeEqual(commitment, wrapped.subarray(at + 24, at + 56))) throw new Error('commitment')
  return decrypt(key, nonce, context, wrapped.subarray(at + 56))
}

export function fingerprint(dek: Buffer, secret: string): Buffer {
  const key = Buffer.from(hkdfSync('sha256', dek, '', 'hf1 refresh token fingerprint', 32))
  return createHmac('sha256', key).update(secret, 'utf8').digest().subarray(0, 16)
}

function derive(ikm: Buffer, nonce: Buffer, label: string, context: Buffer): { readonly key: Buffer; readonly commitment: Buffer } {
  const info = Buffer.concat([Buffer.from(label), createHash('sha256').update(context).digest()])
  const okm = Buffer.from(hkdfSync('sha256', ikm, nonce, info, 64))
  return { key: okm.subarray(0, 32), commitment: okm.subarray(32) }
}

/** XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): HChaCha20 on the first 16 bytes of the nonce, then RFC 8439 with the rest. */
export function encrypt(key: Buffer, nonce: Buffer, aad: Buffer, plaintext: Buffer): Buffer {
  const cipher = createCipheriv('chacha20-poly1305', hChaCha20(key, nonce.subarray(0, 16)), shortNonce(nonce), { authTagLength: 16 })
  cipher.setAAD(aad, { plaintextLength: plaintext.length })
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

export function decrypt(key: Buffer, nonce: Buffer, aad: Buffer, sealed: Buffer): Buffer {
  const cipher = createDecipheriv('chacha20-poly1305', hChaCha20(key, nonce.subarray(0, 16)), shortNonce(nonce), { authTagLength: 16 })
  cipher.setAAD(aad, { plaintextLength: sealed.length - 16 })
  cipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()])
}

/** AES-256-GCM under the first 12 bytes of the nonce. */
function encryptGcm(key: Buffer, nonce: Buffer, aad: Buffer, plaintext: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce.subarray(0, 12), { authTagLength: 16 }).setAAD(aad)
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

function decryptGcm(key: Buffer, nonce: Buffer, aad: Buffer, sealed: Buffer): Buffer {
  const cipher = createDecipheriv('aes-256-gcm', key, nonce.subarray(0, 12), { authTagLength: 16 }).setAAD(aad)
  cipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()])
}

function shortNonce(nonce: Buffer): Buffer {
  return Buffer.concat([Buffer.alloc(4), nonce.subarray(16)])
}

const ROUNDS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const

function hChaCha20(key: Buffer, nonce: Buffer): Buffer {
  const state = new Uint32Array(16)
  const input = Buffer.concat([Buffer.from('expand 32-byte k'), key, nonce])
  for (let word = 0; word < 16; word++) state[word] = input.readUInt32LE(word * 4)
  for (let double = 0; double < 10; double++) for (const [a, b, c, d] of ROUNDS) quarterRound(state, a, b, c, d)
  const out = Buffer.alloc(32)
  for (const [at, word] of [0, 1, 2, 3, 12, 13, 14, 15].entries()) out.writeUInt32LE(state[word] ?? 0, at * 4)
  return out
}

function quarterRound(s: Uint32Array, a: number, b: number, c: number, d: number): void {
  for (const [x, y, z, bits] of [
    [a, b, d, 16],
    [c, d, b, 12],
    [a, b, d, 8],
    [c, d, b, 7],
  ] as const) {
    s[x] = (s[x] ?? 0) + (s[y] ?? 0)
    const mixed = (s[z] ?? 0) ^ (s[x] ?? 0)
    s[z] = (mixed << bits) | (mixed >>> (32 - bits))
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
