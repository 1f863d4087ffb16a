import { createVault as createPureVault, type Vault, type VaultOptions } from '@holdfast/vault-core'
import { nodePrimitives } from './node-primitives.js'
import { publicFetch } from './public-fetch.js'

/**
 * Makes a vault that seals and opens by `node:crypto`, and reaches the providers of connections in the store at public addresses alone: the core's
 * `createVault` with {@link nodePrimitives} and {@link publicFetch}, unless others, or a `fetch` of your own, are given.
 *
 * @throws {VaultError} `invalid_configuration`.
 * @example
 * ```ts
 * const vault = createVault({
 *   store: sqliteStore({ path: './vault.db' }),
 *   keyring: localKeyring([{ id: '2026-11', key: process.env.HOLDFAST_KEY }]),
 *   connections: [{ connectionId: 'google', issuer: 'https://accounts.google.com', clientId, clientSecret }],
 * })
 * ```
 */
export function createVault(options: VaultOptions): Vault {
  // Behind the options: one that is there and undefined must not take the guard away.
  return createPureVault({
    ...options,
    primitives: options.primitives ?? nodePrimitives(),
    fetchForStoredConnections: options.fetchForStoredConnections ?? options.fetch ?? publicFetch(),
  })
}
