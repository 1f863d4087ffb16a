import type { ConnectionProperties } from '@holdfast/vault-core'
import type { Request } from 'express'

const SCOPE = 'openid email offline_access files.read'

/** What Driftbox is asked for when an account is connected. */
export const defaultConnectionProperties: ConnectionProperties = { scope: SCOPE, prompt: 'consent' }

/** What the API wants for adding files. */
export const ADDING_FILES = 'files.write'

/** What may be asked for besides, where a link to `/connect` names it: no more than this is taken from an address. */
export const allowedScopes: Readonly<Record<'demo', readonly string[]>> = { demo: [ADDING_FILES] }

/** Why else somebody is sent to Driftbox, and what is asked for there instead. */
const PURPOSES: ReadonlyMap<unknown, ConnectionProperties> = new Map([
  // No refresh token: the access ends with the first access token.
  ['once', { scope: 'openid email files.read' }],
])

/** For the vault's router: what is asked for in place of the defaults. */
export function connectionProperties(_connectionId: string, { query }: Request): ConnectionProperties | undefined {
  return PURPOSES.get(query.purpose)
}
