import { fieldOf, textOf } from '../read-error.js'
import { VaultClientError } from '../vault-client-error.js'

/** Whose credential. */
export interface CredentialSelector {
  readonly connectionId: string
  readonly userId: string
  /** Which of the accounts that the user has on the connection. Default: the default one, which he connected first. */
  readonly accountId?: string
}

/**
 * An access token that works. `accessToken` is a getter that shows neither in `JSON.stringify` nor in `util.inspect`, so that it gets into
 * no log; copies by spread have none.
 */
export interface ClientCredentials {
  readonly accessToken: string
  /** The account at the provider, where it said which; else `default`. */
  readonly accountId: string
  /** `Bearer` in all but name. */
  readonly tokenType: string
  /** As the provider wrote it. */
  readonly scope: string | undefined
  /** Undefined when the provider states no lifetime. */
  readonly expiresAt: Date | undefined
  /** What the provider said beside the tokens, by the names in the connection's `credentialProperties`: `instance_url`. */
  readonly properties: Readonly<Record<string, string>>
}

/** What may stand in a header, and in an access token (RFC 6749, appendix A.12). */
const TOKEN = /^[\x20-\x7e]+$/

/** @throws {VaultClientError} `invalid_response`. */
export function readCredentials(json: unknown): ClientCredentials {
  const accessToken = textOf(json, 'accessToken') ?? ''
  const expiresAt = readDate(fieldOf(json, 'expiresAt'))
  if (!TOKEN.test(accessToken)) throw new VaultClientError('invalid_response', 'The vault’s answer holds no access token. Correct `url`.')
  const shown = {
    accountId: textOf(json, 'accountId') ?? 'default',
    tokenType: textOf(json, 'tokenType') ?? 'Bearer',
    scope: textOf(json, 'scope'),
    expiresAt,
    properties: textsOf(fieldOf(json, 'properties')),
  }
  return Object.defineProperty(shown, 'accessToken', { get: () => accessToken }) as typeof shown & { readonly accessToken: string }
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).filter(([, text]) => typeof text === 'string'))
}

function readDate(value: unknown): Date | undefined {
  const date = typeof value === 'string' ? new Date(value) : undefined
  return date && !Number.isNaN(date.getTime()) ? date : undefined
}
