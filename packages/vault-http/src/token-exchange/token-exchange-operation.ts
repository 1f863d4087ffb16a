import { type Credentials, credentialsUri, isVaultError, type ResourceUri } from '@holdfast/vault-core'
import { z } from 'zod'
import { authenticateToken } from '../authenticate.js'
import { authorizeCaller } from '../authorize-caller.js'
import type { Caller } from '../caller.js'
import { isOperatorsBusiness } from '../error-reply.js'
import { handOut } from '../hand-outs/hand-out.js'
import { HttpError } from '../http-error.js'
import { type AnyOperation, type OperationCall, operation } from '../operation.js'
import { jsonReply, type Reply } from '../reply.js'
import { witnessed } from '../witnessed.js'
import { EXCHANGE_ERRORS, ExchangeError, exchangeErrorReply, targetRefused } from './exchange-error.js'
import { ACCESS_TOKEN_TYPE, type ExchangeRequest, JWT_TYPE, readExchangeRequest, TOKEN_EXCHANGE } from './exchange-request.js'
import { targetOf } from './exchange-target.js'

const PATH = '/oauth/token'
const ROUTE = `POST ${PATH}`

/** That of the header's bearer tokens. */
const MAX_TOKEN_LENGTH = 4_096

const form = z.object({
  grant_type: z.literal(TOKEN_EXCHANGE),
  subject_token: z.string().meta({ description: 'The JWT of a user, or the one that a service client signed with its access key.' }),
  subject_token_type: z.enum([JWT_TYPE, ACCESS_TOKEN_TYPE]),
  connection: z.string().optional().meta({ description: 'Id of the connection. This, `audience` or `resource` must be there.' }),
  audience: z.string().optional().meta({ description: 'Id of the connection, too.' }),
  resource: z.string().optional().meta({
    description: 'The connection’s URL, `…/v1/connections/{connectionId}`, or the issuer that exactly one connection has.',
  }),
  scope: z.string().optional().meta({ description: 'Scopes that the token must have, with spaces between them.' }),
  requested_token_type: z.literal(ACCESS_TOKEN_TYPE).optional(),
  requested_subject: z.string().optional().meta({
    description: 'The user whose credential is asked for, who need not be there. The subject needs a grant for it. Default: the subject.',
  }),
})

const tokenAnswer = z.object({
  access_token: z.string().meta({ description: 'Secret. For the provider’s API.' }),
  issued_token_type: z.literal(ACCESS_TOKEN_TYPE),
  token_type: z.string(),
  expires_in: z.number().int().nonnegative().optional().meta({ description: 'Seconds. Absent when the provider states no lifetime.' }),
  scope: z.string().optional().meta({ description: 'As the provider wrote it.' }),
})

const errorAnswer = z.object({
  error: z.enum(EXCHANGE_ERRORS),
  error_description: z.string().meta({ description: 'For people. May change.' }),
  errorCode: z.string().meta({ description: 'Stable, and finer than `error`.' }),
  errorId: z.string(),
  reason: z.string().optional().meta({ description: 'Why, as a stable word.' }),
  missingScopes: z.array(z.string()).optional(),
})

/**
 * Token exchange: the standard's own way to a credential. Whoever asks proves who he is with the subject token, and is given the access token
 * of the provider.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693 RFC 8693}
 */
export const tokenExchangeOperation: AnyOperation = operation({
  operationId: 'exchangeToken',
  method: 'POST',
  path: PATH,
  tag: 'Credentials',
  summary: 'Exchanges the token of a user or of a service client for the access token of a provider (RFC 8693).',
  access: { kind: 'public' },
  // Limits by itself, since the token stands in the body.
  unlimited: true,
  form,
  answers: {
    200: { description: 'The access token.', schema: tokenAnswer },
    400: {
      description:
        '`invalid_request`: a parameter or the subject token is not right. `invalid_target`: there is no such connection, or no grant for it. `invalid_grant`: the user has to connect (again). `invalid_scope`: the credential lacks a scope.',
      schema: errorAnswer,
    },
    403: { description: '`hand_out_frozen`: the service client was handed unusually many credentials.', schema: errorAnswer },
    429: { description: 'There were too many requests. See `Retry-After`.', schema: errorAnswer },
    503: { description: 'The provider or the store fails for now. See `Retry-After`.', schema: errorAnswer },
  },
  handle: async (call) => {
    try {
      return await exchange(call)
    } catch (error) {
      const errorId = crypto.randomUUID()
      const reply = exchangeErrorReply(error, errorId)
      if (!reply) throw error
      if (isVaultError(error) && isOperatorsBusiness(error))
        call.settings.log?.error({ errorId, route: ROUTE, err: error }, 'A request to the vault failed.')
      return reply
    }
  },
})

