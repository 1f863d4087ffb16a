import type { Connection } from '../model/connection.js'

/**
 * The parameters that name for what the tokens are to be, one for each.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707, section 2}
 */
export function resourceParameters({ resources }: Pick<Connection, 'resources'>): [name: string, value: string][] {
  return resources.map((resource) => ['resource', resource])
}
