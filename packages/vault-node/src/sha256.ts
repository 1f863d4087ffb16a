import { hash } from 'node:crypto'

export const BLOCK_LENGTH = 64
export const HASH_LENGTH = 32

export function sha256(data: Uint8Array): Uint8Array {
  const digest = new Uint8Array(HASH_LENGTH)
  writeSha256(data, digest, 0)
  return digest
}

/** Text of one character for each byte is the form in which Node hands out a hash fastest: a Buffer takes it three times as long. */
export function writeSha256(data: Uint8Array, into: Uint8Array, at: number): void {
  const digest = hash('sha256', data, 'binary')
  for (let index = 0; index < HASH_LENGTH; index++) into[at + index] = digest.charCodeAt(index)
}
