import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.js'
import { emptyReply, jsonReply } from '../reply.js'

const keyBody = z
  .strictObject({
    publicKey: z.string().exactOptional().meta({
      description: 'base64 of the SPKI DER of an Ed25519 public key that the caller made. Without it the vault makes a pair.',
    }),
    expiresAt: z.iso.datetime({ offset: true }).exactOptional().meta({
      description: 'From then on the key’s tokens are refused. Without it the key does not expire.',
    }),
  })
  .optional()

const keyAnswer = z.object({
  keyId: z.string(),
  clientId: z.string(),
  generationDate: z.string(),
  expiresAt: z.string().optional().meta({ description: 'Absent: it does not expire.' }),
  accessKey: z.string().optional().meta({ description: 'Secret, told this once. Absent for a public key of the caller’s own.' }),
})

/** Access keys: what a service client signs its tokens with. */
export const accessKeyOperations: readonly AnyOperation[] = [
  operation({
    operationId: 'requestAccessKey',
    method: 'POST',
    path: '/v1/clients/{clientId}/access-keys',
    tag: 'Service clients',
    summary:
      'Makes an access key. Whoever holds it is the service client: so whoever makes one for another must be able to give all that the client may do.',
    access: { kind: 'permission', action: 'UPDATE', resource: 'Vault:ServiceClients/{clientId}/access-keys' },
    changes: 'Vault:ServiceClients/{clientId}/access-keys/{keyId}',
    body: keyBody,
    answers: {
      201: { description: 'The key.', schema: keyAnswer },
      404: { description: 'There is no such service client.' },
      409: { description: 'The service client has 5 keys that live, or this very one.' },
    },
    handle: async ({ settings: { vault }, caller, params: { clientId = '' }, body }) => {
      const options = { by: caller.id, ...(body?.expiresAt !== undefined && { expiresAt: new Date(body.expiresAt) }) }
      if (body?.publicKey === undefined) return jsonReply(201, await vault.serviceClients.createAccessKey(clientId, options))
      const { publicKey: _publicKey, ...key } = await vault.serviceClients.addVerificationKey(clientId, body.publicKey, options)
      return jsonReply(201, key)
    },
  }),
  operation({
    operationId: 'deleteAccessKey',
    method: 'DELETE',
    path: '/v1/clients/{clientId}/access-keys/{keyId}',
    tag: 'Service clients',
    summary: 'Ends an access key, and every token that was signed with it.',
    access: { kind: 'permission', action: 'UPDATE', resource: 'Vault:ServiceClients/{clientId}/access-keys/{keyId}' },
    answers: { 204: { description: 'It is gone.' }, 404: { description: 'There is no such service client, or no such key of it.' } },
    handle: async ({ settings: { vault }, params: { clientId = '', keyId = '' } }) => {
      await vault.serviceClients.deleteAccessKey(clientId, keyId)
      return emptyReply(204)
    },
  }),
]
