import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { faultyTokenEndpoint, jsonAnswer, type SeenRequest } from './faulty-token-endpoint.js'

export const ISSUER = 'https://issuer.example'

/** An OpenID provider behind an injected `fetch` that says what a test tells it to, right or wrong. */
export interface FakeIssuer {
  readonly fetch: typeof globalThis.fetch
  readonly requests: readonly SeenRequest[]
  requestsTo(path: string): readonly SeenRequest[]
  /** What its documents and its token endpoint answer, by path; set one to change it. */
  readonly answers: Map<string, (request: SeenRequest) => Response | Promise<Response>>
  metadata: Record<string, unknown>
  /** Signs with the key that its JWKS names, unless another is given. */
  sign(
    claims: JWTPayload,
    options?: { readonly alg?: string; readonly kid?: string; readonly key?: CryptoKey | Uint8Array },
  ): Promise<string>
}

export async function fakeIssuer(issuer: string = ISSUER): Promise<FakeIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' }
  const answers = new Map<string, (request: SeenRequest) => Response | Promise<Response>>([
    ['/.well-known/openid-configuration', () => jsonAnswer(200, fake.metadata)],
    ['/jwks', () => jsonAnswer(200, { keys: [jwk] })],
    ['/token', () => jsonAnswer(200, { access_token: 'canary-access-token', token_type: 'Bearer', expires_in: 3600 })],
  ])
  const endpoint = faultyTokenEndpoint((request) => answers.get(new URL(request.url).pathname)?.(request) ?? jsonAnswer(404, {}))
  const fake: FakeIssuer = {
    fetch: endpoint.fetch,
    requests: endpoint.requests,
    requestsTo: (path) => endpoint.requests.filter(({ url }) => new URL(url).pathname === path),
    answers,
    metadata: {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      revocation_endpoint: `${issuer}/revoke`,
      jwks_uri: `${issuer}/jwks`,
      id_token_signing_alg_values_supported: ['RS256', 'ES256', 'HS256', 'none'],
    },
    sign: (claims, { alg = 'ES256', kid = 'key-1', key = privateKey } = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key),
  }
  return fake
}
