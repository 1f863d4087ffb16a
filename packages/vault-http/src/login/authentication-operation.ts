import { isVaultError } from '@holdfast/vault-core'
import { type Application, type AuthenticationRequest, assertSignIn } from '@holdfast/vault-login'
import { z } from 'zod'
import { HttpError } from '../http-error.js'
import { type AnyOperation, type OperationCall, operation } from '../operation.js'
import { jsonReply, type Reply } from '../reply.js'
import type { VaultRequest } from '../vault-request.js'
import { type AuthenticationRequestBody, authenticationRequestBody } from './authentication-request-body.js'
import { type BegunSignIn, beginSignIn } from './begin-sign-in.js'
import { logFailure } from './log-failure.js'
import type { LoginSettings } from './login-settings.js'
import { foreignOrigin, pageOrigin } from './page-origin.js'
import { checkProof } from './proof-check.js'
import { findApplication, readAuthenticationRequest } from './read-authentication-request.js'
import { requireSignedIn } from './signed-in.js'
import { connectionOfTenant } from './tenant-connection.js'
import { cookiesReach } from './token-cookies.js'

const PATH = '/api/authentication'

type Call<Context> = OperationCall<Context, unknown, AuthenticationRequestBody>

/** `POST /api/authentication`: an application asks where to send its user to sign in. Nothing is kept of it, so it may be repeated. */
export function authenticationOperation(own: LoginSettings): AnyOperation {
  return operation({
    operationId: 'beginAuthentication',
    method: 'POST',
    path: PATH,
    tag: 'Sign-in',
    summary: 'Returns the address at which a user of an application signs in, or links one more account.',
    access: { kind: 'public' },
    body: authenticationRequestBody,
    answers: {
      200: {
        description: 'Where to go.',
        schema: z.object({
          authenticationRequestId: z.string().meta({ description: 'Comes back as `nonce`.' }),
          authenticationUrl: z.string().meta({ description: 'Send the browser here.' }),
          enableCredentials: z.boolean().optional().meta({ description: 'Cookies of the vault reach the page that asks.' }),
        }),
      },
      401: { description: 'An account is to be linked, and nobody is signed in.' },
      403: { description: 'The page that asks is not one of a registered application.' },
      404: { description: '`connection_not_found`; `not_found`: no such tenant; `not_supported`.' },
      424: { description: '`provider_unavailable` for now, or the connection is not configured as it must be: look into the log.' },
      503: { description: 'The store fails for now. See `Retry-After`.' },
    },
    handle: (call) => authenticate(own, call),
  })
}

async function authenticate<Context>(own: LoginSettings, call: Call<Context>): Promise<Reply> {
  const { settings, request, body } = call
  const { connectionId: named, tenantLookupIdentifier: tenant, inviteId, applicationId, audiences } = body
  const application = findApplication(own, body)
  const page = pageOf(own, request, application)
  await checkProof(own, body.antiAbuseHash, [named, tenant, inviteId, applicationId, audiences], body)
  if (inviteId !== undefined) throw new HttpError('not_supported', 'Invites are not supported. Leave `inviteId` out.')
  const connectionId = tenant === undefined ? named : await connectionOfTenant(settings.vault, tenant)
  const linkTo = body.linkIdentity === true ? (await requireSignedIn(settings, own, call, `POST ${PATH}`)).userId : undefined
  if (connectionId !== undefined) await assertSignIn(settings.vault, connectionId, linkTo)
  const asked = readAuthenticationRequest(own, body, { connectionId, linkTo })
  const begun = page && (await beginAtOnce(own, call, asked, page))
  const authenticationUrl = begun?.authorizationUrl ?? `${own.login.issuer}/login?request=${await own.login.requests.seal(asked)}`
  const reply = jsonReply(200, {
    authenticationRequestId: asked.requestId,
    authenticationUrl,
    // The SDK judges by domain and port, and of other ports would not think so.
    ...(page && own.secure && cookiesReach(own, page) && { enableCredentials: true }),
  })
  return begun ? { ...reply, cookies: begun.cookies } : reply
}

/** The page that asks, whose origin must be the application's. Undefined for what is no browser: with this method one tells its origin. */
function pageOf({ login }: LoginSettings, request: VaultRequest, application: Application): URL | undefined {
  const origin = pageOrigin(request)
  if (origin === undefined) return undefined
  if (origin === login.issuer || login.applications.isOriginOf(application, origin)) return new URL(origin)
  throw foreignOrigin()
}

/**
 * The published SDK leaves its page only for an address on another host name. Where the page is on ours, the flow begins now: bound to the browser
 * by a cookie on this very answer, or, on another port of loopback, where the SDK takes no cookies, bound to nothing.
 */
async function beginAtOnce<Context>(
  { vaultUrl, login }: LoginSettings,
  { settings, request }: Call<Context>,
  asked: AuthenticationRequest,
  page: URL,
): Promise<BegunSignIn | undefined> {
  const { connectionId, linkTo } = asked
  if (connectionId === undefined || linkTo !== undefined || page.hostname !== vaultUrl.hostname) return undefined
  const isSame = page.origin === login.issuer
  if (!isSame && !(page.protocol === 'http:' && vaultUrl.protocol === 'http:')) return undefined
  try {
    return await beginSignIn(settings, request, asked, { connectionId, boundToBrowser: isSame })
  } catch (error) {
    if (!isVaultError(error, 'provider_unavailable')) throw error
    logFailure(settings, error)
    // No 5xx: the published SDK asks for one five times over, and shows nothing of what it says.
    throw new HttpError('provider_unavailable', error.message, error.facts.retryAfterMs)
  }
}
