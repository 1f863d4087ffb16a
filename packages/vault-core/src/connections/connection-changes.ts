import { VaultError } from '../errors.js'
import type { ConnectionInput } from '../model/connection.js'

/** Fields of a connection that are to change. Undefined takes a field away; one that is not mentioned stays. */
export type ConnectionChanges = {
  readonly [Field in Exclude<keyof ConnectionInput, 'connectionId'>]?: ConnectionInput[Field] | undefined
}

/** Whom the client secret is sent to. */
const SECRET_GOES_TO: readonly ((connection: ConnectionInput) => string | undefined)[] = [
  ({ issuer }) => issuer,
  ({ tokenEndpoint }) => tokenEndpoint,
  ({ revocationEndpoint }) => revocationEndpoint,
  ({ revocation }) => revocation?.url,
]

/** Whom users' access tokens are sent to. There may be fewer without the secret. */
const TOKENS_GO_TO: readonly ((connection: ConnectionInput) => readonly string[] | undefined)[] = [
  ({ apiOrigins }) => apiOrigins,
  ({ userinfoEndpoint }) => (userinfoEndpoint === undefined ? undefined : [userinfoEndpoint]),
]

/**
 * The connection with these changes.
 *
 * @throws {VaultError} `invalid_request` when the client secret, or users' tokens, would go to other places without the secret being given again.
 */
export function changeConnection(before: ConnectionInput, changes: ConnectionChanges): ConnectionInput {
  const merged = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined)
  const next = Object.fromEntries([...merged, ['connectionId', before.connectionId]]) as unknown as ConnectionInput
  const keepsSecret = before.clientSecret !== undefined && !Object.hasOwn(changes, 'clientSecret')
  if (keepsSecret && SECRET_GOES_TO.some((target) => target(next) !== target(before))) {
    throw secretMissing('must be given again, since the endpoints that it is sent to change')
  }
  if (keepsSecret && TOKENS_GO_TO.some((targets) => hasMore(targets(next), targets(before)))) {
    throw secretMissing('must be given again, since users’ tokens may be sent to other places')
  }
  return next
}

/** What is no list is told by who reads the connection. */
function hasMore(next: unknown, before: readonly unknown[] = []): boolean {
  return Array.isArray(next) && next.some((origin) => !before.includes(origin))
}

function secretMissing(problem: string): VaultError {
  return new VaultError('invalid_request', `clientSecret ${problem}.`, { fields: { clientSecret: problem } })
}
