export { isVaultClientError, VaultClientError, type VaultClientErrorCode, type VaultClientErrorFacts } from '../vault-client-error.js'
