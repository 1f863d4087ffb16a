import { isVaultError } from '@holdfast/vault-core'
import { authenticate } from './authenticate.js'
import { authorizeCaller } from './authorize-caller.js'
import type { Caller } from './caller.js'
import type { AnyOperation, OperationCall } from './operation.js'
import type { HandlerSettings } from './options.js'
import { recordOfChanges } from './record-of-changes.js'
import { readJsonBody } from './request-body.js'
import { readBySchema } from './request-problems.js'
import { compileResourceTemplate } from './resource-template.js'
import type { Route, RouteCall } from './router.js'
import type { VaultRequest } from './vault-request.js'
import { witnessed } from './witnessed.js'

/** The route of an operation: who asks is decided first, then whether he may, and only then is looked at what he sent. */
export function operationRoute<Context>(settings: HandlerSettings<Context>, operation: AnyOperation): Route<Context> {
  const { method, path, query, body, handle } = operation
  const admit = admission(settings, operation)
  const record = recordOfChanges(settings, operation)
  return {
    method,
    path,
    isApi: true,
    handle: async (call) => {
      const caller = await admit(call)
      // To look at the URL costs more than all else that a hand-out has to do here.
      const queryRead = query && readBySchema(query, call.request.url.includes('?') ? queryOf(call.url) : {}, 'query')
      const bodyRead = body && readBySchema(body, await readJsonBody(call.request), 'body')
      const routed = new RoutedOperationCall(settings, call, caller, queryRead, bodyRead)
      return record && caller ? record(() => handle<Context>(routed), caller, call.params) : await handle<Context>(routed)
    },
  }
}

/** Lets a request in, or throws. Undefined for whoever asks a public operation. */
function admission<Context>(
  settings: HandlerSettings<Context>,
  { access, method, path, unlimited = false }: AnyOperation,
): (call: RouteCall<Context>) => Promise<Caller | undefined> {
  if (access.kind === 'session') return async () => undefined
  const { rateLimits } = settings
  const route = `${method} ${path}`
  if (access.kind === 'public') {
    return async (call) => {
      if (!unlimited) await rateLimits.stranger(call, route)
      return undefined
    }
  }
  const plain = (call: RouteCall<Context>): Promise<Caller> => authenticateOrCount(settings, call, route)
  const authenticated = settings.recorder.isUsed
    ? async (call: RouteCall<Context>): Promise<Caller> => witnessed(settings, await plain(call), call, route)
    : plain
  const { known } = rateLimits
  const identify = known
    ? async (call: RouteCall<Context>): Promise<Caller> => {
        const caller = await authenticated(call)
        await known(caller, call, route)
        return caller
      }
    : authenticated
  if (access.kind === 'caller') return identify
  const resourceOf = compileResourceTemplate(access.resource)
  return async (call) => {
    const caller = await identify(call)
    return authorizeCaller(settings, caller, access.action, resourceOf(call.params))
  }
}

/**
 * A bad token costs its sender, and a good one nothing: so a flood of bad ones from an address that many share keeps nobody out. For that, each is
 * verified before it is counted; to spare us that, the limit would have to refuse good tokens that we have not seen yet.
 */
async function authenticateOrCount<Context>(settings: HandlerSettings<Context>, call: RouteCall<Context>, route: string): Promise<Caller> {
  try {
    return await authenticate(settings, call.request)
  } catch (error) {
    if (isVaultError(error, 'unauthenticated')) await settings.rateLimits.stranger(call, route)
    throw error
  }
}

/** A call of an operation, around that of its route. */
class RoutedOperationCall<Context> implements OperationCall<Context, unknown, unknown> {
  readonly settings: HandlerSettings<Context>
  readonly request: VaultRequest
  readonly params: Readonly<Record<string, string>>
  readonly context: Context
  readonly query: unknown
  readonly body: unknown
  readonly #call: RouteCall<Context>
  readonly #caller: Caller | undefined

  constructor(settings: HandlerSettings<Context>, call: RouteCall<Context>, caller: Caller | undefined, query: unknown, body: unknown) {
    this.settings = settings
    this.request = call.request
    this.params = call.params
    this.context = call.context
    this.query = query
    this.body = body
    this.#call = call
    this.#caller = caller
  }

  get url(): URL {
    return this.#call.url
  }

  get caller(): Caller {
    if (this.#caller) return this.#caller
    throw new TypeError('A public operation asked who its caller is.')
  }
}

/** Each parameter once, or all its values in a list, which a schema for one refuses. */
function queryOf({ searchParams }: URL): Readonly<Record<string, string | string[]>> {
  const query: Record<string, string | string[]> = Object.create(null)
  for (const name of new Set(searchParams.keys())) {
    const values = searchParams.getAll(name)
    query[name] = values.length === 1 ? (values[0] ?? '') : values
  }
  return query
}
