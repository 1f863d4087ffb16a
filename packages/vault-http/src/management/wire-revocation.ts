import type { ProviderRevocation } from '@holdfast/vault-core'
import { z } from 'zod'

const texts = z.record(z.string(), z.string()).exactOptional()

const name = z.string()

/** How the provider revokes tokens, where it does not follow RFC 7009. The core says what is wrong with a value. */
export const wireRevocation: z.ZodExactOptional<z.ZodType<ProviderRevocation>> = z
  .strictObject({
    url: z.string(),
    method: z.enum(['POST', 'DELETE']).exactOptional().meta({ description: 'Default POST.' }),
    tokens: z.enum(['both', 'refresh_token', 'access_token']).exactOptional().meta({ description: 'Which tokens it takes. Default both.' }),
    token: z
      .union([z.strictObject({ in: z.literal('bearer') }), z.strictObject({ in: z.enum(['header', 'form', 'json']), name })])
      .exactOptional()
      .meta({ description: 'Where the token stands. Default: the field `token` of a form.' }),
    clientAuthentication: z
      .enum(['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none', 'omit'])
      .exactOptional()
      .meta({ description: 'Default: nothing with a token in a header, else as at the token endpoint.' }),
    parameters: texts.meta({ description: 'Further fields of the body. No secrets.' }),
    headers: texts.meta({ description: 'Further headers. No secrets.' }),
    successField: z.string().exactOptional().meta({ description: 'The field of the answer that is true when it went well.' }),
    unknownToken: z
      .array(z.union([z.int(), z.string()]))
      .exactOptional()
      .meta({ description: 'Statuses and error codes that say the token has no effect any more.' }),
  })
  .exactOptional()
  .meta({
    description: 'How the provider revokes tokens in a way of its own. Default: RFC 7009, at the revocation endpoint of its metadata.',
  })
