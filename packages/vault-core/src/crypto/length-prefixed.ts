import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'

/** Count of the parts, then each part's length and UTF-8 bytes; counts and lengths as 32-bit big-endian. Injective: no two lists give the same bytes. */
export function lengthPrefixed(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const chunks: Uint8Array[] = [uint32(parts.length)]
  for (const part of parts) {
    const bytes = typeof part === 'string' ? utf8ToBytes(part) : part
    chunks.push(uint32(bytes.length), bytes)
  }
  return concatBytes(...chunks)
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}
