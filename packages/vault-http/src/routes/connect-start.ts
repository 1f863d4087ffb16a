import {
  type ConnectionProperties,
  type CredentialInfo,
  type CredentialSelector,
  isVaultError,
  scopeProperties,
  scopesOf,
  type Vault,
  VaultError,
} from '@holdfast/vault-core'
import type { HandlerSettings } from '../options.js'
import { confirmPage, messagePage, PROVIDER_FORM_TARGETS } from '../pages.js'
import { htmlReply, jsonReply, type Reply, seeOther } from '../reply.js'
import { allowReturnTo } from '../return-to.js'
import type { Route, RouteCall } from '../router.js'
import { requireSameOrigin } from '../same-origin.js'
import { flowCookies } from '../state-cookies.js'
import type { VaultRequest } from '../vault-request.js'
import { type ConnectQuery, readConnectQuery } from './connect-query.js'
import { countVisitor } from './count-visitor.js'

const PATH = '/connect/{connectionId}'

/**
 * `GET` and `POST /connect/{connectionId}?return_to=…`: sends the signed-in user to the provider, to connect the account that `account` names,
 * one more with `add_account=true`, and to grant what `scope` names of the allowed scopes. A GET that another site caused begins nothing: it
 * asks first, with a form that posts back here.
 */
export function connectStartRoutes<Context>(settings: HandlerSettings<Context>): readonly Route<Context>[] {
  return [
    { method: 'GET', path: PATH, handle: (call) => start(settings, call, cameFromElsewhere(call.request)) },
    {
      method: 'POST',
      path: PATH,
      handle: async (call) => {
        requireSameOrigin(call.request, settings.origin)
        return start(settings, call, false)
      },
    },
  ]
}

async function start<Context>(settings: HandlerSettings<Context>, call: RouteCall<Context>, askFirst: boolean): Promise<Reply> {
  const { vault, origin, basePath, secureCookies } = settings
  const { request, url, params, context } = call
  const { connectionId = '' } = params
  const userId = await settings.identify(request, context)
  await countVisitor(settings, userId, call, `${request.method === 'POST' ? 'POST' : 'GET'} ${PATH}`)
  if (userId === undefined) return signInFirst(request)
  const { name } = await vault.connections.get(connectionId)
  const returnTo = readReturnTo(settings, url)
  const asked = readConnectQuery(url, settings.allowedScopes(connectionId))
  if (askFirst) return htmlReply(200, confirmPage(name, url.pathname + url.search), [], PROVIDER_FORM_TARGETS)

  const own = settings.connectionProperties(connectionId, request, context)
  const connectionProperties =
    asked.scopes.length === 0 && asked.account.accountId === undefined
      ? own
      : await withScopes(settings, { connectionId, userId, ...asked }, own)
  const flow = await vault.authorization.start({
    connectionId,
    userId,
    redirectUri: `${origin}${basePath}/connect/${encodeURIComponent(connectionId)}/callback`,
    ...(connectionProperties && { connectionProperties }),
    ...(returnTo && { returnTo }),
    ...asked.account,
  })
  return seeOther(flow.authorizationUrl, flowCookies.set(request, flow.flowBinding, { state: flow.state, secure: secureCookies }))
}

/** What the host's own properties come to, so that these scopes are asked for, too, and none is lost that the account has. */
async function withScopes<Context>(
  { vault }: HandlerSettings<Context>,
  { connectionId, userId, scopes, account }: ConnectQuery & { readonly connectionId: string; readonly userId: string },
  own: ConnectionProperties = {},
): Promise<ConnectionProperties> {
  const connection = await vault.connections.get(connectionId)
  const { accountId = 'default' } = account
  const info = account.addAccount ? undefined : await infoOf(vault, { connectionId, userId, accountId })
  return scopeProperties(connection, { granted: info && scopesOf(info.scope), required: scopes }, own)
}

async function infoOf(vault: Vault, selector: CredentialSelector): Promise<CredentialInfo | undefined> {
  try {
    return await vault.getCredentialInfo(selector)
  } catch (error) {
    if (isVaultError(error, 'credential_not_found')) return undefined
    throw error
  }
}

function readReturnTo<Context>({ origin, returnToRules }: HandlerSettings<Context>, url: URL): string | undefined {
  const given = url.searchParams.getAll('return_to')
  const [text] = given
  if (text === undefined) return undefined
  const target = given.length === 1 ? allowReturnTo(text, origin, returnToRules) : undefined
  if (target) return target.href
  throw new VaultError('invalid_request', '`return_to` is not one of the allowed targets. Add it to `allowedReturnTo`, or leave it out.', {
    fields: { return_to: 'is not an allowed target' },
  })
}

/** Browsers tell where a request comes from. Old ones and other programs do not, and then the SameSite cookie of the host has to do. */
function cameFromElsewhere(request: VaultRequest): boolean {
  return ['cross-site', 'same-site'].includes(request.headers.get('sec-fetch-site') ?? '')
}

function signInFirst(request: VaultRequest): Reply {
  if ((request.headers.get('accept') ?? '').includes('text/html')) {
    return htmlReply(
      401,
      messagePage('Sign in first', 'Nobody is signed in to the application in this browser. Sign in, then connect the account again.'),
    )
  }
  return jsonReply(401, { title: 'Nobody is signed in to the application. Sign in first.', errorCode: 'unauthenticated' })
}
