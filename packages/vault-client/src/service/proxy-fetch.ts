import { readError } from '../read-error.js'
import { serverTimeMs } from '../retry-after.js'
import { VaultClientError } from '../vault-client-error.js'
import type { ClientClock } from './clock.js'
import { failureCode } from './failure-code.js'
import type { ServiceTokens } from './service-tokens.js'

/** A `fetch` of one provider's API: a path with its query, `/drive/v3/files?pageSize=10`, in place of a URL. */
export type ProxyFetch = (path: string, init?: RequestInit) => Promise<Response>

/** On each answer that is the API's, and on none of the vault's own. */
const ANSWERED_BY = 'holdfast-answered-by'
/** Which of the user's accounts is meant. */
const ACCOUNT = 'holdfast-account-id'

/** A `fetch` that has the vault send the request, with the user's token: what the API answers comes back as it is, what the vault refuses is thrown. */
export function createProxyFetch(parts: {
  /** Of the vault, without a slash at the end. */
  readonly url: string
  /** Of the user's proxy, from the vault's own root. */
  readonly proxyPath: string
  /** URL-encoded. Undefined for the default one. */
  readonly account: string | undefined
  readonly tokens: ServiceTokens
  readonly fetch: typeof globalThis.fetch
  readonly clock: ClientClock
}): ProxyFetch {
  const { url, proxyPath, account, tokens, fetch, clock } = parts

  async function send(target: string, init: RequestInit, token: string): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${token}`)
    if (account !== undefined) headers.set(ACCOUNT, account)
    try {
      // Where the API redirects to, this token is not for.
      return await fetch(target, { ...init, headers, redirect: 'manual' })
    } catch (error) {
      init.signal?.throwIfAborted()
      const why = failureCode(error) ?? 'no reason was given'
      throw new VaultClientError('vault_unreachable', `The vault at ${url} cannot be reached: ${why}.`)
    }
  }

  return async (path, init = {}) => {
    const target = targetOf(url + proxyPath, path)
    for (let isClockMended = false; ; ) {
      const token = await tokens.current()
      init.signal?.throwIfAborted()
      const response = await send(target, init, token.text)
      if (response.headers.get(ANSWERED_BY) === 'api') return response
      const error = await readError(response, clock.now(), token.text)
      const mayRepeat = error.status === 401 && !isClockMended && !(init.body instanceof ReadableStream)
      if (!mayRepeat || !tokens.refused(token, serverTimeMs(response.headers))) throw error
      isClockMended = true
    }
  }
}

/** A path that led out of the proxy would be asked for with the rights of this client. */
function targetOf(proxy: string, path: string): string {
  const root = new URL(`${proxy}/`)
  const target = typeof path === 'string' && path.startsWith('/') && URL.canParse(proxy + path) ? new URL(proxy + path) : undefined
  if (target?.origin === root.origin && target.pathname.startsWith(root.pathname)) return target.href
  throw new VaultClientError('invalid_request', 'The path must begin with a slash, and lead to the API: no `..` above its root.')
}
