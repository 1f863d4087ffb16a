import { VaultError } from '@holdfast/vault-core'

/** Watches what service clients are handed. A stolen access key shows by the credentials of many users within a short time. */
export interface HandOutOptions {
  /**
   * Most users whose credentials one service client is handed within an hour, as this process counts them. Beyond it the client is frozen: it gets
   * no more credentials, in any process, until `vault.serviceClients.unfreeze(clientId)`. Default 1,000; `Infinity` for none.
   */
  readonly maxUsersPerHour?: number
  /**
   * Asked before each credential is handed to a service client; for nothing but to look, return nothing, and `maxUsersPerHour` decides. `'allow'`
   * hands it out whatever the count, `'freeze'` does not and freezes the client. When it throws, `maxUsersPerHour` decides, and the log is told.
   */
  readonly onHandOut?: (handOut: HandOut) => HandOutDecision | Promise<HandOutDecision>
}

/** A credential about to be handed to a service client, and what this process handed to it in the hour that ends now, this one included. */
export interface HandOut {
  readonly clientId: string
  readonly connectionId: string
  readonly userId: string
  /** Different users whose credentials it was handed. Beyond 10,000, each hand-out for a user that was not counted before counts as one more. */
  readonly usersInHour: number
  /** How often it was handed this credential. 0 when there are too many to count each. */
  readonly timesInHour: number
}

// biome-ignore lint/suspicious/noConfusingVoidType: a function that only looks on returns nothing.
export type HandOutDecision = 'allow' | 'freeze' | undefined | void

const DEFAULT_MAX_USERS_PER_HOUR = 1_000

/** @throws {VaultError} `invalid_configuration`, naming the bad option. */
export function parseHandOutOptions({
  maxUsersPerHour = DEFAULT_MAX_USERS_PER_HOUR,
  onHandOut,
}: HandOutOptions): Required<Pick<HandOutOptions, 'maxUsersPerHour'>> & { readonly onHandOut: HandOutOptions['onHandOut'] | undefined } {
  if (!(typeof maxUsersPerHour === 'number' && maxUsersPerHour >= 1))
    throw invalid('handOuts.maxUsersPerHour', 'must be a number, at least 1')
  if (onHandOut !== undefined && typeof onHandOut !== 'function') throw invalid('handOuts.onHandOut', 'must be a function')
  return { maxUsersPerHour, onHandOut }
}

function invalid(field: string, problem: string): VaultError {
  return new VaultError('invalid_configuration', `\`${field}\` ${problem}.`, { fields: { [field]: problem } })
}
