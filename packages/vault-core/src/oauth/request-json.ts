import { isVaultError, VaultError } from '../errors.js'
import type { JsonObject } from '../model/provider-hooks.js'
import { withDeadline } from './deadline.js'
import { parseJsonObject } from './parse-json-object.js'
import { discardBody, readBody } from './read-body.js'
import { sendTokenRequest, type TokenRequest } from './token-endpoint.js'
import type { TokenEndpointOutcome } from './token-response.js'

/** How long it may take, milliseconds. Somebody waits for it. */
const REQUEST_DEADLINE_MS = 15_000

/**
 * Asks the provider, as the application, for what begins a flow: answered with a JSON object that has no token in it.
 *
 * @param what - `authorization request`, for the errors.
 * @throws {VaultError} `provider_rejected_client`, `provider_unavailable`, `invalid_configuration`.
 */
export async function requestJson(
  what: string,
  request: Pick<TokenRequest, 'connection' | 'runtime' | 'dpopKey' | 'send'>,
): Promise<JsonObject> {
  const { connection, runtime, dpopKey, send } = request
  const { connectionId } = connection
  return withDeadline(runtime.clock, REQUEST_DEADLINE_MS, async (signal) => {
    let answer: Response | undefined
    const outcome = await sendTokenRequest({
      ...{ connection, runtime, signal, dpopKey },
      purpose: 'authorization',
      answers: 'authorization_request',
      send: async (client, authentication, options) => {
        const response = await send(client, authentication, options)
        answer = response.clone()
        return response
      },
    })
    if (outcome.kind !== 'answered' || !answer) {
      // A body that was read twice ends when both have.
      if (answer) discardBody(answer)
      throw refused(connectionId, what, outcome)
    }
    const body = await readBody(answer, signal)
    return (body.kind === 'complete' ? parseJsonObject(body.text) : undefined) ?? {}
  })
}

/** The error for an answer that lacks what was asked for, and for none. */
export function noUse(connectionId: string, what: string, reason: string, retryAfterMs?: number): VaultError {
  return new VaultError(
    'provider_unavailable',
    `The provider of connection "${connectionId}" did not take the ${what} (${reason}). Begin again a little later.`,
    { connectionId, reason, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  )
}

function refused(connectionId: string, what: string, outcome: TokenEndpointOutcome): VaultError {
  if (outcome.kind === 'refused' && outcome.status < 500 && outcome.status !== 429)
    return new VaultError(
      'provider_rejected_client',
      `The provider of connection "${connectionId}" refuses the ${what} (${outcome.error}). Mend the connection: its client, its redirect URI as the provider knows it, or the scopes that are asked for.`,
      { connectionId, reason: outcome.error },
    )
  if (outcome.kind === 'no_answer') {
    if (isVaultError(outcome.cause)) return outcome.cause
    return noUse(connectionId, what, typeof outcome.cause === 'string' ? outcome.cause : outcome.reason)
  }
  if (outcome.kind === 'answered') return noUse(connectionId, what, 'empty')
  return noUse(connectionId, what, outcome.kind === 'refused' ? outcome.error : `http_${outcome.status}`, outcome.retryAfterMs)
}
