import type { HandlerSettings } from '../options.js'
import { jsonResponse } from '../responses.js'
import type { Route } from '../router.js'

/** `GET /v1/clients/{clientId}/.well-known/openid-configuration/jwks`: the public keys of a service client, for whoever verifies its tokens. */
export function serviceClientJwksRoute<Context>({ vault }: HandlerSettings<Context>): Route<Context> {
  return {
    method: 'GET',
    path: '/v1/clients/{clientId}/.well-known/openid-configuration/jwks',
    handle: async ({ params: { clientId = '' } }) => {
      const { verificationKeys } = await vault.serviceClients.get(clientId)
      return jsonResponse(200, { keys: verificationKeys.map(({ publicKey }) => publicKey) })
    },
  }
}
