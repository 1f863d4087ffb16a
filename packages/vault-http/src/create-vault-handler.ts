import { isVaultError } from '@holdfast/vault-core'
import { errorResponse, statusOf } from './error-response.js'
import { type HandlerSettings, IdentifyFailure, parseHandlerOptions, type VaultHandlerOptions } from './options.js'
import { jsonResponse } from './responses.js'
import { matchRoute, type Route } from './router.js'
import { connectCallbackRoute } from './routes/connect-callback.js'
import { connectStartRoutes } from './routes/connect-start.js'
import { credentialsRoute } from './routes/credentials.js'
import { healthRoute } from './routes/health.js'
import { serviceClientJwksRoute } from './routes/service-client-jwks.js'

/** The vault's HTTP API: a Web-standard request goes in, a response comes out. It throws only what the host's own `identify` threw. */
export interface VaultHandler<Context = undefined> {
  (request: Request, context: Context): Promise<Response>
  /** Whether this path is one of the vault's own, so that a host can pass on all others. `pathname` is raw, not decoded. */
  handles(pathname: string): boolean
  /** Where a user begins to connect: a path on the public origin, to which `?return_to=…` may be added. */
  connectPath(connectionId: string): string
}

/**
 * Makes the handler that Express, Hono, Fastify, Next and Workers mount.
 *
 * @throws {VaultError} `invalid_configuration`, naming the bad option.
 */
export function createVaultHandler<Context = undefined>(options: VaultHandlerOptions<Context>): VaultHandler<Context> {
  const settings = parseHandlerOptions(options)
  const routes: readonly Route<Context>[] = [
    ...connectStartRoutes(settings),
    connectCallbackRoute(settings),
    credentialsRoute(settings),
    serviceClientJwksRoute(settings),
    healthRoute(settings),
  ]

  const handler = async (request: Request, context: Context): Promise<Response> => {
    const url = new URL(request.url)
    const match = matchRoute(routes, settings.basePath, request.method, url.pathname)
    if (match.kind === 'none') return jsonResponse(404, { title: 'There is no such route. Check the path.', errorCode: 'not_found' })
    if (match.kind === 'method_not_allowed') {
      return jsonResponse(
        405,
        { title: 'This route takes another method. See the Allow header.', errorCode: 'method_not_allowed' },
        { allow: match.allow.join(', ') },
      )
    }
    try {
      return await match.route.handle({ request, url, params: match.params, context })
    } catch (error) {
      if (error instanceof IdentifyFailure) throw error.cause
      return failed(settings, match.route, error)
    }
  }

  return Object.assign(handler, {
    handles: (pathname: string) => matchRoute(routes, settings.basePath, 'GET', pathname).kind !== 'none',
    connectPath: (connectionId: string) => `${settings.basePath}/connect/${encodeURIComponent(connectionId)}`,
  })
}

/** The log names the route's pattern, not the path: that holds user ids, and the query holds codes. */
function failed<Context>({ log }: HandlerSettings<Context>, route: Route<Context>, error: unknown): Response {
  const errorId = crypto.randomUUID()
  const operatorsBusiness = !isVaultError(error) || statusOf(error) >= 424
  if (operatorsBusiness) log?.error({ errorId, route: `${route.method} ${route.path}`, err: error }, 'A request to the vault failed.')
  return errorResponse(error, errorId)
}
