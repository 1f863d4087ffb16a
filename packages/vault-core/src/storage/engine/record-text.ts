import { fromBase64, toBase64url } from '../../crypto/base64.js'

/** For engines: a record as JSON text, bytes in base64url. */
export function encodeRecord(record: unknown): string {
  return JSON.stringify(record, (_name, value: unknown) => (value instanceof Uint8Array ? { [BYTES]: toBase64url(value) } : value))
}

/** For engines: the record that {@link encodeRecord} wrote. @throws {SyntaxError} for anything else. */
export function decodeRecord(text: string): unknown {
  return JSON.parse(text, (_name, value: unknown) => (isBytes(value) ? fromBase64(value[BYTES]) : value))
}

const BYTES = '$bytes'

function isBytes(value: unknown): value is { readonly [BYTES]: string } {
  return typeof value === 'object' && value !== null && BYTES in value && typeof value[BYTES] === 'string'
}
