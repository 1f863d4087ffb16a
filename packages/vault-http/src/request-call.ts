import type { RouteCall } from './router.js'
import type { VaultRequest } from './vault-request.js'

/** What a route works with. The URL is taken apart only for a route that looks into it. */
export class RequestCall<Context> implements RouteCall<Context> {
  readonly request: VaultRequest
  readonly params: Readonly<Record<string, string>>
  readonly context: Context
  #url: URL | undefined

  constructor(request: VaultRequest, params: Readonly<Record<string, string>>, context: Context) {
    this.request = request
    this.params = params
    this.context = context
  }

  get url(): URL {
    this.#url ??= new URL(this.request.url)
    return this.#url
  }
}
