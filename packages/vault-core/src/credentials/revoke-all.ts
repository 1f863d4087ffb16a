import { isVaultError, type VaultError } from '../errors.js'
import { type Actor, parseActor } from '../events/actor.js'
import { unknownFields } from '../model/unknown-field.js'
import { refuseFields } from '../refuse-fields.js'
import type { CredentialRow, CredentialStore } from '../storage/contract.js'
import { credentialKeyOf, storeKeyProblem } from '../storage/rules/store-key.js'
import { accountIdOf, isConnected, subjectOf } from './accounts.js'
import type { DisconnectRow } from './disconnect.js'

export interface RevokeAllOptions {
  /** Those of this connection alone. */
  readonly connectionId?: string
  /** Those of this user alone. */
  readonly userId?: string
  /** Who ends them, for the events that tell of it. */
  readonly actor?: Actor
  /** Ends the run after the credentials at hand. What is done stays done. */
  readonly signal?: AbortSignal
  /** Told after each credential. What it throws ends the run. */
  readonly onProgress?: (progress: RevokeAllReport) => void
}

/** How far it came. */
export interface RevokeAllReport {
  readonly isDone: boolean
  /** Ended here, and handed over to be revoked at the provider. */
  readonly revoked: number
  /** Those that could not be ended; they stand as they stood. */
  readonly failed: number
  /** The first hundred of these. */
  readonly failures: readonly RevokeAllFailure[]
}

export interface RevokeAllFailure {
  readonly connectionId: string
  readonly userId: string
  readonly accountId: string
  readonly error: VaultError
}

const KNOWN: readonly (keyof RevokeAllOptions)[] = ['connectionId', 'userId', 'actor', 'signal', 'onProgress']
const PAGE = 200
const AT_ONCE = 16
const MOST_FAILURES_TOLD = 100

/**
 * Makes `vault.revokeAll`: ends one credential after the other, each as `disconnect` does. To be called again after an end in the middle: what
 * has ended is passed over.
 */
export function createRevokeAll(parts: {
  readonly tenant: string
  readonly credentials: CredentialStore
  readonly disconnectRow: DisconnectRow
}): (options?: RevokeAllOptions) => Promise<RevokeAllReport> {
  const { tenant, credentials, disconnectRow } = parts
  return async (options = {}) => {
    const { signal, onProgress } = options
    const whose = readWhose(options)
    const actor = parseActor(options)
    const counts = { revoked: 0, failed: 0 }
    const failures: RevokeAllFailure[] = []
    const report = (isDone: boolean): RevokeAllReport => ({ isDone, ...counts, failures: [...failures] })

    const end = async (row: CredentialRow): Promise<void> => {
      try {
        if (await disconnectRow(credentialKeyOf(row), actor, 'revoked_all')) counts.revoked += 1
      } catch (error) {
        // An outage ends the run. What else is wrong with one credential must not keep the others.
        if (!isVaultError(error) || error.code === 'store_unavailable') throw error
        counts.failed += 1
        const accountId = accountIdOf(row, { subject: subjectOf(row) })
        if (failures.length < MOST_FAILURES_TOLD) failures.push({ connectionId: row.connectionId, userId: row.userId, accountId, error })
      }
      onProgress?.(report(false))
    }

    let cursor: string | undefined
    do {
      const page = await credentials.list({ ...whose, tenant, limit: PAGE, ...(cursor !== undefined && { cursor }) })
      let waiting = page.items.filter(isConnected)
      const endOneByOne = async (): Promise<void> => {
        try {
          for (let row = waiting.shift(); row && !signal?.aborted; row = waiting.shift()) await end(row)
        } catch (error) {
          waiting = []
          throw error
        }
      }
      const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, endOneByOne))
      for (const ended of ends) if (ended.status === 'rejected') throw ended.reason
      if (signal?.aborted) return report(false)
      cursor = page.cursor
    } while (cursor !== undefined)
    return report(true)
  }
}

/** Whoever names a user, and has none in hand or misspells what he names him by, does not mean everybody's credentials. */
function readWhose(options: RevokeAllOptions): Pick<RevokeAllOptions, 'connectionId' | 'userId'> {
  const fields = unknownFields(options, KNOWN, 'call of `revokeAll`')
  const whose: { connectionId?: string; userId?: string } = {}
  for (const name of ['connectionId', 'userId'] as const) {
    if (!Object.hasOwn(options, name)) continue
    const value = options[name]
    const problem = value === undefined ? 'is undefined: leave it out if the credentials of all are meant' : storeKeyProblem(value)
    if (problem) fields[name] = problem
    else if (value !== undefined) whose[name] = value
  }
  refuseFields(fields)
  return whose
}
