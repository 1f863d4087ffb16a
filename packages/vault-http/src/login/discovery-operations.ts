import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.js'
import { jsonReply } from '../reply.js'
import { TOKEN_EXCHANGE } from '../token-exchange/exchange-request.js'
import type { LoginSettings } from './login-settings.js'

/** What services need to verify the tokens of users. */
export function discoveryOperations({ login }: LoginSettings): readonly AnyOperation[] {
  const { issuer } = login
  return [
    operation({
      operationId: 'getOpenIdConfiguration',
      method: 'GET',
      path: '/.well-known/openid-configuration',
      tag: 'Sign-in',
      summary:
        'Describes the issuer of the users’ tokens (RFC 8414). There is no authorization endpoint: sign-in goes by `/api/authentication`.',
      access: { kind: 'public' },
      answers: { 200: { description: 'The metadata.', schema: z.looseObject({ issuer: z.string(), jwks_uri: z.string() }) } },
      handle: async () =>
        jsonReply(200, {
          issuer,
          jwks_uri: `${issuer}/.well-known/openid-configuration/jwks`,
          token_endpoint: `${issuer}/oauth/token`,
          end_session_endpoint: `${issuer}/logout`,
          grant_types_supported: [TOKEN_EXCHANGE],
          response_types_supported: [],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['EdDSA'],
          scopes_supported: ['openid', 'profile', 'email'],
          claims_supported: ['iss', 'sub', 'aud', 'exp', 'iat', 'sid', 'name', 'email', 'picture'],
        }),
    }),
    operation({
      operationId: 'getUserTokenKeys',
      method: 'GET',
      path: '/.well-known/openid-configuration/jwks',
      tag: 'Sign-in',
      summary: 'Returns the public keys of the users’ tokens as a JSON Web Key Set.',
      access: { kind: 'public' },
      answers: {
        200: {
          description: 'The keys.',
          schema: z.object({
            keys: z.array(z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), kid: z.string(), x: z.string() })),
          }),
        },
      },
      handle: async () => jsonReply(200, await login.tokens.jwks()),
    }),
  ]
}
