/** What each service client was handed in the last hour. */
export interface HandOutCounts {
  /** Counts one hand-out, and tells what it comes to. */
  add(handOut: { readonly clientId: string; readonly connectionId: string; readonly userId: string }): CountedHandOut
  /** Begins anew for a client. */
  forget(clientId: string): void
}

export interface CountedHandOut {
  readonly usersInHour: number
  readonly timesInHour: number
}

export interface HandOutCountsOptions {
  readonly now: () => number
  /** Most users, and credentials, of one client that are told apart. Default 10,000. */
  readonly maxPerClient?: number
  /** The same of all clients together. Default 100,000, some 15 MB. */
  readonly maxTotal?: number
}

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

interface ClientCounts {
  /** When each user's credential was handed out last, the longest ago first. */
  readonly users: Map<string, number>
  /** Of each credential, how often since when; an hour after that it begins anew. The oldest first. */
  readonly credentials: Map<string, { readonly sinceMs: number; times: number }>
  /** Hand-outs for users that there was no room for, by minute. */
  readonly others: Map<number, number>
}

/** Counts in memory, exactly as long as there is room. */
export function createHandOutCounts({ now, maxPerClient = 10_000, maxTotal = 100_000 }: HandOutCountsOptions): HandOutCounts {
  const clients = new Map<string, ClientCounts>()
  let held = 0
  let sweptAtMs = Number.NEGATIVE_INFINITY

  function dropOld({ users, credentials, others }: ClientCounts, nowMs: number): void {
    const isOld = (ms: number): boolean => nowMs - ms >= HOUR_MS
    held -= dropFirst(users, isOld) + dropFirst(credentials, ({ sinceMs }) => isOld(sinceMs))
    for (const minute of others.keys()) {
      if (!isOld(minute * MINUTE_MS)) break
      others.delete(minute)
    }
  }

  /** Clients that ask no more still take up room. */
  function sweep(nowMs: number): void {
    if (nowMs - sweptAtMs < MINUTE_MS) return
    sweptAtMs = nowMs
    for (const [clientId, counts] of clients) {
      dropOld(counts, nowMs)
      if (counts.users.size + counts.credentials.size + counts.others.size === 0) clients.delete(clientId)
    }
  }

  function hasRoom(map: ReadonlyMap<string, unknown>, nowMs: number): boolean {
    if (held >= maxTotal) sweep(nowMs)
    return map.size < maxPerClient && held < maxTotal
  }

  function addUser({ users, others }: ClientCounts, userId: string, nowMs: number): void {
    if (users.delete(userId)) users.set(userId, nowMs)
    else if (hasRoom(users, nowMs)) {
      users.set(userId, nowMs)
      held += 1
    } else {
      const minute = Math.floor(nowMs / MINUTE_MS)
      others.set(minute, (others.get(minute) ?? 0) + 1)
    }
  }

  function addCredential({ credentials }: ClientCounts, key: string, nowMs: number): number {
    const known = credentials.get(key)
    if (known) return ++known.times
    if (!hasRoom(credentials, nowMs)) return 0
    credentials.set(key, { sinceMs: nowMs, times: 1 })
    held += 1
    return 1
  }

  return {
    add({ clientId, connectionId, userId }) {
      const nowMs = now()
      const counts: ClientCounts = clients.get(clientId) ?? { users: new Map(), credentials: new Map(), others: new Map() }
      dropOld(counts, nowMs)
      addUser(counts, userId, nowMs)
      const timesInHour = addCredential(counts, `${connectionId} ${userId}`, nowMs)
      // Only now: a sweep on the way lets go of what is empty.
      clients.set(clientId, counts)
      let usersInHour = counts.users.size
      for (const times of counts.others.values()) usersInHour += times
      return { usersInHour, timesInHour }
    },
    forget(clientId) {
      const counts = clients.get(clientId)
      if (counts) held -= counts.users.size + counts.credentials.size
      clients.delete(clientId)
    },
  }
}

/** Takes entries off the front while they are old. How many it took. */
function dropFirst<T>(entries: Map<string, T>, isOld: (value: T) => boolean): number {
  let dropped = 0
  for (const [key, value] of entries) {
    if (!isOld(value)) break
    entries.delete(key)
    dropped += 1
  }
  return dropped
}
