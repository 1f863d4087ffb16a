// A process of an application that asks the vault for one credential, many times at once.
import { isVaultError, type Vault } from '@holdfast/vault-core'
import { answer } from '../child-process.ts'
import { CONNECTION_ID, openVault, type VaultPlace } from '../vault-place.ts'

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
  async open(place) {
    vault = (await openVault(place)).vault
  },
  async ask({ userId, callers }) {
    const calls = Array.from({ length: callers }, () => vault?.getCredentials({ connectionId: CONNECTION_ID, userId }))
    const outcomes = await Promise.allSettled(calls)
    const tokens = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' && outcome.value ? [outcome.value.accessToken] : []))
    return { failed: callers - tokens.length, tokens: [...new Set(tokens)] }
  },
  async isUsable(userId) {
    try {
      await vault?.getCredentials({ connectionId: CONNECTION_ID, userId }, { forceRefresh: true })
      return true
    } catch (error) {
      if (isVaultError(error)) return false
      throw error
    }
  },
}

answer(answers)
