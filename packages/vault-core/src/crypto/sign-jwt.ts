import { jwsAlgorithmOf, signWith } from '../runtime.js'
import { toBase64url } from './base64.js'

/** Makes a JWT in compact form. @see {@link https://www.rfc-editor.org/rfc/rfc7515#section-3.1 RFC 7515, section 3.1} */
export async function signJwt(
  key: CryptoKey,
  header: Readonly<Record<string, unknown>>,
  payload: Readonly<Record<string, unknown>>,
): Promise<string> {
  const signed = `${encode({ ...header, alg: jwsAlgorithmOf(key) })}.${encode(payload)}`
  return `${signed}.${toBase64url(await signWith(key, new TextEncoder().encode(signed)))}`
}

function encode(value: object): string {
  return toBase64url(new TextEncoder().encode(JSON.stringify(value)))
}
