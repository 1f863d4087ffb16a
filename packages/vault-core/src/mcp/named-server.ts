import type { AuthorizationServer } from 'oauth4webapi'
import { isVaultError } from '../errors.js'
import { parseConnection } from '../model/parse-connection.js'
import { fetchServerMetadata } from '../oauth/server-metadata.js'
import type { Runtime } from '../runtime.js'
import type { ResourceMetadata } from './resource-metadata.js'
import type { ParsedResourceOptions } from './resource-options.js'

/** Which of its authorization servers, as the resource spells it. Undefined where it names none, or not the one that was asked for. */
export function namedIssuer(
  { authorizationServers }: Pick<ResourceMetadata, 'authorizationServers'>,
  { authorizationServer }: Pick<ParsedResourceOptions, 'authorizationServer'>,
): string | undefined {
  if (authorizationServer === undefined) return authorizationServers[0]
  return authorizationServers.find((issuer) => spellingsOf(issuer).some((spelling) => spellingsOf(authorizationServer).includes(spelling)))
}

/** An issuer that is a bare origin gets, or loses, a slash in many a URL library: either way its metadata stand in one place. Any other has one spelling. */
function spellingsOf(issuer: string): readonly string[] {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  return url?.href === `${url?.origin}/` ? [...new Set([issuer, url.origin, url.href])] : [issuer]
}

/**
 * The metadata of an authorization server that a resource names, whose `issuer` may be another spelling of the same place.
 *
 * @returns Undefined where it publishes none.
 * @throws {VaultError} As {@link fetchServerMetadata}.
 */
export async function serverOf(connectionId: string, named: string, runtime: Runtime): Promise<AuthorizationServer | undefined> {
  const spellings = spellingsOf(named)
  for (const [index, issuer] of spellings.entries()) {
    const provisional = parseConnection({ connectionId, issuer, clientId: 'not registered yet' })
    try {
      return await fetchServerMetadata({ ...provisional, source: 'store' }, issuer, runtime)
    } catch (error) {
      const isOfAnother = isVaultError(error, 'invalid_configuration') && error.facts.reason === 'issuer_mismatch'
      if (!isOfAnother || index === spellings.length - 1) throw error
    }
  }
  return undefined
}
