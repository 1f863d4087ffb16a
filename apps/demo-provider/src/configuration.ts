import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { type Configuration, errors } from 'oidc-provider'
import { grantStorage } from './grant-storage.ts'
import { INCLUDE_GRANTED_SCOPES } from './granted-scopes.ts'
import { renderErrorPage } from './pages.ts'
import { personByLogin } from './people.ts'

export interface DemoClient {
  readonly clientId: string
  readonly clientSecret: string
  readonly clientAuthentication: 'client_secret_basic' | 'client_secret_post' | 'client_secret_jwt' | 'none'
  /** What tokens may be asked for by `resource` (RFC 8707): they are JWTs then, with that audience. */
  readonly resources: readonly string[]
  /** Tokens bound to a key, if the client shows one (RFC 9449). `nonce`: each proof needs one of the server's. */
  readonly dpop: 'off' | 'on' | 'nonce'
  /** On loopback any port is accepted (RFC 8252, section 7.3). */
  readonly redirectUris: readonly string[]
}

/** How long a refresh token, a grant and a session last. Longer than any demo. */
const LONG_LIFE_S = 14 * 24 * 3600

/** Rotation with reuse detection, PKCE always, revocation and introspection, pages of our own. Keys are made anew at each start. */
export function providerConfiguration(client: DemoClient, accessTokenTtlS: () => number): Configuration {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    clients: [
      {
        client_id: client.clientId,
        ...(client.clientAuthentication !== 'none' && { client_secret: client.clientSecret }),
        client_name: 'Holdfast example',
        redirect_uris: [...client.redirectUris],
        // Native applications may use http on loopback.
        application_type: 'native',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: client.clientAuthentication,
      },
    ],
    adapter: grantStorage(),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'demo', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    responseTypes: ['code'],
    scopes: ['openid', 'offline_access', 'files.read', 'files.write'],
    // What Google has for it: a new consent keeps what the person allowed before.
    extraParams: [INCLUDE_GRANTED_SCOPES],
    claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
    // Name and e-mail stand in the ID token when they are asked for, as with the large providers.
    conformIdTokenClaims: false,
    findAccount: (_ctx, sub) => {
      const person = personByLogin(sub)
      return person && { accountId: sub, claims: async () => ({ sub, name: person.name, email: person.email }) }
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      // A client may revoke its own tokens.
      revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
      dPoP: { enabled: client.dpop !== 'off', nonceSecret: randomBytes(32), requireNonce: () => client.dpop === 'nonce' },
      resourceIndicators: {
        enabled: client.resources.length > 0,
        defaultResource: () => [],
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => {
          if (!client.resources.includes(resource)) throw new errors.InvalidTarget()
          return {
            scope: 'files.read files.write',
            audience: resource,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
            accessTokenTTL: accessTokenTtlS(),
          }
        },
      },
      // For who wants its answers signed (JARM).
      jwtResponseModes: { enabled: true },
      // And see what became of them.
      introspection: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
    },
    pkce: { required: () => true },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    renderError: (ctx, out) => {
      ctx.type = 'html'
      ctx.body = renderErrorPage(out.error)
    },
    rotateRefreshToken: true,
    issueRefreshToken: async (_ctx, issuedTo, code) => issuedTo.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
    ttl: {
      AccessToken: accessTokenTtlS,
      AuthorizationCode: 60,
      Grant: LONG_LIFE_S,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: LONG_LIFE_S,
      Session: LONG_LIFE_S,
    },
  }
}
