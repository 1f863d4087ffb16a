// A process of an application that asks the vault for one credential, many times at once.
import { isVaultError, localKeyring, type Vault } from '@holdfast/vault-core'
import { createVault } from '@holdfast/vault-node'
import { postgresStore } from '@holdfast/vault-store-sql'
import { answer } from '../child-process.ts'

export interface VaultPlace {
  readonly url: string
  readonly schema: string
  /** The wrapping key, base64. */
  readonly key: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
}

export interface VaultCallerAnswers {
  open(place: VaultPlace): Promise<void>
  /** So many callers at once; how many were failed, and which tokens the others got. */
  ask(whose: {
    readonly userId: string
    readonly callers: number
  }): Promise<{ readonly failed: number; readonly tokens: readonly string[] }>
  /** Whether the grant can be refreshed once more. */
  isUsable(userId: string): Promise<boolean>
}

let vault: Vault | undefined

const answers: VaultCallerAnswers = {
  async open({ url, schema, key, issuer, clientId, clientSecret }) {
    vault = createVault({
      store: postgresStore({ connectionString: url, schema }),
      keyring: localKeyring([{ id: 'k1', key: Buffer.from(key, 'base64') }]),
      connections: [{ connectionId: 'demo', issuer, clientId, clientSecret, clientAuthentication: 'client_secret_post' }],
    })
    await vault.checkHealth()
  },
  async ask({ userId, callers }) {
    const calls = Array.from({ length: callers }, () => vault?.getCredentials({ connectionId: 'demo', userId }))
    const outcomes = await Promise.allSettled(calls)
    const tokens = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' && outcome.value ? [outcome.value.accessToken] : []))
    return { failed: callers - tokens.length, tokens: [...new Set(tokens)] }
  },
  async isUsable(userId) {
    try {
      await vault?.getCredentials({ connectionId: 'demo', userId }, { forceRefresh: true })
      return true
    } catch (error) {
      if (isVaultError(error)) return false
      throw error
    }
  },
}

answer(answers)
