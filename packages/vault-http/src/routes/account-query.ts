import { z } from 'zod'

const fields = {
  accountId: z.string().min(1).max(255).exactOptional().meta({
    description:
      'One of the accounts that the user has on the connection, as `GET /v1/credentials` names it; `default` for the default one.',
  }),
}

/** Which of the accounts that a user has on a connection. Parameters of others pass. */
export const accountQuery: z.ZodType<{ readonly accountId?: string }> = z.object(fields)

/** The same, where a name that is not right would mean all accounts: nothing else passes. */
export const accountAloneQuery: z.ZodType<{ readonly accountId?: string }> = z.strictObject(fields)
