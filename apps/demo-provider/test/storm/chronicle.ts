import type { WorkerReport } from '../stampede/worker-messages.ts'

/** A span of time, epoch milliseconds. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** What was done to the processes and to the store, and what they said that the store has taken. */
export interface Chronicle {
  readonly deaths: ReadonlyMap<string, number>
  readonly pauses: readonly (Span & { readonly worker: string })[]
  /** When the store could not be written. */
  readonly outages: readonly Span[]
  readonly reports: readonly (WorkerReport & { readonly worker: string; readonly atMs: number })[]
}

/** A chronicle that is being written. */
export interface Chronicler extends Chronicle {
  died(worker: string): void
  paused(worker: string, fromMs: number): void
  storeWasAway(fromMs: number): void
  said(worker: string, report: WorkerReport): void
}

export function chronicler(): Chronicler {
  const deaths = new Map<string, number>()
  const pauses: (Span & { readonly worker: string })[] = []
  const outages: Span[] = []
  const reports: (WorkerReport & { readonly worker: string; readonly atMs: number })[] = []
  return {
    deaths,
    pauses,
    outages,
    reports,
    died: (worker) => void deaths.set(worker, Date.now()),
    paused: (worker, fromMs) => void pauses.push({ worker, fromMs, toMs: Date.now() }),
    storeWasAway: (fromMs) => void outages.push({ fromMs, toMs: Date.now() }),
    said: (worker, report) => void reports.push({ ...report, worker, atMs: Date.now() }),
  }
}
