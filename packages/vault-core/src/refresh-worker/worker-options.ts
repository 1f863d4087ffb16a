import { unknownFields } from '../model/unknown-field.js'
import { refuseOptions } from '../refuse-fields.js'
import type { Vault } from '../vault-interface.js'
import type { WorkerProgress } from './worker-progress.js'

export interface RefreshWorkerOptions {
  readonly vault: Vault
  /** Refreshes at a time in this process. 1 to 10,000; default 64. */
  readonly concurrency?: number
  /**
   * Of these, of one connection: one whose provider stalls leaves the rest to the others. Default a quarter of `concurrency`. The vault's
   * `maxConcurrentRefreshes` bounds it as well, and half of that is what callers should be left with.
   */
  readonly perConnection?: number
  /**
   * Whether tokens of connections that do not say (`refreshAhead`) are refreshed before they expire, as long as a worker with this option
   * runs over the store. Default true.
   */
  readonly refreshAhead?: boolean
  /** Revokes and disconnects credentials that nobody has asked for so many days. 1 to 3,650. Default: none. */
  readonly retireIdleAfterDays?: number
  /** Told how far the worker is: at most once a second, and when it has stopped. What it throws is logged. */
  readonly onProgress?: (progress: WorkerProgress) => void
}

const KNOWN: readonly (keyof RefreshWorkerOptions)[] = [
  'vault',
  'concurrency',
  'perConnection',
  'refreshAhead',
  'retireIdleAfterDays',
  'onProgress',
]
const DEFAULT_CONCURRENCY = 64

export type ParsedWorkerOptions = Required<Pick<RefreshWorkerOptions, 'concurrency' | 'perConnection' | 'refreshAhead'>> &
  Pick<RefreshWorkerOptions, 'onProgress'> & { readonly retireIdleAfterDays: number | undefined }

/** @throws {VaultError} `invalid_configuration`, naming each bad option. */
export function parseWorkerOptions(options: RefreshWorkerOptions): ParsedWorkerOptions {
  const { concurrency = DEFAULT_CONCURRENCY, refreshAhead = true, retireIdleAfterDays, onProgress } = options
  const perConnection = options.perConnection ?? Math.ceil(concurrency / 4)
  const fields = unknownFields(options, KNOWN, 'refresh worker')
  const numbers = [
    ['concurrency', concurrency, 10_000],
    ['perConnection', perConnection, 10_000],
    ['retireIdleAfterDays', retireIdleAfterDays ?? 1, 3_650],
  ] as const
  for (const [name, value, most] of numbers)
    if (!(Number.isInteger(value) && value >= 1 && value <= most))
      fields[name] = `must be a whole number from 1 to ${most.toLocaleString('en')}`
  if (typeof refreshAhead !== 'boolean') fields.refreshAhead = 'must be true or false'
  if (onProgress !== undefined && typeof onProgress !== 'function') fields.onProgress = 'must be a function'
  refuseOptions('The options of the refresh worker', fields)
  return { concurrency, perConnection, refreshAhead, retireIdleAfterDays, ...(onProgress && { onProgress }) }
}
