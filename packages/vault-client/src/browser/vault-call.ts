import { readError } from '../read-error.js'
import { VaultClientError } from '../vault-client-error.js'

const TIMEOUT_MS = 30_000

/** Asks the vault, with the cookies that it set for itself. Throws what {@link readError} makes of a failure, or `vault_unreachable`. */
export type VaultCall = (
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  options?: { readonly body?: object; readonly accessToken?: string | undefined },
) => Promise<unknown>

export function createVaultCall(origin: string): VaultCall {
  return async (method, path, { body, accessToken } = {}) => {
    const response = await fetch(`${origin}/api/${path}`, {
      method,
      credentials: 'include',
      redirect: 'error',
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(accessToken && { authorization: `Bearer ${accessToken}` }),
      },
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch(() => {
      throw new VaultClientError('vault_unreachable', `The vault at ${origin} cannot be reached, or does not let this page ask.`)
    })
    if (!response.ok) throw await readError(response, Date.now(), accessToken)
    return response.json().catch(() => undefined)
  }
}
