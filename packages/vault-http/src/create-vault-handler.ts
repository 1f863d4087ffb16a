import type { VaultHandlerOptions } from './options.js'
import { jsonReply, toWebResponse } from './reply.js'
import { createVaultService } from './vault-service.js'

/** The vault's HTTP API: a Web-standard request goes in, a response comes out. It throws only what the host's own `identify` threw. */
export interface VaultHandler<Context = undefined> {
  (request: Request, context: Context): Promise<Response>
  /** Whether this path is one of the vault's own, so that a host can pass on all others. `pathname` is raw, not decoded. */
  handles(pathname: string): boolean
  /** Where a user begins to connect: a path on the public origin, to which `?return_to=…` may be added. */
  connectPath(connectionId: string): string
}

/**
 * Makes the handler that Hono, Fastify, Next and Workers mount. For Express there is `@holdfast/vault-express`.
 *
 * @throws {VaultError} `invalid_configuration`, naming the bad option.
 */
export function createVaultHandler<Context = undefined>(options: VaultHandlerOptions<Context>): VaultHandler<Context> {
  const { respond, handles, connectPath } = createVaultService<Context, Request>(options)
  const handler = async (request: Request, context: Context): Promise<Response> =>
    toWebResponse(
      (await respond(request, context)) ?? jsonReply(404, { title: 'There is no such route. Check the path.', errorCode: 'not_found' }),
    )
  return Object.assign(handler, { handles, connectPath })
}
