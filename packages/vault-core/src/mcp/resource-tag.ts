import type { ConnectionInput } from '../model/connection.js'

/** What a connection was made for: a hash, as a tag holds no longer URL. */
export const RESOURCE_TAG = 'protected_resource'

/**
 * Whether `connectResource` made this connection: its name, and the server that its users are sent to, are what somebody's server says of itself.
 *
 * @example
 * ```ts
 * const ours = (await vault.connections.list()).filter((connection) => !isConnectedResource(connection))
 * ```
 */
export function isConnectedResource({ tags }: { readonly tags?: ConnectionInput['tags'] | undefined }): boolean {
  return tags?.[RESOURCE_TAG] !== undefined
}
