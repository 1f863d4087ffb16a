import type { StoreCapabilities } from '../contract.js'

/**
 * The least that a store needs: tables of records under ordered keys, several of which change in one step. What has this
 * becomes a whole store by `storeFromEngine`, in which every rule of the contract that can be had in code is code already.
 *
 * Records are JSON with bytes in it: `encodeRecord` and `decodeRecord` make text of them and back. Keys are text without
 * NUL, up to 4,700 characters long, compared exactly. Tables are named by a few lower-case letters.
 */
export interface StoreEngine {
  readonly capabilities: StoreCapabilities
  /** The store's clock, epoch milliseconds: one for all who share the store. */
  now(): number | Promise<number>
  /** Runs `work` on what is committed. It sees every transaction that was acknowledged before it began. */
  read<T>(work: (view: EngineView) => Promise<T>): Promise<T>
  /**
   * Runs `work` as if nobody else were there, and keeps all that it wrote when it resolves (durably, where the store
   * promises that), nothing when it rejects. May run `work` again when another transaction came between: it has no other effect.
   */
  transact<T>(work: (transaction: EngineTransaction) => Promise<T>): Promise<T>
  /** Lets go of everything. Called once; work under way may finish or fail. */
  close(): Promise<void>
}

/** Reading. An engine may answer at once or by a promise. */
export interface EngineView {
  /** The record, which the caller does not change; undefined where there is none. */
  get(table: string, key: string): unknown | Promise<unknown>
  /** Keys and records in the order of the keys. */
  scan(table: string, range: ScanRange): readonly Entry[] | Promise<readonly Entry[]>
}

/** Which keys to read: those that begin with `prefix` and come behind `after`, in a fixed order in which ASCII has its usual one. */
export interface ScanRange {
  readonly prefix: string
  readonly after?: string
  readonly limit: number
}

export type Entry = readonly [key: string, record: unknown]

/** Reading and writing. `get` and `scan` see what this transaction wrote. */
export interface EngineTransaction extends EngineView {
  set(table: string, key: string, record: object): void | Promise<void>
  delete(table: string, key: string): void | Promise<void>
}
