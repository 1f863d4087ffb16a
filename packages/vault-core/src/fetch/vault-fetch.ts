import { parseSelector } from '../credentials/credential-request.js'
import type { ConnectionSelector, CredentialSelector, Credentials, GetCredentialsOptions } from '../credentials/credentials.js'
import { VaultError } from '../errors.js'
import type { ConnectionRegistry } from '../model/connection-registry.js'
import { discardBody } from '../oauth/read-body.js'
import { parseRetryAfter } from '../oauth/retry-after.js'
import type { Runtime } from '../runtime.js'
import { assertApiOrigin } from './api-destination.js'
import { type ApiRequest, readApiRequest } from './api-request.js'
import { type Leg, sendToApi } from './send-to-api.js'
import { withoutEcho } from './without-echo.js'

/** Whose token a request is sent with, and how. */
export type FetchTarget = (CredentialSelector | ConnectionSelector) & FetchTargetOptions

export interface FetchTargetOptions extends Pick<GetCredentialsOptions, 'requiredScopes' | 'actor'> {
  /**
   * When the API answers 429 or 503 with `Retry-After`: wait so long, `maxWaitMs` for all waits together, and send the request again, whatever its method.
   * Default: its answer is returned.
   */
  readonly retry?: { readonly maxWaitMs: number }
}

/** `vault.fetch`: see {@link Vault.fetch}. */
export type VaultFetch = (target: FetchTarget, input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** Makes `vault.fetch`. The token comes from `getCredentials`, with all that this does. */
export function createVaultFetch(parts: {
  readonly connections: ConnectionRegistry
  readonly getCredentials: (selector: CredentialSelector | ConnectionSelector, options?: GetCredentialsOptions) => Promise<Credentials>
  readonly runtime: Runtime
}): VaultFetch {
  const { connections, getCredentials, runtime } = parts

  return async (target, input, init = {}) => {
    if (target?.userId !== undefined || typeof target?.connectionId !== 'string') parseSelector(target as CredentialSelector)
    const { retry, requiredScopes, actor, ...selector } = target
    const request = readApiRequest(input, init)
    let patienceMs = readPatience(retry)
    request.signal?.throwIfAborted()
    const connection = await connections.get(selector.connectionId)
    // Before a token is even asked for.
    assertApiOrigin(connection, request.url)
    const options: GetCredentialsOptions = {
      ...(requiredScopes && { requiredScopes }),
      ...(actor && { actor }),
      ...(request.signal && { signal: request.signal }),
    }

    let credentials = await getCredentials(selector, options)
    let wasRejected = false
    let leg: Leg = { request, isOfToken: true, redirects: 0 }
    for (;;) {
      const answer = await sendToApi({ connection, leg, credentials, runtime })
      const { response } = answer
      leg = answer.leg
      if (leg.isOfToken && !wasRejected && leg.request.isReplayable && rejectsToken(response)) {
        wasRejected = true
        const other = await otherThan(credentials, selector, options, response)
        if (!other) return withoutEcho(response, credentials.accessToken)
        credentials = other
        continue
      }
      const waitMs = waitOf(response, leg.request)
      if (waitMs === undefined || waitMs > patienceMs) return withoutEcho(response, credentials.accessToken)
      discardBody(response)
      patienceMs -= waitMs
      await runtime.clock.sleep(waitMs, request.signal)
      request.signal?.throwIfAborted()
      // It may have ended meanwhile.
      credentials = await getCredentials(selector, options)
    }
  }

  /** The token to send in place of one that the API refused; undefined when there is no other, and the refusal stands. */
  async function otherThan(
    { fingerprint }: Credentials,
    selector: CredentialSelector | ConnectionSelector,
    options: GetCredentialsOptions,
    refusal: Response,
  ): Promise<Credentials | undefined> {
    try {
      const other = await getCredentials(selector, { ...options, rejected: fingerprint })
      if (other.fingerprint === fingerprint) return undefined
      discardBody(refusal)
      return other
    } catch (error) {
      discardBody(refusal)
      throw error
    }
  }

  function waitOf({ status, headers }: Response, { isReplayable }: ApiRequest): number | undefined {
    if (!isReplayable || (status !== 429 && status !== 503)) return undefined
    const waitMs = parseRetryAfter(headers.get('retry-after'), runtime.clock.now())
    return waitMs === undefined ? undefined : Math.max(waitMs, MIN_WAIT_MS)
  }
}

/** An API that says 0 again and again must not be asked without a pause. */
const MIN_WAIT_MS = 1_000

function readPatience(retry: FetchTarget['retry']): number {
  if (retry === undefined) return 0
  const { maxWaitMs }: { maxWaitMs?: unknown } = retry ?? {}
  if (typeof maxWaitMs === 'number' && maxWaitMs >= 0) return maxWaitMs
  const problem = 'must be `{ maxWaitMs }`, milliseconds from 0'
  throw new VaultError('invalid_request', `\`retry\` ${problem}.`, { fields: { retry: problem } })
}

/** RFC 6750, section 3.1: another error than `invalid_token` is none that another token would mend. Many APIs say nothing. */
function rejectsToken({ status, headers }: Response): boolean {
  if (status !== 401) return false
  const [, error = 'invalid_token'] = /\berror\s*=\s*"?([\w.-]+)/i.exec(headers.get('www-authenticate') ?? '') ?? []
  return error === 'invalid_token'
}
