import type { TypedTransaction, TypedView } from './records.js'

/** How the parts of the store run their work on the engine. Fails with `store_unavailable` once the store is closed. */
export interface EngineRuns {
  read<T>(work: (tables: TypedView) => Promise<T>): Promise<T>
  /** @param work - May be run again, and has no other effect than its writes. */
  transact<T>(work: (tables: TypedTransaction, nowMs: number) => Promise<T>): Promise<T>
}
