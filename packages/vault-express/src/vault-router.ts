import {
  createVaultService,
  knownAddress,
  parseAllowedScopes,
  type Reply,
  type VaultHandlerOptions,
  type VaultRequest,
} from '@holdfast/vault-http'
import type { Request as ExpressRequest, NextFunction, RequestHandler, Response } from 'express'
import { ExpressVaultRequest } from './express-vault-request.js'
import { requiredScopesOf } from './required-scopes.js'
import { registerRouter, rememberRouter } from './router-registry.js'
import { sendReply } from './send-reply.js'
import { wrongMount } from './wrong-mount.js'

/** The options of the vault's handler; its functions get Express's request. */
export interface VaultRouterOptions
  extends Omit<VaultHandlerOptions<ExpressRequest, VaultRequest>, 'identify' | 'connectionProperties' | 'clientAddress'> {
  /** Who is signed in to the host application: `(req) => req.session?.userId`. */
  readonly identify: (request: ExpressRequest) => string | undefined | Promise<string | undefined>
  /** Connection properties for a flow about to begin. */
  readonly connectionProperties?: (connectionId: string, request: ExpressRequest) => Readonly<Record<string, string>> | undefined
  /** The address of the client. Default: `req.ip`, which believes proxies as far as the application's `trust proxy` does. */
  readonly clientAddress?: (request: ExpressRequest) => string | undefined
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
  const { identify, connectionProperties, clientAddress = (request) => request.ip, ...rest } = options
  const allowedScopes = parseAllowedScopes(options.allowedScopes)
  const service = createVaultService<ExpressRequest, VaultRequest>({
    ...rest,
    allowedScopes: (connectionId) => [...allowedScopes(connectionId), ...requiredScopesOf(options.vault, connectionId)],
    // What is none is refused as the handler refuses it.
    identify: typeof identify === 'function' ? (_request, expressRequest) => identify(expressRequest) : identify,
    clientAddress: (_request, expressRequest) => clientAddress(expressRequest),
    ...(connectionProperties && {
      connectionProperties: (connectionId, _request, expressRequest) => connectionProperties(connectionId, expressRequest),
    }),
  })
  const { origin, pathname } = new URL(options.publicUrl)
  const basePath = pathname.replace(/\/+$/, '')
  const addressOf = (request: ExpressRequest): string | undefined => {
    try {
      return knownAddress(clientAddress(request))
    } catch (error) {
      options.log?.error({ err: error }, '`clientAddress` failed. A credential is handed out to an unknown address.')
      return undefined
    }
  }
  const router = { identify, connectPath: service.connectPath, origin, addressOf, log: options.log }
  registerRouter(options.vault, router)

  return (request, response, next) => {
    rememberRouter(options.vault, request, router)
    const reply = service.respond(new ExpressVaultRequest(request, response, origin), request)
    if (!reply) return next(wrongMount(request, basePath, service.handles))
    void sendWhenReady(reply, response, next)
  }
}

async function sendWhenReady(reply: Promise<Reply>, response: Response, next: NextFunction): Promise<void> {
  try {
    sendReply(await reply, response)
  } catch (error) {
    next(error)
  }
}