type Call<Context> = OperationCall<Context, unknown, unknown>

async function exchange<Context>(call: Call<Context>): Promise<Reply> {
  const { settings, request } = call
  const { caller: asking, asked } = await admit(call)
  const { connectionId, isNamed } = await targetOf(settings, asked.targets)
  const userId = asked.requestedSubject ?? asking.id
  const caller = await authorizeTarget(call, asking, connectionId, userId)
  if (!isNamed) throw targetRefused()
  const { accessToken, tokenType, expiresAt, scope } = await targetMustExist(() =>
    handOut(settings, caller, { connectionId, userId }, { requiredScopes: asked.scopes, signal: request.signal, actor: caller }),
  )
  return jsonReply(200, {
    access_token: accessToken,
    issued_token_type: ACCESS_TOKEN_TYPE,
    token_type: tokenType,
    ...(expiresAt && { expires_in: Math.max(0, Math.floor((expiresAt.getTime() - settings.now()) / 1000)) }),
    scope,
  })
}

/** Reads what is asked and tells who asks. Whoever proves nothing is limited by his address, as on every other route. */
async function admit<Context>(call: Call<Context>): Promise<{ readonly caller: Caller; readonly asked: ExchangeRequest }> {
  const { rateLimits } = call.settings
  try {
    const asked = await readExchangeRequest(call.request)
    const caller = witnessed(call.settings, await authenticateSubject(call, asked.subjectToken), call, ROUTE)
    await rateLimits.known?.(caller, call, ROUTE)
    return { caller, asked }
  } catch (error) {
    if (provedNothing(error)) await rateLimits.stranger(call, ROUTE)
    throw error
  }
}

function provedNothing(error: unknown): boolean {
  if (error instanceof HttpError) return error.errorCode !== 'rate_limited'
  return error instanceof ExchangeError || isVaultError(error, 'invalid_request')
}

/** RFC 8693, section 2.2.2: a subject token that is not valid makes the request invalid. */
async function authenticateSubject<Context>({ settings }: Call<Context>, token: string): Promise<Caller> {
  if (token.length > MAX_TOKEN_LENGTH || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw subjectRefused()
  try {
    return await authenticateToken(settings, token)
  } catch (error) {
    throw isVaultError(error, 'unauthenticated') ? subjectRefused() : error
  }
}

function subjectRefused(): ExchangeError {
  return new ExchangeError(
    'invalid_request',
    'The subject_token is not valid, or its access key is gone or has expired. Sign in again, or sign a new one with a live access key.',
    'unauthenticated',
  )
}

async function authorizeTarget<Context>(
  { settings }: Call<Context>,
  caller: Caller,
  connectionId: string,
  userId: string,
): Promise<Caller> {
  try {
    return await authorizeCaller(settings, caller, 'READ', resourceOf(connectionId, userId))
  } catch (error) {
    throw isVaultError(error, 'permission_denied') ? targetRefused() : error
  }
}

/** Undefined for ids that no resource can have. */
function resourceOf(connectionId: string, userId: string): ResourceUri | undefined {
  try {
    return credentialsUri(connectionId, userId)
  } catch (error) {
    if (isVaultError(error, 'invalid_request')) return undefined
    throw error
  }
}

/** Who has a right to everything, or to all that is his own, is told no more of what is not there than others are. */
async function targetMustExist(get: () => Promise<Credentials>): Promise<Credentials> {
  try {
    return await get()
  } catch (error) {
    // Of what was asked only ids that the vault can have nothing under can be invalid by now.
    const isNowhere = isVaultError(error, 'connection_not_found', 'invalid_request') && error.facts.reason !== 'token_bound_to_key'
    throw isNowhere ? targetRefused() : error
  }
}
