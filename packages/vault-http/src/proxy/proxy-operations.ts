import { isVaultError, VaultError } from '@holdfast/vault-core'
import { countUse } from '../hand-outs/hand-out.js'
import { HttpError } from '../http-error.js'
import { type AnyOperation, type OperationCall, operation } from '../operation.js'
import { jsonReply, type Reply } from '../reply.js'
import { badBody } from '../request-bytes.js'
import { proxiedBody } from './proxied-body.js'
import { ACCOUNT, answeredHeaders, sentHeaders } from './proxy-headers.js'
import type { ProxiedMethod, ProxySettings, ProxyTarget } from './proxy-options.js'
import { targetUrl } from './target-url.js'

const NAMES: Readonly<Record<ProxiedMethod, string>> = { GET: 'Get', POST: 'Post', PUT: 'Put', PATCH: 'Patch', DELETE: 'Delete' }

/** One operation for each method that is allowed anywhere: a request to the provider's API with the user's token, which stays in the vault. */
export function proxyOperations(proxy: ProxySettings): readonly AnyOperation[] {
  return proxy.methods.map((method) =>
    operation({
      operationId: `proxy${NAMES[method]}`,
      method,
      path: '/v1/connections/{connectionId}/users/{userId}/proxy/{+path}',
      tag: 'Proxy',
      summary: `Sends a ${method} request to the provider’s API with the user’s access token, which the caller does not see.`,
      access: { kind: 'permission', action: `USE:${method}`, resource: 'Vault:Connections/{connectionId}/Users/{userId}/Credentials' },
      passesOn: true,
      answers: {
        400: { description: 'The path is none that may be passed on, or the body did not come whole.' },
        403: { description: '`permission_denied`; `hand_out_frozen`: the service client used unusually many credentials.' },
        404: {
          description:
            '`not_supported`: the connection is not proxied; `connection_not_found`; `credential_not_found`: the user has not connected; `reauthorization_required`: he has to consent again.',
        },
        405: { description: 'The connection is proxied, but not by this method.' },
        424: { description: 'The vault, the connection or the provider is not configured for this: look into the log.' },
        502: { description: '`api_unreachable`: the API did not answer.' },
        503: { description: 'The provider or the store fails for now. See `Retry-After`.' },
      },
      handle: (call) => proxied(proxy, call),
    }),
  )
}

async function proxied<Context>(
  { connections }: ProxySettings,
  { settings, caller, request, url, params }: OperationCall<Context, unknown, unknown>,
): Promise<Reply> {
  const { connectionId = '', userId = '', path = '' } = params
  const target = connections.get(connectionId)
  if (!target) throw new HttpError('not_supported', 'The vault does not call the API of this connection for others.')
  if (!target.methods.some((method) => method === (request.method === 'HEAD' ? 'GET' : request.method))) return methodNotAllowed(target)
  const { api } = await settings.vault.connections.get(connectionId)
  const [first] = api.origins
  const origin = target.origin ?? first
  if (origin === undefined) throw notConfigured(`Connection "${connectionId}" is proxied, and has no \`apiOrigins\`. Add one.`)
  const destination = targetUrl(origin, path, url.search)
  const selector = { connectionId, userId, ...accountOf(request.headers.get(ACCOUNT)) }
  await countUse(settings, caller, selector, `USE:${request.method === 'HEAD' ? 'GET' : request.method}`)

  const { signal, method } = request
  const { body, contentLength, isBroken } = await proxiedBody(request)
  const headers = sentHeaders(request, target.headers)
  if (contentLength !== undefined) headers.set('content-length', contentLength)
  let response: Response
  try {
    response = await settings.vault.fetch({ ...selector, actor: caller }, destination, {
      method,
      headers,
      body,
      signal,
      redirect: 'manual',
    })
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (isBroken()) throw badBody('did not come whole')
    if (isVaultError(error)) throw forCaller(error)
    settings.log?.warn({ connectionId, err: error }, 'The API of a connection did not answer a request of the proxy.')
    throw new HttpError('api_unreachable', 'The provider’s API did not answer. Ask again later.')
  }
  return toReply(response, destination, target)
}

function toReply(response: Response, destination: URL, { answerHeaders }: ProxyTarget): Reply {
  const { body, status } = response
  // Statuses that no web server knows, which some APIs have.
  const known = status >= 200 && status <= 599 ? status : 502
  return { status: known, headers: answeredHeaders(response, destination, answerHeaders), ...(body && { body }) }
}

/** Where the request goes is the operator's word, not the caller's. */
function forCaller(error: VaultError): VaultError {
  const { reason } = error.facts
  const isOperators = reason === 'origin_not_declared' || reason === 'no_api_origin' || reason === 'address_not_public'
  return isOperators ? notConfigured(error.message, error) : error
}

function notConfigured(message: string, cause?: unknown): VaultError {
  return new VaultError('invalid_configuration', message, { cause })
}

function methodNotAllowed({ methods }: ProxyTarget): Reply {
  const body = { title: 'The API of this connection is not called by this method. See the Allow header.', errorCode: 'method_not_allowed' }
  return jsonReply(405, body, { allow: methods.join(', ') })
}

function accountOf(header: string | null): { readonly accountId?: string } {
  if (header === null) return {}
  try {
    return { accountId: decodeURIComponent(header) }
  } catch {
    const problem = 'must be URL-encoded'
    throw new VaultError('invalid_request', `The header ${ACCOUNT} ${problem}.`, { fields: { [ACCOUNT]: problem } })
  }
}
