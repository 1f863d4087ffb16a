import { VaultError } from '@holdfast/vault-core'

/** RFC 3986, section 3.3, and no encoded control character. */
const PATH = /^(?:[\w\-.~!$&'()*+,;=:@/]|%(?:[2-9a-f][0-9a-e]|[2-689a-f]f))*$/i
const DOTS = /^(?:\.|%2e){1,2}$/i

/**
 * Where a request goes: to this origin, whatever path and query the caller has. The path goes on as it came: encoded slashes stay encoded.
 *
 * @param path - Without the slash in front.
 * @param search - With its question mark, or empty.
 * @throws {VaultError} `invalid_request` for a path that a parser on the way might read as another one, or as another host.
 */
export function targetUrl(origin: string, path: string, search: string): URL {
  const segments = path.split('/')
  if (!PATH.test(path)) throw badPath('has characters that no path has; encode them')
  if (segments.some((segment) => DOTS.test(segment))) throw badPath('has a segment of dots')
  if (segments.slice(0, -1).includes('')) throw badPath('has an empty segment')
  const url = new URL(`${origin}/${path}${search}`)
  if (url.origin !== origin || url.pathname !== `/${path}`) throw badPath('is no plain path')
  return url
}

function badPath(problem: string): VaultError {
  return new VaultError('invalid_request', `The path to the API ${problem}.`, { fields: { path: problem } })
}
