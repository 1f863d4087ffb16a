import type { VaultEvent } from '@holdfast/vault-core'
import { createFeed, type Feed, type FeedRow } from './feed.ts'
import { clockTime } from './wording.ts'

/** What the vault tells of itself, as rows for the operator. */
export interface Activity {
  readonly feed: Feed
  record(event: VaultEvent): void
}

/** Enough for a median that settles. */
const MAX_TIMES = 1_000

export function createActivity(): Activity {
  const refreshTimes: number[] = []
  let refreshes = 0
  let failures = 0
  const feed = createFeed(() => ({ refreshes: String(refreshes), failures: String(failures), median: median(refreshTimes) }))
  return {
    feed,
    record(event) {
      if (event.type === 'refreshed') {
        refreshes += 1
        refreshTimes.unshift(event.tookMs)
        refreshTimes.length = Math.min(refreshTimes.length, MAX_TIMES)
      }
      if (event.type === 'refresh_failed') failures += 1
      if (event.type !== 'refresh_started') feed.add(rowOf(event))
    },
  }
}

function rowOf(event: Exclude<VaultEvent, { type: 'refresh_started' }>): FeedRow {
  const row = { time: clockTime(event.atMs), user: event.userId, connection: event.connectionId, took: '', rotated: '' }
  switch (event.type) {
    case 'connected':
      return { ...row, what: 'Connected', tone: 'plain' }
    case 'disconnected':
      return { ...row, what: 'Disconnected', tone: 'plain' }
    case 'refreshed':
      return { ...row, what: 'Refreshed', took: `${Math.round(event.tookMs)} ms`, rotated: event.rotated ? 'yes' : 'no', tone: 'good' }
    case 'refresh_failed':
      return { ...row, what: `Refresh failed: ${words(event.reason)}`, tone: 'bad' }
    case 'reauthorization_required':
      return { ...row, what: `Consent needed again: ${words(event.reason)}`, tone: 'bad' }
  }
}

function words(code: string): string {
  return code.replaceAll('_', ' ')
}

function median(times: readonly number[]): string {
  const middle = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]
  return middle === undefined ? '–' : `${Math.round(middle)} ms`
}
