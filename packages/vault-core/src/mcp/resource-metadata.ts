import * as oauth from 'oauth4webapi'
import { isPage } from '../oauth/server-metadata.js'
import type { ResourceAccess } from './resource-access.js'
import { isScope } from './resource-options.js'

/** What a protected resource says of itself, as far as it is used. */
export interface ResourceMetadata {
  /** As tokens are asked for. */
  readonly resource: string
  readonly authorizationServers: readonly string[]
  readonly scopes: readonly string[]
  readonly name: string | undefined
}

/** What a 401 says of how to get in. */
export interface Challenge {
  readonly metadataUrl: string | undefined
  readonly scopes: readonly string[]
}

/**
 * The metadata of a resource: from where its challenge says, or else from below its URL, or from below its origin.
 *
 * @throws {VaultError} `provider_unavailable`, with reason `no_resource_metadata` where there are none.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728#section-3 RFC 9728, section 3}
 */
export async function fetchResourceMetadata(resource: URL, { metadataUrl }: Challenge, access: ResourceAccess): Promise<ResourceMetadata> {
  if (metadataUrl !== undefined) {
    access.assertUrl(metadataUrl, 'resource_metadata')
    return read(resource, resource, await access.get(metadataUrl), access)
  }
  const root = new URL('/', resource)
  for (const identifier of resource.pathname === '/' ? [root] : [resource, root]) {
    const response = await oauth.resourceDiscoveryRequest(identifier, {
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: (url) => access.get(url),
    })
    if (response.status === 200 && !isPage(response)) return read(identifier, resource, response, access)
    // A server of pages answers with one of them whatever it does not know, as others do with 404.
    if (response.status !== 200 && (response.status < 400 || response.status >= 500))
      throw access.unusable('no_resource_metadata', `its metadata were answered with status ${response.status}`)
  }
  throw access.unusable('no_resource_metadata', 'it publishes no protected resource metadata')
}

/** @param identifier - What the metadata were asked for: they have to be of the same, or of a part above it that the URL of the resource lies in. */
async function read(identifier: URL, resource: URL, response: Response, access: ResourceAccess): Promise<ResourceMetadata> {
  let metadata: oauth.ResourceServer
  try {
    const stated: unknown = (await response.clone().json()).resource
    // RFC 9728, section 3.3: without this a server could have tokens of another asked for.
    const expected = typeof stated === 'string' && URL.canParse(stated) && isAbove(new URL(stated), resource) ? new URL(stated) : identifier
    metadata = await oauth.processResourceDiscoveryResponse(expected, response)
  } catch {
    throw access.unusable('resource_mismatch', 'its metadata are none, or those of another resource')
  }
  const { authorization_servers: servers, scopes_supported: scopes, resource_name: name } = metadata
  return {
    resource: metadata.resource,
    authorizationServers: texts(servers),
    // What a server says and no request, or no connection, could hold is passed over.
    scopes: texts(scopes).filter(isScope),
    name: typeof name === 'string' && isName(name) ? name : undefined,
  }
}

function isName(text: string): boolean {
  return text.length <= 200 && text.trim() !== '' && /^\P{Cc}+$/u.test(text) && text.isWellFormed()
}

/** The same origin, and a path that the other begins with. */
function isAbove(above: URL, resource: URL): boolean {
  const path = above.pathname.replace(/\/$/, '')
  const isPart = resource.pathname === path || resource.pathname === above.pathname || resource.pathname.startsWith(`${path}/`)
  return above.origin === resource.origin && isPart && (above.search === '' || above.search === resource.search) && above.hash === ''
}

/**
 * Reads the `WWW-Authenticate` of a 401. What cannot be read says nothing.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9728#section-5.1 RFC 9728, section 5.1}
 */
export async function readChallenge(challenge: string | undefined): Promise<Challenge> {
  const challenges = challenge === undefined ? [] : await challengesIn(challenge)
  const ofTokens = challenges.filter(({ scheme }) => scheme === 'bearer' || scheme === 'dpop').map(({ parameters }) => parameters)
  // RFC 9449, section 7.1: there may be one for each kind of token, and each need not say everything.
  const stated = (name: 'resource_metadata' | 'scope'): string | undefined =>
    ofTokens.find((parameters) => parameters[name] !== undefined)?.[name]
  return {
    metadataUrl: stated('resource_metadata'),
    scopes: stated('scope')?.split(' ').filter(isScope) ?? [],
  }
}

/** oauth4webapi reads the challenges of an answer that it was given. */
async function challengesIn(challenge: string): Promise<readonly oauth.WWWAuthenticateChallenge[]> {
  try {
    const answer = new Response(null, { status: 401, headers: { 'www-authenticate': challenge } })
    await oauth.protectedResourceRequest('none', 'GET', new URL('https://resource.invalid'), new Headers(), null, {
      [oauth.customFetch]: async () => answer,
    })
  } catch (error) {
    if (error instanceof oauth.WWWAuthenticateChallengeError) return error.cause
  }
  return []
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string').slice(0, 100) : []
}
