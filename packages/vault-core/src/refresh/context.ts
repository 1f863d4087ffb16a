import type { OpenDpopKey } from '../credentials/sealed-dpop-key.js'
import type { Sealer } from '../crypto/sealer.js'
import type { EventRecorder } from '../events/event-recorder.js'
import type { Log } from '../log.js'
import type { Connection } from '../model/connection.js'
import type { DpopKey } from '../oauth/dpop-key.js'
import type { TokenEndpointOutcome } from '../oauth/token-response.js'
import type { Runtime } from '../runtime.js'
import type { Secret } from '../secret.js'
import type { CredentialStore } from '../storage/contract.js'
import type { Circuits } from './circuits.js'
import type { DueTerms } from './due.js'
import type { Rates } from './rate/rates.js'
import type { RefreshJournal } from './refresh-journal.js'
import type { SendSlots } from './send-slots.js'
import type { UnwrittenGrants } from './unwritten-grants.js'

/** What every part of a refresh works with. */
export interface RefreshContext {
  readonly credentials: CredentialStore
  readonly storeNow: () => Promise<number>
  readonly sealer: Sealer
  readonly runtime: Runtime
  readonly log: Log
  readonly recorder: EventRecorder
  readonly circuits: Circuits
  readonly slots: SendSlots
  readonly rates: Rates
  /** What decides, beside a row and its connection, when somebody should look at the row. */
  readonly dueTerms: DueTerms
  readonly journal: RefreshJournal
  readonly unwritten: UnwrittenGrants
  /** Aborted when the vault begins to close: no refresh begins after it. */
  readonly closing: AbortSignal
  /** Aborted when the vault has been closed: nothing is repeated after it. */
  readonly stopped: AbortSignal
  /** Names this vault object as the owner of leases. */
  readonly owner: string
  /** How long this process waits for another one's refresh of the same credential. */
  readonly peerWaitMs: number
  readonly openDpopKey: OpenDpopKey
  readonly sendRefresh: (
    connection: Connection,
    tokens: { readonly refreshToken: Secret; readonly dpopKey: DpopKey | undefined; readonly userId: string },
    limits: { readonly signal: AbortSignal; readonly maySend: () => boolean },
  ) => Promise<TokenEndpointOutcome>
  /** Best-effort revocation of tokens that arrived for a grant that the user has ended meanwhile. */
  readonly discardTokens: (
    connection: Connection,
    tokens: {
      readonly userId: string
      readonly accountId: string
      readonly refreshToken: Secret | undefined
      readonly accessToken: Secret | undefined
    },
  ) => Promise<void>
}
