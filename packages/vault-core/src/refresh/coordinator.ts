import { vaultClosed } from '../credentials/credential-errors.js'
import type { Connection } from '../model/connection.js'
import type { CredentialRow } from '../storage/contract.js'
import { credentialKeyOf } from '../storage/rules/store-key.js'
import type { AccessGrant } from './access-grant.js'
import type { WantedRefresh } from './attempt.js'
import { claimAndRefresh } from './claim.js'
import type { RefreshContext } from './context.js'
import type { Permit } from './rate/rate-window.js'
import { createSingleFlight } from './single-flight.js'

/** One refresh that callers share. */
export interface RefreshRun {
  /** The token, as soon as it is stored (or, while the store is down, as soon as it is known). */
  readonly answer: Promise<AccessGrant>
  /** The end of all that the refresh has to do, write-back included. Never rejects. */
  readonly settled: Promise<void>
  /** Whether the answer is there already: whoever joins now does so while the rest is done, which may take long. */
  isAnswered(): boolean
}

/** Sees to it that a credential is refreshed by one process at a time, and in it once for all callers. */
export interface RefreshCoordinator {
  /**
   * Joins the refresh of this row's grant, or begins it. `seen` is the row on which the caller decided that one is needed.
   *
   * @param permit - Of one that waited for its turn in the connection's rate. Without it the refresh goes at once, and is counted.
   */
  refresh(connection: Connection, seen: CredentialRow, permit?: Permit): RefreshRun
  /** Resolves when all refreshes under way have ended. */
  drained(): Promise<void>
}

export function createRefreshCoordinator(context: RefreshContext): RefreshCoordinator {
  const flights = createSingleFlight<RefreshRun>((run) => run.settled)
  return {
    refresh(connection, seen, permit) {
      const key = credentialKeyOf(seen)
      const flightKey = JSON.stringify([key.connectionId, key.userId, key.accountId, seen.createdAtMs, seen.epoch])
      return flights.join(flightKey, () => beginRun({ context, connection, key, seen, permit }))
    },
    drained: () => flights.drained(),
  }
}

function beginRun(wanted: Omit<WantedRefresh, 'inBackground' | 'note'>): RefreshRun {
  const background: Promise<void>[] = []
  let isAnswered = false
  const answer = wanted.context.closing.aborted
    ? Promise.reject(vaultClosed())
    : wanted.context.runtime.measure({ ...wanted.key, name: 'refresh' }, (note) =>
        claimAndRefresh({ ...wanted, note, inBackground: (work) => background.push(work) }),
      )
  const end = (): Promise<unknown> => {
    isAnswered = true
    return Promise.allSettled(background)
  }
  const settled = answer.then(end, end)
  return { answer, settled: settled.then(() => undefined), isAnswered: () => isAnswered }
}
