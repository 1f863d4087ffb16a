import { parseBaseUrl } from '../base-url.js'
import { VaultClientError } from '../vault-client-error.js'
import { parseAccessKey } from './access-key.js'
import { type ClientCredentials, type CredentialSelector, readCredentials } from './client-credentials.js'
import { type ClientClock, systemClock } from './clock.js'
import { type CacheOptions, createCredentialCache, noCache } from './credential-cache.js'
import { credentialsPath, encodedAccount, proxyPath } from './credentials-path.js'
import { createProxyFetch, type ProxyFetch } from './proxy-fetch.js'
import { createServiceTokens } from './service-tokens.js'
import { createSharedCalls } from './shared-calls.js'
import { createUserFetch } from './user-fetch.js'
import { createVaultRequests } from './vault-requests.js'

export interface ServiceClientOptions {
  /** Where the vault is reached: origin, and the path it is mounted under if any. https, or http on loopback. */
  readonly url: string
  /** `clientId.keyId.accountId.privateKey`, as the vault showed it once. It never leaves this process: it signs tokens that live for a minute. */
  readonly accessKey: string
  /** Default: the runtime's own. */
  readonly fetch?: typeof globalThis.fetch
  /** Default: the system's. */
  readonly clock?: ClientClock
  /** From 0 to 1, 1 excluded: spreads retries. Default `Math.random`. */
  readonly random?: () => number
  /** How tokens are held in memory; false to ask the vault each time. */
  readonly cache?: CacheOptions | false
  /** How often a request is sent at most, the first time included. Default 4. */
  readonly attempts?: number
  /** How long one attempt may take, milliseconds. Default 15 seconds: the vault itself waits for a provider for 10. */
  readonly timeoutMs?: number
  /** Longest `Retry-After` that is waited for, milliseconds; with a longer one the call fails at once. Default 10 seconds. */
  readonly maxRetryAfterMs?: number
}

export interface ServiceClient {
  /**
   * Returns an access token that works, from memory while one is held that lives long enough. Calls at the same time share one request.
   *
   * @param options.rejected - The token that the provider's API refused with 401: it is forgotten, and the vault asked again.
   * @param options.signal - Ends this caller's wait, with its reason.
   * @throws {VaultClientError} `credential_not_found` when the user never connected; `reauthorization_required` (with `reason`) when he must
   * consent again; `connection_not_found`; `permission_denied` without a grant; `unauthenticated` when the access key is not valid any more;
   * `provider_unavailable`, `store_unavailable`, `rate_limited` (with `retryAfterMs`) and `vault_unreachable` when retries did not help;
   * `invalid_request`; `invalid_response`.
   */
  getCredentials(
    selector: CredentialSelector,
    options?: { readonly rejected?: string; readonly signal?: AbortSignal },
  ): Promise<ClientCredentials>
  /**
   * A `fetch` for one user: it sends his token along. On 401 it asks once for another token, and repeats the request if there is one (and if
   * its body was no stream). It throws what `getCredentials` throws, and else what `fetch` does. The token goes by https only (http on
   * loopback), and never to another origin that a redirect leads to.
   *
   * @example
   * ```ts
   * const fetchForAlice = vault.fetch({ connectionId: 'google', userId: 'alice' })
   * const files = await fetchForAlice('https://www.googleapis.com/drive/v3/files')
   * ```
   */
  fetch(selector: CredentialSelector): typeof globalThis.fetch
  /**
   * A `fetch` of the provider's API through the vault: the token stays there. The vault must proxy the connection (option `proxy` of its handler),
   * and this client needs the role `Vault:ApiCaller`. It takes a path with its query in place of a URL. What the API answers is returned, redirects as
   * they are; what the vault refuses is thrown, as by `getCredentials`. Nothing is tried again: the API may have got it.
   *
   * @example
   * ```ts
   * const drive = vault.proxy({ connectionId: 'google', userId: 'alice' })
   * const files = await drive('/drive/v3/files?pageSize=10')
   * ```
   */
  proxy(selector: CredentialSelector): ProxyFetch
}

/**
 * Makes the client of a service or a background job: it acts for users who are not there, by the grants of its access key.
 *
 * @throws {VaultClientError} `invalid_configuration`, naming the bad option.
 * @example
 * ```ts
 * const vault = createServiceClient({ url: 'https://vault.example.com', accessKey: process.env.VAULT_ACCESS_KEY })
 * const { accessToken } = await vault.getCredentials({ connectionId: 'google', userId: 'alice' })
 * ```
 */
export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  const {
    clock = systemClock,
    random = Math.random,
    cache: caching = {},
    attempts = 4,
    timeoutMs = 15_000,
    maxRetryAfterMs = 10_000,
  } = options
  checkNumbers({ attempts, timeoutMs, maxRetryAfterMs, ...caching })
  const url = parseBaseUrl(options.url).href.replace(/\/+$/, '')
  // A method of `globalThis` may not be called without it.
  const fetch: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const tokens = createServiceTokens({ accessKey: parseAccessKey(options.accessKey), url, clock })
  const requests = createVaultRequests({ url, tokens, fetch, clock, random, attempts, timeoutMs, maxRetryAfterMs })
  const cache = caching === false ? noCache : createCredentialCache(caching, tokens.vaultNow)
  const calls = createSharedCalls<ClientCredentials>()

  const getCredentials: ServiceClient['getCredentials'] = async (selector, { rejected, signal } = {}) => {
    const path = credentialsPath(selector)
    signal?.throwIfAborted()
    if (rejected !== undefined) cache.drop(path, rejected)
    return (
      cache.get(path) ??
      calls.join(path, signal, async (shared) => {
        const credentials = readCredentials(await requests.get(path, shared))
        cache.put(path, credentials)
        return credentials
      })
    )
  }

  return {
    getCredentials,
    fetch: (selector) => {
      credentialsPath(selector)
      return createUserFetch(fetch, (reading) => getCredentials(selector, reading))
    },
    proxy: (selector) => createProxyFetch({ url, proxyPath: proxyPath(selector), account: encodedAccount(selector), tokens, fetch, clock }),
  }
}

function checkNumbers(numbers: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (value === undefined || (typeof value === 'number' && value >= 1)) continue
    throw new VaultClientError('invalid_configuration', `\`${name}\` must be a number from 1.`)
  }
}
