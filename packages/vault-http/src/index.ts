export { createVaultHandler, type VaultHandler } from './create-vault-handler.js'
export { errorResponse } from './error-response.js'
export type { VaultHandlerOptions } from './options.js'
