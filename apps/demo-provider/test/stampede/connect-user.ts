import type { Vault } from '@holdfast/vault-core'
import { consentByHttp } from '../../src/index.ts'

export const REDIRECT_URI = 'http://127.0.0.1:4999/connect/demo/callback'

/** Lets a user consent at the provider. The vault's clock must be the provider's, or its ID token would seem too old. */
export async function connectUser(vault: Vault, userId: string): Promise<void> {
  const flow = await vault.authorization.start({ connectionId: 'demo', userId, redirectUri: REDIRECT_URI })
  const callbackUrl = await consentByHttp(flow.authorizationUrl)
  await vault.authorization.complete({ callbackUrl, flowBinding: flow.flowBinding })
}
