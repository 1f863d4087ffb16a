import { readError } from '../read-error.js'
import { serverTimeMs } from '../retry-after.js'
import { VaultClientError } from '../vault-client-error.js'
import type { ClientClock } from './clock.js'
import { failureCode } from './failure-code.js'
import { isTransient, retryWaitMs } from './retry-wait.js'
import type { ServiceToken, ServiceTokens } from './service-tokens.js'

export interface VaultRequestsOptions {
  /** Of the vault, without a slash at the end. */
  readonly url: string
  readonly tokens: ServiceTokens
  readonly fetch: typeof globalThis.fetch
  readonly clock: ClientClock
  readonly random: () => number
  readonly attempts: number
  readonly timeoutMs: number
  readonly maxRetryAfterMs: number
}

export interface VaultRequests {
  /**
   * Reads JSON from the vault, and asks again where that may help.
   *
   * @param path - From the vault's own root, encoded.
   * @throws {VaultClientError} What the last attempt ended with. Once `signal` aborts: its reason.
   */
  get(path: string, signal: AbortSignal): Promise<unknown>
}

type Outcome = { readonly json: unknown } | { readonly error: VaultClientError; readonly vaultTimeMs: number | undefined }

export function createVaultRequests(options: VaultRequestsOptions): VaultRequests {
  const { url, tokens, fetch, clock, random, attempts, timeoutMs, maxRetryAfterMs } = options

  async function send(path: string, token: ServiceToken, signal: AbortSignal): Promise<Outcome> {
    const headers = { accept: 'application/json', authorization: `Bearer ${token.text}` }
    // A vault does not redirect, and nobody else is to get this token.
    const response = await fetch(url + path, { headers, redirect: 'manual', signal })
    const vaultTimeMs = serverTimeMs(response.headers)
    if (!response.ok) return { error: await readError(response, clock.now(), token.text), vaultTimeMs }
    tokens.accepted(vaultTimeMs)
    return { json: parseJson(await response.text(), response.status) }
  }

  async function attempt(path: string, token: ServiceToken, signal: AbortSignal): Promise<Outcome> {
    const limit = timeLimit(clock, timeoutMs, signal)
    try {
      return await send(path, token, limit.signal)
    } catch (error) {
      if (error instanceof VaultClientError) throw error
      const why = limit.signal.aborted ? `it gave no answer within ${timeoutMs} ms` : (failureCode(error) ?? 'no reason was given')
      return { error: new VaultClientError('vault_unreachable', `The vault at ${url} cannot be reached: ${why}.`), vaultTimeMs: undefined }
    } finally {
      limit.end()
    }
  }

  return {
    async get(path, signal) {
      let isClockMended = false
      for (let failures = 0; ; ) {
        const token = await tokens.current()
        signal.throwIfAborted()
        const outcome = await attempt(path, token, signal)
        if ('json' in outcome) return outcome.json
        const { error, vaultTimeMs } = outcome
        if (error.status === 401 && !isClockMended && (isClockMended = tokens.refused(token, vaultTimeMs))) continue
        failures += 1
        if (!isTransient(error) || failures >= attempts || (error.retryAfterMs ?? 0) > maxRetryAfterMs) throw error
        await clock.sleep(retryWaitMs(failures, error.retryAfterMs, random), signal)
        signal.throwIfAborted()
      }
    },
  }
}

/** Aborts with `signal`, and when the time is over. `end` it, so that no timer stays behind. */
function timeLimit(clock: ClientClock, ms: number, signal: AbortSignal): { readonly signal: AbortSignal; end(): void } {
  const limit = new AbortController()
  const over = new AbortController()
  const abort = (): void => limit.abort(signal.reason)
  signal.addEventListener('abort', abort)
  void clock.sleep(ms, over.signal).then(() => {
    if (!over.signal.aborted) limit.abort()
  })
  return {
    signal: limit.signal,
    end() {
      signal.removeEventListener('abort', abort)
      over.abort()
    },
  }
}

function parseJson(text: string, status: number): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new VaultClientError('invalid_response', `The vault’s answer is no JSON (${status}). Correct \`url\`.`, { status })
  }
}
