import { type ConnectionChanges, type ConnectionInfo, extensionOf } from '@holdfast/vault-core'
import type { HandlerSettings } from '../options.js'
import { type Asking, requireRight } from './caller-rights.js'

/** Where a connection sends the tokens of its users. */
type Targets = Pick<ConnectionChanges, 'issuer' | 'tokenEndpoint' | 'userinfoEndpoint' | 'revocation' | 'apiOrigins'>

/**
 * Lets tokens of users who are connected be sent to new places by whoever has every right to them, and by nobody else. That the client secret is
 * given again does not do: anybody can make one up, and refresh tokens would be sent along with it. Where users sign in through the vault, those count
 * who are connected no more: they sign in still, as whomever these places say.
 *
 * @param before - The connection as it is. Undefined when there is none: credentials of one that was deleted stay.
 * @throws {VaultError} `permission_denied`.
 */
export async function requireRightToTargets<Context>(
  { settings, caller }: Pick<Asking<Context>, 'settings' | 'caller'>,
  connectionId: string,
  next: Targets,
  before?: ConnectionInfo,
): Promise<void> {
  const known = before ? targetsOf(before) : []
  if (targetsOf(next).every((target) => known.includes(target))) return
  if (!(await hasUsers(settings, connectionId))) return
  await requireRight({ settings, caller, params: { connectionId } }, '*', 'Vault:Connections/{connectionId}/Users/*/Credentials')
}

async function hasUsers<Context>({ vault, login }: HandlerSettings<Context>, connectionId: string): Promise<boolean> {
  if (!login) return (await vault.listCredentials({ connectionId, limit: 1 })).items.length > 0
  const { credentials, tenant } = extensionOf(vault)
  return (await credentials.list({ tenant, connectionId, limit: 1 })).items.length > 0
}

function targetsOf({ issuer, tokenEndpoint, userinfoEndpoint, revocation, apiOrigins = [] }: Targets): readonly string[] {
  return [issuer, tokenEndpoint, userinfoEndpoint, revocation?.url, ...apiOrigins.map(originOf)].filter((target) => target !== undefined)
}

/** As a connection tells it. What is no URL is refused by the vault. */
function originOf(text: string): string {
  return URL.canParse(text) ? new URL(text).origin : text
}
