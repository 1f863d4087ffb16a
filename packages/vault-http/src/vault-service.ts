import { isPreflight, type OriginList, preflightReply, withCors } from './cors.js'
import { loggedErrorReply } from './error-reply.js'
import { loginOperations, loginRoutes } from './login/login-api.js'
import { managementOperations } from './management/index.js'
import { openApiOperation } from './openapi/openapi-operation.js'
import type { AnyOperation } from './operation.js'
import { operationRoute } from './operation-route.js'
import { type HandlerSettings, IdentifyFailure, parseHandlerOptions, type VaultHandlerOptions } from './options.js'
import { proxyOperations } from './proxy/proxy-operations.js'
import { jsonReply, type Reply } from './reply.js'
import { RequestCall } from './request-call.js'
import { createRouter, type Match, type Route } from './router.js'
import { connectCallbackRoute } from './routes/connect-callback.js'
import { connectFormPostRoute } from './routes/connect-form-post.js'
import { connectStartRoutes } from './routes/connect-start.js'
import { credentialsOperation } from './routes/credentials.js'
import { healthOperation } from './routes/health.js'
import { serviceClientJwksOperation } from './routes/service-client-jwks.js'
import { tokenExchangeOperation } from './token-exchange/token-exchange-operation.js'
import type { VaultRequest } from './vault-request.js'

/** The vault's HTTP API without the form of any server: adapters give it requests and send its replies. */
export interface VaultService<Context, Incoming extends VaultRequest> {
  /** Undefined for a path that is none of the vault's. Throws only what the host's own `identify` threw. */
  respond(request: Incoming, context: Context): Promise<Reply> | undefined
  /** Whether this path is one of the vault's own. `pathname` is raw, not decoded. */
  handles(pathname: string): boolean
  /** Where a user begins to connect: a path on the public origin. */
  connectPath(connectionId: string): string
}

const ownOperations: readonly AnyOperation[] = [
  credentialsOperation,
  tokenExchangeOperation,
  ...managementOperations,
  serviceClientJwksOperation,
  healthOperation,
]

/** Everything that the JSON API can do, but for sign-in and the proxy. Routes and the OpenAPI document are made of it. */
export const apiOperations: readonly AnyOperation[] = withDocument(ownOperations)

/** The same of a handler that may have a login, or a proxy. */
function operationsOf<Context>({ login, proxy }: HandlerSettings<Context>): readonly AnyOperation[] {
  if (!login && !proxy) return apiOperations
  return withDocument([...ownOperations, ...(proxy ? proxyOperations(proxy) : []), ...(login ? loginOperations(login) : [])])
}

function withDocument(operations: readonly AnyOperation[]): readonly AnyOperation[] {
  return [...operations, openApiOperation(operations)]
}

/** @throws {VaultError} `invalid_configuration`, naming the bad option. */
export function createVaultService<Context, Incoming extends VaultRequest>(
  options: VaultHandlerOptions<Context, Incoming>,
): VaultService<Context, Incoming> {
  const settings = parseHandlerOptions(options)
  const originsFor = allowedOriginsOf(settings)
  const route = createRouter<Context>(
    [
      ...connectStartRoutes(settings),
      connectCallbackRoute(settings),
      connectFormPostRoute(settings),
      ...(settings.login ? loginRoutes(settings, settings.login) : []),
      ...operationsOf(settings).map((operation) => operationRoute(settings, operation)),
    ],
    settings.basePath,
  )

  async function answer(match: Exclude<Match<Context>, { kind: 'none' }>, request: VaultRequest, context: Context): Promise<Reply> {
    const allowedOrigins = originsFor(request)
    if (match.kind === 'method_not_allowed') {
      if (match.isApi && allowedOrigins.size > 0 && isPreflight(request)) return preflightReply(request, match.allow, allowedOrigins)
      const reply = methodNotAllowed(match.allow)
      return match.isApi ? withCors(reply, request, allowedOrigins) : reply
    }
    let reply: Reply
    try {
      reply = await match.route.handle(new RequestCall(request, match.params, context))
    } catch (error) {
      if (error instanceof IdentifyFailure) throw error.cause
      reply = failed(settings, match.route, request, error)
    }
    return match.route.isApi ? withCors(reply, request, allowedOrigins) : reply
  }

  return {
    respond(request, context) {
      const match = route(request.method, pathOf(request.url))
      return match.kind === 'none' ? undefined : answer(match, request, context)
    },
    handles: (pathname) => route('GET', pathname).kind !== 'none',
    connectPath: (connectionId) => `${settings.basePath}/connect/${encodeURIComponent(connectionId)}`,
  }
}

/** Whose scripts may read an answer: those of the applications what stands below `/api/`, and those that the host named all else. */
function allowedOriginsOf<Context>({ allowedOrigins, login }: HandlerSettings<Context>): (request: VaultRequest) => OriginList {
  if (!login) return () => allowedOrigins
  const { applications } = login.login
  const ofApplications: OriginList = { has: (origin) => applications.allowsOrigin(origin), size: Number.POSITIVE_INFINITY }
  return (request) => (pathOf(request.url).startsWith('/api/') ? ofApplications : allowedOrigins)
}

/** The raw path of an absolute URL. */
function pathOf(url: string): string {
  const from = url.indexOf('/', url.indexOf('://') + 3)
  for (let index = from; index < url.length; index += 1) {
    const code = url.charCodeAt(index)
    if (code === QUESTION_MARK || code === NUMBER_SIGN) return url.slice(from, index)
  }
  return url.slice(from)
}

const QUESTION_MARK = 0x3f
const NUMBER_SIGN = 0x23

function methodNotAllowed(allow: readonly string[]): Reply {
  const body = { title: 'This route takes another method. See the Allow header.', errorCode: 'method_not_allowed' }
  return jsonReply(405, body, { allow: allow.join(', ') })
}

/** Nobody reads it: the status, known from nginx, is for the host's own records. */
function clientGone(): Reply {
  return jsonReply(499, { title: 'The client went away before it had its answer.', errorCode: 'client_gone' })
}

/** The log names the route's pattern, not the path: that holds user ids, and the query holds codes. */
function failed<Context>(
  { log }: HandlerSettings<Context>,
  { method, path }: Route<Context>,
  request: VaultRequest,
  error: unknown,
): Reply {
  const route = `${method} ${path}`
  if (!request.signal.aborted || error !== request.signal.reason) return loggedErrorReply(error, route, log)
  log?.debug({ route }, 'A client went away before it had its answer.')
  return clientGone()
}
