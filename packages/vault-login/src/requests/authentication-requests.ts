import { type Clock, isVaultError, VaultError } from '@holdfast/vault-core'
import type { SealedJson } from '../sealed-json.js'
import type { AuthenticationRequest } from './authentication-request.js'

/** Requests on their way through the browser, sealed, so that whoever only asks makes the vault keep nothing. */
export interface AuthenticationRequests {
  /**
   * The request as base64url text that only a vault with these keys reads. Good for 10 minutes.
   *
   * @throws {VaultError} `invalid_request` when it is too long for a URL; `store_unavailable`.
   */
  seal(request: AuthenticationRequest): Promise<string>
  /**
   * Undefined when the text is damaged, not of this vault, or older than 10 minutes.
   *
   * @throws {VaultError} `store_unavailable`.
   */
  open(sealed: string): Promise<AuthenticationRequest | undefined>
}

/** How long a sealed request is good, milliseconds. */
const LIFETIME_MS = 600_000
/** Longest request, as JSON: sealed it is a third longer, and has to fit into a URL. */
const MAX_LENGTH = 4_096
const MAX_SEALED_LENGTH = 16_384
const FIELD = 'login/authentication_request'

export function createAuthenticationRequests({
  sealed,
  clock,
}: {
  readonly sealed: SealedJson
  readonly clock: Clock
}): AuthenticationRequests {
  return {
    async seal(request) {
      if (JSON.stringify(request).length > MAX_LENGTH) {
        const problem = 'is too long: shorten the redirect URL or the connection properties'
        throw new VaultError('invalid_request', `The authentication request ${problem}.`, { fields: { request: problem } })
      }
      return sealed.seal('', FIELD, { v: 1, request })
    },
    async open(text) {
      if (typeof text !== 'string' || text.length > MAX_SEALED_LENGTH) return undefined
      const request = await openRequest(sealed, text)
      return request && clock.now() - request.createdAtMs <= LIFETIME_MS ? request : undefined
    },
  }
}

async function openRequest(sealed: SealedJson, text: string): Promise<AuthenticationRequest | undefined> {
  try {
    // What opens was sealed by a vault with this key, so only the version can differ.
    const { v, request } = (await sealed.open('', FIELD, text)) as { readonly v: unknown; readonly request: WrittenRequest }
    return v === 1 ? withUndefined(request) : undefined
  } catch (error) {
    if (isVaultError(error, 'decryption_failed')) return undefined
    throw error
  }
}

type Optional = 'codeChallenge' | 'connectionId' | 'connectionProperties' | 'linkTo'
/** JSON drops fields that are undefined. */
type WrittenRequest = Omit<AuthenticationRequest, Optional> & Partial<Pick<AuthenticationRequest, Optional>>

function withUndefined(request: WrittenRequest): AuthenticationRequest {
  return { codeChallenge: undefined, connectionId: undefined, connectionProperties: undefined, linkTo: undefined, ...request }
}
