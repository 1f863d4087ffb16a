import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'

/** What seals a token and opens it, and nothing around it. */
export interface BareCipher {
  seal(token: string): Uint8Array
  /** Decrypts it and parses its JSON. */
  open(sealed: Uint8Array): { readonly token: string }
}

const [IV_LENGTH, TAG_LENGTH] = [12, 16]

/** Node's AES-256-GCM: one key for everything, no derivation, no commitment. */
export function bareCipher(): BareCipher {
  const key = createSecretKey(randomBytes(32))
  return {
    seal(token) {
      const iv = randomBytes(IV_LENGTH)
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      const body = Buffer.concat([cipher.update(JSON.stringify({ v: 1, token })), cipher.final()])
      // Of its own memory, as rows are.
      return new Uint8Array(Buffer.concat([iv, body, cipher.getAuthTag()]))
    },
    open(sealed) {
      const end = sealed.length - TAG_LENGTH
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV_LENGTH)).setAuthTag(sealed.subarray(end))
      const opened = decipher.update(sealed.subarray(IV_LENGTH, end))
      decipher.final()
      return JSON.parse(opened.toString())
    },
  }
}
