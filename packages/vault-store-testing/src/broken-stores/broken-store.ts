import type { VaultStore } from '@holdfast/vault-core'

/** A store with one fault, made of a sound one. */
export interface BrokenStore {
  readonly breakIt: (sound: VaultStore) => VaultStore
  /** Name of a rule that has to catch it, or a part of the name. */
  readonly caughtBy: RegExp
}

/** Broken stores by what is wrong with them. */
export type BrokenStores = Readonly<Record<string, BrokenStore>>

/** Lets others have their turn: what comes after it may be overtaken. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

/** The store with some of its methods for credentials replaced. */
export const withCredentials = (sound: VaultStore, change: Partial<VaultStore['credentials']>): VaultStore => ({
  ...sound,
  credentials: { ...sound.credentials, ...change },
})

/** The same for tickets. */
export const withTickets = (sound: VaultStore, change: Partial<VaultStore['tickets']>): VaultStore => ({
  ...sound,
  tickets: { ...sound.tickets, ...change },
})
