import { z } from 'zod'

const FLOW_TYPES = ['code', 'token', 'id_token'] as const

const flowTypes = z.array(z.enum(FLOW_TYPES)).min(1).max(FLOW_TYPES.length)

/** As the published SDK writes it: words with spaces between them. */
const flowType = z
  .string()
  .transform((words) => words.split(' ').filter(Boolean))
  .pipe(flowTypes)
  .meta({
    type: 'string',
    description: '`code`, `token`, `id_token`, or several of them with spaces between them. Default `token id_token`.',
  })

/** What an application asks for. */
export interface AuthenticationRequestBody {
  readonly applicationId: string
  readonly redirectUrl: string
  readonly connectionId?: string | undefined
  readonly tenantLookupIdentifier?: string | undefined
  readonly connectionProperties?: Readonly<Record<string, string>> | undefined
  readonly codeChallenge?: string | undefined
  readonly codeChallengeMethod?: 'S256' | undefined
  readonly flowType?: readonly (typeof FLOW_TYPES)[number][] | undefined
  readonly responseLocation?: 'cookie' | 'query' | 'none' | undefined
  readonly multiAccount?: boolean | undefined
  readonly linkIdentity?: boolean | undefined
  readonly antiAbuseHash?: string | undefined
  readonly inviteId?: string | undefined
  readonly audiences?: readonly string[] | undefined
}

/** Versions of the SDK send more besides, of which nothing is used. */
const fields = z.object({
  applicationId: z.string().max(128),
  redirectUrl: z.string().max(2_048).meta({ description: 'Where the user is sent in the end. The application registered it.' }),
  connectionId: z.string().max(64).optional().meta({ description: 'Default: the user chooses.' }),
  tenantLookupIdentifier: z.string().max(128).optional().meta({ description: 'Of a tenant, whose connection is taken.' }),
  connectionProperties: z
    .record(z.string().max(64), z.string().max(2_048))
    .optional()
    .meta({ description: 'Further parameters for the provider: `scope`, `prompt`, … None that the protocol itself needs.' }),
  codeChallenge: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, 'must be the SHA-256 of the code verifier, in base64url')
    .optional(),
  codeChallengeMethod: z.literal('S256').optional(),
  flowType: z.union([flowType, flowTypes]).optional(),
  responseLocation: z.enum(['cookie', 'query', 'none']).optional().meta({ description: 'Default `cookie`.' }),
  multiAccount: z.boolean().optional().meta({ description: 'Do not continue a session that is there. Default false.' }),
  linkIdentity: z.boolean().optional().meta({ description: 'One more account for the user who is signed in. Default false.' }),
  antiAbuseHash: z.string().max(256).optional().meta({ description: 'A small proof of work, as the published SDK makes it.' }),
  inviteId: z.string().max(128).optional().meta({ description: 'Not supported.' }),
  audiences: z.array(z.string().max(256)).max(20).optional().meta({ description: 'Part of the proof of work alone.' }),
})

/** The published SDK passes on what its caller has, `null` of a query parameter that is not there for one: that and empty text it takes for left out. */
export const authenticationRequestBody: z.ZodType<AuthenticationRequestBody> = z.preprocess(withoutBlanks, fields)

function withoutBlanks(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null && value !== ''))
}
