import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.js'
import { jsonReply } from '../reply.js'

/** For whoever verifies the tokens that a service client signs. */
export const serviceClientJwksOperation: AnyOperation = operation({
  operationId: 'getServiceClientKeys',
  method: 'GET',
  path: '/v1/clients/{clientId}/.well-known/openid-configuration/jwks',
  tag: 'Service clients',
  summary: 'Returns the public keys of a service client that have not expired, as a JSON Web Key Set.',
  access: { kind: 'public' },
  answers: {
    200: {
      description: 'The keys.',
      schema: z.object({
        keys: z.array(
          z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), alg: z.literal('EdDSA'), kid: z.string(), x: z.string() }),
        ),
      }),
    },
    404: { description: 'There is no such service client.' },
  },
  handle: async ({ settings: { vault, now }, params: { clientId = '' } }) => {
    const { verificationKeys } = await vault.serviceClients.get(clientId)
    const live = verificationKeys.filter(({ expiresAt }) => expiresAt === undefined || now() < Date.parse(expiresAt))
    return jsonReply(200, { keys: live.map(({ publicKey }) => publicKey) })
  },
})
