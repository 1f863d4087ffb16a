import type { Log } from './log.js'
import type { CredentialCount } from './storage/contract.js'

/**
 * Takes the time of what a vault does, and looks at its state from time to time: `openTelemetry()` of `@holdfast/vault-opentelemetry` is one. One
 * object serves one vault. Nothing that it is told is secret; user and account ids are personal.
 */
export interface Instrumentation {
  /** Called around each piece of work. Calls `run` at once, and returns what that returns; the vault goes by what `run` returns in any case. */
  measure<T>(work: VaultWork, run: (note: Note) => Promise<T>): Promise<T>
  /** Called once, when the vault stands. */
  observe?(state: VaultState): void
}

/** What takes time in a vault. */
export type VaultWork =
  /** One call, of whoever asks: what it names may not exist. */
  | (OfCredential & { readonly name: 'get_credentials' })
  /** All of a refresh, from the claim to the answer that is stored. Callers who share one share this. */
  | (OfCredential & { readonly name: 'refresh' })
  /** Waiting for another process that refreshes the same credential. */
  | (OfCredential & { readonly name: 'lease_wait' })
  | { readonly name: 'authorization_start'; readonly connectionId: string }
  | { readonly name: 'authorization_complete' }
  /** One HTTP request, from its first byte to the head of its answer. */
  | {
      readonly name: 'request'
      readonly purpose: RequestPurpose
      readonly method: string
      /** Without its query, in which a provider may want the token. That of an API is as `vault.fetch` was given it, and without a query where it was redirected to. */
      readonly url: string
      /** Undefined for a webhook. */
      readonly connectionId: string | undefined
    }

interface OfCredential {
  readonly connectionId: string
  readonly userId: string
  readonly accountId: string | undefined
}

/** `token`: any request to the token endpoint. `authorization`: an authorization request that is pushed. `metadata`: what a server publishes, its keys too. `api`: one of `vault.fetch`. */
export type RequestPurpose = 'token' | 'authorization' | 'revocation' | 'metadata' | 'userinfo' | 'api' | 'webhook'

/** Where a token that is handed out came from. */
export type HandOutSource =
  /** The store: it lives long enough. */
  | 'live'
  /** Memory: the store was asked for it a moment ago (`credentialCache`). */
  | 'cached'
  /** The store: it lives, and is refreshed behind. */
  | 'refreshing_behind'
  /** A refresh that was waited for. */
  | 'refreshed'
  /** The store, though a refresh was wanted: it failed, and the old token lives. */
  | 'refresh_failed'
  /** A refresh whose answer the store has not taken yet. */
  | 'unwritten'

/** What is known of a piece of work when it ends, besides what it threw. */
export interface WorkFacts {
  /** Of an authorization that came back. */
  readonly connectionId?: string
  readonly source?: HandOutSource
  /** The token stood in memory, opened before. */
  readonly isOpened?: boolean
  /** Another process had refreshed it by then. */
  readonly isOfOther?: boolean
  /** HTTP status of an answer. */
  readonly status?: number
  /** Why there is no answer: a code, no message. */
  readonly failure?: string
}

export type Note = (facts: WorkFacts) => void
export type Measure = Instrumentation['measure']

/** What can be looked at of a vault. */
export interface VaultState {
  readonly tenant: string
  /** Aborted when the vault begins to close: nothing is to be looked at any more. */
  readonly closing: AbortSignal
  /** Reads the whole tenant in some stores. */
  credentialCounts(): Promise<readonly CredentialCount[]>
  /** What waits to be sent, by topic: `revocation`, `webhook:<endpoint>`. The age is that of the oldest job, null where there is none. */
  outboxDepths(): Promise<readonly { readonly topic: string; readonly jobs: number; readonly oldestAgeMs: number | null }[]>
  /** Connections whose refreshes pause, as far as this process knows. */
  pausedConnections(): readonly string[]
}

/** For a vault without instrumentation. */
export const measureNothing: Measure = (_work, run) => run(noteNothing)

export const noteNothing: Note = () => undefined

/** Keeps what goes wrong in the instrumentation away from the work. */
export function safeMeasure(instrumentation: Instrumentation | undefined, log: Log): Measure {
  if (!instrumentation) return measureNothing
  return <T>(work: VaultWork, run: (note: Note) => Promise<T>): Promise<T> => {
    let running: Promise<T> | undefined
    const runOnce = (note: Note): Promise<T> => {
      running ??= run(note)
      return running
    }
    const complain = (error: unknown): void => log.error({ work: work.name, err: error }, 'The instrumentation failed. The vault goes on.')
    try {
      // A failure of the work itself is the caller's, and comes to him by `running`.
      instrumentation.measure(work, runOnce).catch((error: unknown) => running?.then(() => complain(error)).catch(() => undefined))
    } catch (error) {
      complain(error)
    }
    // Whoever calls it later shares this one: a request that went twice would spend a refresh token twice.
    return runOnce(noteNothing)
  }
}
