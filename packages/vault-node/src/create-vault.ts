import { createVault as createPureVault, type Vault, type VaultOptions } from '@holdfast/vault-core'
import { nodePrimitives } from './node-primitives.js'

/**
 * Makes a vault that seals and opens by `node:crypto`: the core's `createVault` with {@link nodePrimitives}, unless others are given.
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
  return createPureVault({ primitives: nodePrimitives(), ...options })
}
