import { expect } from 'vitest'
import type { Credentials, GetCredentialsOptions, Keyring, Vault, VaultOptions } from '../../../src/index.js'
import { settle } from '../../fixtures/manual-clock.js'
import { ALICE, type VaultWorld, vaultWorld } from '../../fixtures/vault-world.js'
import type { Setting } from './matrix-line.js'

export const S: number = 1_000
export const MIN: number = 60 * S
export const HOUR: number = 60 * MIN

/** Whether Alice's token lives (20 minutes are left, and callers need 30) or ended an hour ago. */
export type Age = 'lives' | 'ended'

/** A world in which Alice connected a while ago, and somebody now needs her token. */
export interface Scene {
  readonly age: Age
  readonly world: VaultWorld
  /** The process in which Alice connected. */
  readonly vault: Vault
  readonly oldToken: string
  /** Another process over the same store. */
  process(options?: Partial<VaultOptions>): Vault
  /** Asks for a token, and lets everything run that needs no time to pass. */
  ask(options?: GetCredentialsOptions, vault?: Vault, userId?: string): Promise<Call>
}

/** A call whose end may depend on the clock. */
export interface Call {
  /** Undefined while it waits. */
  end(): End | undefined
}

export type End = { readonly credentials: Credentials } | { readonly error: unknown }

export async function setScene(age: Age, setting: Setting = {}): Promise<Scene> {
  const world = vaultWorld(setting.connection)
  if (setting.lifetimeS !== undefined) world.provider.lifetimeS = setting.lifetimeS
  world.provider.rotates = setting.rotates ?? true
  const vault = world.vault()
  for (const userId of setting.others ?? []) await world.connect(vault, userId)
  await world.connect(vault)
  const { accessToken: oldToken } = await vault.getCredentials(ALICE)
  await world.clock.advance(setting.ageMs ?? (age === 'lives' ? 40 * MIN : 2 * HOUR))
  return {
    age,
    world,
    vault,
    oldToken,
    process: (options) => world.vault(options),
    async ask(options = {}, asked = vault, userId = ALICE.userId) {
      const need = age === 'lives' ? { minValidityMs: 30 * MIN, ...options } : options
      const call = watch(asked.getCredentials({ ...ALICE, userId }, need))
      await settle()
      return call
    },
  }
}

/** In the time before the end in which callers are served at once, and the refresh runs behind. */
export const SOFT: GetCredentialsOptions = { minValidityMs: 16 * MIN }

/** Why a caller went away. */
export const ABORTED: Error = new Error('The caller went away.')

/** Several callers who must see the same. */
export function alike(calls: readonly Call[]): Call {
  const [first, ...others] = calls
  if (!first) throw new Error('Nobody called.')
  for (const other of others) expect(shownOf(other)).toEqual(shownOf(first))
  return first
}

/** The process's wrapping keys: as the vaults of this world have it, or another first. */
export function failingKeyring(real: Keyring): Keyring & { isDown: boolean } {
  const through = async <T>(work: () => Promise<T>): Promise<T> => {
    if (failing.isDown) throw new Error('The key service is down.')
    return work()
  }
  const failing = {
    isDown: false,
    current: () => real.current(),
    keyIdOf: (wrapped: Uint8Array) => real.keyIdOf(wrapped),
    wrap: (...args: Parameters<Keyring['wrap']>) => through(() => real.wrap(...args)),
    unwrap: (...args: Parameters<Keyring['unwrap']>) => through(() => real.unwrap(...args)),
  }
  return failing
}

function watch(promise: Promise<Credentials>): Call {
  let end: End | undefined
  promise.then(
    (credentials) => {
      end = { credentials }
    },
    (error: unknown) => {
      end = { error }
    },
  )
  return { end: () => end }
}

function shownOf(call: Call): unknown {
  const end = call.end()
  return end && 'credentials' in end ? end.credentials.accessToken : end
}
