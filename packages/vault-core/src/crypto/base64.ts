/** Standard base64 with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** base64url without padding (RFC 4648, section 5). */
export function toBase64url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Reads base64 or base64url, with or without padding. Undefined for anything that is not exactly the encoding of some bytes. */
export function fromBase64(text: string): Uint8Array | undefined {
  const body = text
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/={1,2}$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(body) || body.length % 4 === 1) return undefined
  if (text.endsWith('=') && text.length % 4 !== 0) return undefined
  const binary = atob(body)
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index)
  // Unused bits that are not zero would let two texts name the same bytes.
  const rest = body.length % 4
  if (rest > 0 && !toBase64(bytes.subarray(bytes.length - rest + 1)).startsWith(body.slice(-rest))) return undefined
  return bytes
}
