import type { VaultEvent } from '@holdfast/vault-core'
import { createFeed, type Feed, type FeedRow } from './feed.ts'
import { clockTime, words } from './wording.ts'

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
      const row = rowOf(event)
      if (row) feed.add(row)
    },
  }
}

/** Undefined for what would fill the page and tell an operator little: each start of a refresh, each token handed out, each call refused or served. */
function rowOf(event: VaultEvent): FeedRow | undefined {
  const row = {
    time: clockTime(event.atMs),
    user: 'userId' in event ? event.userId : '',
    connection: 'connectionId' in event ? event.connectionId : '',
    took: '',
    rotated: '',
  }
  switch (event.type) {
    case 'refresh_started':
    case 'accessed':
    case 'access_refused':
    case 'access_denied':
    case 'administered':
      return undefined
    case 'connected':
      return { ...row, what: 'Connected', tone: 'plain' }
    case 'scope_changed':
      return { ...row, what: 'Other scopes granted', tone: 'plain' }
    case 'disconnected':
      return { ...row, what: 'Disconnected', tone: 'plain' }
    case 'keys_rotated':
      return { ...row, what: event.isDone ? 'Keys rotated' : 'Key rotation paused', tone: 'plain' }
    case 'user_forgotten':
      return { ...row, what: 'Forgotten', tone: 'plain' }
    case 'refreshed':
      return { ...row, what: 'Refreshed', took: `${Math.round(event.tookMs)} ms`, rotated: event.rotated ? 'yes' : 'no', tone: 'good' }
    case 'refresh_failed':
      return { ...row, what: `Refresh failed: ${words(event.reason)}`, tone: 'bad' }
    case 'reauthorization_required':
      return { ...row, what: `Consent needed again: ${words(event.reason)}`, tone: 'bad' }
    case 'refresh_token_expiring':
      return { ...row, what: `Refresh token ends ${new Date(event.refreshTokenExpiresAtMs).toDateString()}`, tone: 'bad' }
    case 'connection_paused':
      return { ...row, what: `Paused: ${words(event.reason)}`, tone: 'bad' }
    case 'connection_resumed':
      return { ...row, what: 'Resumed', tone: 'good' }
    case 'client_frozen':
      return { ...row, user: event.clientId, what: 'Frozen: no more credentials', tone: 'bad' }
    case 'client_unfrozen':
      return { ...row, user: event.clientId, what: 'No longer frozen', tone: 'good' }
  }
}

function median(times: readonly number[]): string {
  const middle = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]
  return middle === undefined ? '–' : `${Math.round(middle)} ms`
}
