import { type ClientAuthenticationRequest, defineProvider, VaultError } from '@holdfast/vault-core'

/**
 * Sign in with Apple: in place of a client secret there is a JWT, signed with the key that Apple gave out once. Its ids stand in `tags`, and the key
 * in `privateKey`: `apple({ clientId, privateKey, tags: { teamId, keyId } })`. Its answer is posted; the name that it sends once beside it is not kept.
 */
export const apple = /* @__PURE__ */ defineProvider({
  providerId: 'apple',
  name: 'Apple',
  documentation: 'https://developer.apple.com/documentation/signinwithapplerestapi/generate-and-validate-tokens',
  issuer: 'https://appleid.apple.com',
  authorizationEndpoint: 'https://appleid.apple.com/auth/authorize',
  tokenEndpoint: 'https://appleid.apple.com/auth/token',
  revocationEndpoint: 'https://appleid.apple.com/auth/revoke',
  jwksUri: 'https://appleid.apple.com/auth/keys',
  responseMode: 'form_post',
  refreshTokens: 'issued',
  rotation: { kind: 'none' },
  hooks: { buildClientAuthentication: signedClientSecret },
})

/** Apple takes it for half a year; a request needs a minute of it. */
const LIFETIME_S = 300

async function signedClientSecret({ clientId, nowS, signJwt, tags: { teamId, keyId } }: ClientAuthenticationRequest) {
  if (teamId === undefined || keyId === undefined)
    throw new VaultError(
      'invalid_configuration',
      'Sign in with Apple needs `tags: { teamId, keyId }`: the ids of the team and of its key.',
      {
        fields: { tags: 'lacks `teamId` or `keyId`' },
      },
    )
  const claims = { iss: teamId, sub: clientId, aud: 'https://appleid.apple.com', iat: nowS, exp: nowS + LIFETIME_S }
  return { parameters: { client_secret: await signJwt(claims, { kid: keyId }) } }
}
