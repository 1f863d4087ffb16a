import { VaultError } from '../errors.js'
import type { ConnectionInput } from '../model/connection.js'
import { isStatic } from '../model/connection-grant.js'

/** Fields of a connection that are to change. Undefined takes a field away; one that is not mentioned stays. */
export type ConnectionChanges = {
  readonly [Field in Exclude<keyof ConnectionInput, 'connectionId'>]?: ConnectionInput[Field] | undefined
}

/** Whom client secret, assertions and users' refresh tokens are sent to. */
const SECRETS_GO_TO: readonly ((connection: ConnectionInput) => string | undefined)[] = [
  ({ issuer }) => issuer,
  ({ tokenEndpoint }) => tokenEndpoint,
  ({ revocationEndpoint }) => revocationEndpoint,
  ({ revocation }) => revocation?.url,
  ({ deviceAuthorizationEndpoint }) => deviceAuthorizationEndpoint,
  ({ pushedAuthorizationRequestEndpoint }) => pushedAuthorizationRequestEndpoint,
  ({ refreshRequest }) => refreshRequest?.endpoint,
  ({ longLivedRequest }) => longLivedRequest?.endpoint,
]

/** Whom users' access tokens are sent to. There may be fewer without the secret. */
const TOKENS_GO_TO: readonly ((connection: ConnectionInput) => readonly string[] | undefined)[] = [
  ({ apiOrigins }) => (Array.isArray(apiOrigins) ? apiOrigins.map(originOf) : undefined),
  ({ userinfoEndpoint }) => (userinfoEndpoint === undefined ? undefined : [userinfoEndpoint]),
]

/**
 * The connection with these changes.
 *
 * @throws {VaultError} `invalid_request` when the client secret, what the private key signs, or users' tokens would go to other places without the
 * secret or the key being given again.
 */
export function changeConnection(before: ConnectionInput, changes: ConnectionChanges): ConnectionInput {
  const merged = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined)
  const next = Object.fromEntries([...merged, ['connectionId', before.connectionId]]) as unknown as ConnectionInput
  for (const secret of ['clientSecret', 'privateKey'] as const) {
    if (before[secret] === undefined || Object.hasOwn(changes, secret)) continue
    if (SECRETS_GO_TO.some((target) => target(next) !== target(before)))
      throw missing(secret, 'must be given again, since the endpoints that it is sent to, or signs for, change')
    if (TOKENS_GO_TO.some((targets) => hasMore(targets(next), targets(before))))
      throw missing(secret, 'must be given again, since users’ tokens may be sent to other places')
    // Such a grant hands the client secret out, as the token that it is.
    if (secret === 'clientSecret' && isStatic(next.grant) && !isStatic(before.grant))
      throw missing(secret, 'must be given again, since with this `grant` it is handed out')
  }
  return next
}

/** What is no list is told by who reads the connection. */
function hasMore(next: unknown, before: readonly unknown[] = []): boolean {
  return Array.isArray(next) && next.some((origin) => !before.includes(origin))
}

/** However it is written. What is no URL is told by who reads the connection. */
function originOf(text: string): string {
  return URL.canParse(text) ? new URL(text).origin : text
}

function missing(secret: 'clientSecret' | 'privateKey', problem: string): VaultError {
  return new VaultError('invalid_request', `${secret} ${problem}.`, { fields: { [secret]: problem } })
}
