import { createVaultHandler, type VaultHandlerOptions } from '@holdfast/vault-http'
import type { Request as ExpressRequest, RequestHandler } from 'express'
import { rememberRouter } from './router-registry.js'
import { sendWebResponse } from './send-web-response.js'
import { toWebRequest } from './to-web-request.js'

/** The options of the vault's handler; `identify` and `connectionProperties` get Express's request. */
export interface VaultRouterOptions extends Omit<VaultHandlerOptions, 'identify' | 'connectionProperties'> {
  /** Who is signed in to the host application: `(req) => req.session?.userId`. */
  readonly identify: (request: ExpressRequest) => string | undefined | Promise<string | undefined>
  /** Connection properties for a flow about to begin. */
  readonly connectionProperties?: (connectionId: string, request: ExpressRequest) => Readonly<Record<string, string>> | undefined
}

/**
 * Answers the vault's own paths (`/connect/…`, `/v1/…`) and passes on all others, so that the application's own routes keep working.
 * Mount it at the root, or under the path that `publicUrl` ends in.
 *
 * @throws {VaultError} `invalid_configuration`, naming the bad option.
 * @example
 * ```ts
 * app.use(vaultRouter({ vault, publicUrl: 'https://app.example.com', identify: (req) => req.session?.userId }))
 * ```
 */
export function vaultRouter(options: VaultRouterOptions): RequestHandler {
  const { identify, connectionProperties, ...rest } = options
  const handler = createVaultHandler<ExpressRequest>({
    ...rest,
    identify: (_request, expressRequest) => identify(expressRequest),
    ...(connectionProperties && {
      connectionProperties: (connectionId, _request, expressRequest) => connectionProperties(connectionId, expressRequest),
    }),
  })
  const { origin } = new URL(options.publicUrl)
  const router = { identify, connectPath: handler.connectPath, origin }

  return async (request, response, next) => {
    rememberRouter(options.vault, request, router)
    const webRequest = toWebRequest(request, response, origin)
    if (!webRequest || !handler.handles(new URL(webRequest.url).pathname)) return next()
    try {
      await sendWebResponse(await handler(webRequest, request), response)
    } catch (error) {
      next(error)
    }
  }
}
