import type { Log, Vault } from '@holdfast/vault-core'
import { createHandOutCounts } from './hand-out-counts.js'
import { type HandOut, type HandOutOptions, parseHandOutOptions } from './hand-out-options.js'

/** Counts what service clients are handed, and freezes those that are handed too much. */
export interface HandOutGuard {
  /** Whether a credential may be handed out. When it may not, the client is frozen by then, or could not be. */
  mayHandOut(handOut: Pick<HandOut, 'clientId' | 'connectionId' | 'userId'>): Promise<boolean>
  /** The client was seen frozen. */
  frozen(clientId: string): void
  /** Whether the client was frozen when it was last seen. */
  wasFrozen(clientId: string): boolean
  /** The client is frozen no longer: it is counted anew, or it would be frozen at once again. */
  unfrozen(clientId: string): void
}

/** @throws {VaultError} `invalid_configuration`, naming the bad option. */
export function createHandOutGuard(parts: {
  readonly options: HandOutOptions
  readonly vault: Vault
  readonly now: () => number
  readonly log: Log | undefined
}): HandOutGuard {
  const { vault, now, log } = parts
  const { maxUsersPerHour, onHandOut } = parseHandOutOptions(parts.options)
  const counts = createHandOutCounts({ now })
  const frozen = new Set<string>()

  async function isTooMuch(handOut: HandOut): Promise<boolean> {
    try {
      const decision = await onHandOut?.(handOut)
      if (decision === 'allow' || decision === 'freeze') return decision === 'freeze'
    } catch (error) {
      log?.error({ clientId: handOut.clientId, err: error }, '`handOuts.onHandOut` failed. `maxUsersPerHour` decided.')
    }
    return handOut.usersInHour > maxUsersPerHour
  }

  async function freeze({ clientId, usersInHour }: HandOut): Promise<void> {
    const message = 'A service client was frozen, as it was handed the credentials of many users. `vault.serviceClients.unfreeze` lifts it.'
    try {
      await vault.serviceClients.freeze(clientId, { actor: { kind: 'system', id: 'hand-outs' } })
      frozen.add(clientId)
      log?.error({ clientId, usersInHour }, message)
    } catch (error) {
      // It is not handed out all the same, and the next one asks again.
      log?.error({ clientId, usersInHour, err: error }, 'A service client is to be frozen, and could not be.')
    }
  }

  return {
    async mayHandOut(asked) {
      const handOut = { ...asked, ...counts.add(asked) }
      if (!(await isTooMuch(handOut))) return true
      await freeze(handOut)
      return false
    },
    frozen: (clientId) => void frozen.add(clientId),
    wasFrozen: (clientId) => frozen.has(clientId),
    unfrozen(clientId) {
      if (frozen.delete(clientId)) counts.forget(clientId)
    },
  }
}
