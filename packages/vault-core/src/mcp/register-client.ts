import * as oauth from 'oauth4webapi'
import type { ConnectionInput } from '../model/connection.js'
import type { ResourceAccess } from './resource-access.js'
import type { ParsedResourceOptions } from './resource-options.js'

/** The application, as the authorization server knows it from now on. */
export interface RegisteredClient extends Pick<ConnectionInput, 'clientId' | 'clientSecret' | 'clientAuthentication'> {
  /** Epoch seconds; undefined for a secret that does not end. */
  readonly secretExpiresAtS: number | undefined
}

/**
 * Makes the application known to the authorization server: by the URL of its metadata where that is taken, else by registration.
 *
 * @throws {VaultError} `provider_unavailable`: with reason `no_registration` the server does neither, and wants a client that was registered by hand.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7591#section-3 RFC 7591, section 3}
 */
export async function registerClient(
  server: oauth.AuthorizationServer,
  { clientId, clientMetadataUrl, clientName, redirectUris }: ParsedResourceOptions,
  scope: string | undefined,
  access: ResourceAccess,
): Promise<RegisteredClient> {
  if (clientId !== undefined) return publicClient(clientId)
  if (clientMetadataUrl !== undefined && server.client_id_metadata_document_supported === true) return publicClient(clientMetadataUrl)
  if (typeof server.registration_endpoint !== 'string')
    throw access.unusable(
      'no_registration',
      'its authorization server registers no clients by itself: register one there, and give `clientId`',
    )
  access.assertUrl(server.registration_endpoint, 'registration_endpoint')
  const metadata = {
    client_name: clientName,
    redirect_uris: [...redirectUris],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: preferredMethod(server),
    // OpenID Connect Dynamic Client Registration: only such may be sent back by http on this machine.
    application_type: redirectUris.some((uri) => uri.startsWith('http:')) ? 'native' : 'web',
    ...(scope !== undefined && { scope }),
  }
  const response = await oauth.dynamicClientRegistrationRequest(server, metadata, {
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: (url, { body }) => access.post(url, String(body)),
  })
  return read(await registered(response, access), access)
}

async function registered(response: Response, access: ResourceAccess): Promise<oauth.OmitSymbolProperties<oauth.Client>> {
  try {
    return await oauth.processDynamicClientRegistrationResponse(withItsOwnStatus(response))
  } catch (error) {
    const code = error instanceof oauth.ResponseBodyError && /^[a-z_]{1,64}$/.test(error.error) ? error.error : `http_${response.status}`
    throw access.unusable('registration_refused', `its authorization server did not register the application (${code})`)
  }
}

/** RFC 7591, section 3.2.1, wants 201. Servers that are in use answer 200 with the same body. */
function withItsOwnStatus(response: Response): Response {
  return response.status === 200 ? new Response(response.body, { status: 201, headers: response.headers }) : response
}

const METHODS = ['none', 'client_secret_basic', 'client_secret_post'] as const

/** A secret that anybody is given proves nothing: where it can be done without, it is. RFC 8414, section 2: by default there is Basic. */
function preferredMethod({ token_endpoint_auth_methods_supported: supported }: oauth.AuthorizationServer): (typeof METHODS)[number] {
  return METHODS.find((method) => Array.isArray(supported) && supported.includes(method)) ?? 'client_secret_basic'
}

/** The server says what it registered, which need not be what was asked for. */
function read(client: oauth.OmitSymbolProperties<oauth.Client>, access: ResourceAccess): RegisteredClient {
  const { client_id: clientId, client_secret: secret, client_secret_expires_at: expiresAt, token_endpoint_auth_method: stated } = client
  const clientSecret = typeof secret === 'string' ? secret : undefined
  const method = typeof stated === 'string' ? stated : clientSecret === undefined ? 'none' : 'client_secret_basic'
  if (method === 'none') return publicClient(clientId)
  const clientAuthentication = METHODS.find((each) => each === method)
  if (!clientAuthentication || clientSecret === undefined)
    throw access.unusable(
      'registration_refused',
      'its authorization server registered the application with a client authentication that was not asked for',
    )
  const secretExpiresAtS = typeof expiresAt === 'number' && expiresAt > 0 ? expiresAt : undefined
  return { clientId, clientSecret, clientAuthentication, secretExpiresAtS }
}

function publicClient(clientId: string): RegisteredClient {
  return { clientId, clientAuthentication: 'none', secretExpiresAtS: undefined }
}
