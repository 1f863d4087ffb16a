import type { IssuedTokens, LoginGrant } from '@holdfast/vault-login'
import { z } from 'zod'
import { type AnyOperation, type OperationCall, operation } from '../operation.js'
import { jsonReply, type Reply } from '../reply.js'
import type { LoginSettings } from './login-settings.js'
import { pageOrigin } from './page-origin.js'
import { checkProof } from './proof-check.js'
import { issuedTokens, tokensReply } from './tokens-reply.js'

const body = z.object({
  grant_type: z.literal('authorization_code'),
  client_id: z.string().max(128).meta({ description: 'The application.' }),
  redirect_uri: z.string().max(2_048).meta({ description: 'Exactly what was asked for as `redirectUrl`.' }),
  code: z.string().max(512),
  code_verifier: z.string().max(1_024),
  antiAbuseHash: z.string().max(256).optional(),
})

type Call<Context> = OperationCall<Context, unknown, z.output<typeof body>>

/** `POST /api/authentication/{requestId}/tokens`: redeems the code of a sign-in. */
export function tokensOperation(own: LoginSettings): AnyOperation {
  return operation({
    operationId: 'redeemAuthenticationCode',
    method: 'POST',
    path: '/api/authentication/{requestId}/tokens',
    tag: 'Sign-in',
    summary: 'Exchanges the one-time code of a sign-in for the tokens of the user.',
    access: { kind: 'public' },
    body,
    answers: {
      200: { description: 'The tokens.', schema: issuedTokens },
      400: {
        description:
          'The code is used, too old, or not of this request, application, redirect URL and verifier; or the request is not right.',
        schema: z.object({
          error: z.literal('invalid_request').optional(),
          title: z.string(),
          errorCode: z.string(),
          errorId: z.string().optional(),
          fields: z.record(z.string(), z.string()).optional(),
        }),
      },
    },
    handle: (call) => redeem(own, call),
  })
}

async function redeem<Context>(own: LoginSettings, { request, body: asked, params: { requestId = '' } }: Call<Context>): Promise<Reply> {
  const { client_id: applicationId, redirect_uri: redirectUri, code, code_verifier: codeVerifier } = asked
  await checkProof(own, asked.antiAbuseHash, [applicationId, requestId, code], asked)
  const grant = await own.login.codes.redeem({ requestId, code, codeVerifier, redirectUri, applicationId })
  const application = grant && own.login.applications.find(grant.applicationId)
  if (!application) return codeRefused()
  return tokensReply(own, application, await tokensOf(own, grant), pageOrigin(request))
}

function tokensOf({ login }: LoginSettings, { userId, applicationId, connectionId, sessionId }: LoginGrant): Promise<IssuedTokens> {
  return login.tokens.issue({ userId, applicationId, connectionId, sessionId })
}

/** The SDK looks for `error`. */
function codeRefused(): Reply {
  return jsonReply(400, {
    error: 'invalid_request',
    title: 'The code is used, too old, or was given for another request. Sign in again.',
    errorCode: 'invalid_request',
  })
}
