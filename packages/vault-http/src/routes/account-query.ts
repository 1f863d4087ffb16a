import { z } from 'zod'

/** Which of the accounts that a user has on a connection. Parameters of others pass. */
export const accountQuery: z.ZodType<{ readonly accountId?: string }> = z.object({
  accountId: z.string().min(1).max(255).exactOptional().meta({
    description:
      'One of the accounts that the user has on the connection, as `GET /v1/credentials` names it; `default` for the default one.',
  }),
})
