export { createVault, publicFetch } from '@holdfast/vault-node'
export { type RequireCredentialsOptions, requireCredentials } from './require-credentials.js'
export { type VaultRouterOptions, vaultRouter } from './vault-router.js'
