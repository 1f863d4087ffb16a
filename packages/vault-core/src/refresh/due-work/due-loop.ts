import type { Connection } from '../../model/connection.js'
import { WAIT_ENDED } from '../../runtime.js'
import type { CredentialRow } from '../../storage/contract.js'
import type { Permit } from '../rate/rate-window.js'
import { freePermit } from '../rate/rates.js'
import { createDueQueue } from './due-queue.js'
import { createWorkOnDue, type DueOutcome, type DueWorkParts, dueTimeOf } from './work-on-due.js'

/** How much is worked on at a time. */
export interface DueLimits {
  /** Refreshes at a time. */
  readonly concurrency: number
  /** Of these, of one connection: one whose provider stalls must leave places to the others. */
  readonly perConnection: number
  /** Rows that are read at a time, at most. */
  readonly batch: number
  /** A connection of which so many rows wait is passed over when more are read. */
  readonly waitingPerConnection: number
  /** Nothing more is read while so many wait. */
  readonly waiting: number
  /** How long others leave a row alone that was read here. What was not begun by then is theirs as well. */
  readonly setAsideMs: number
}

/** Works through what is due: connections take turns, none has more than its bound, and each keeps to its rate and to its circuit. */
export interface DueLoop {
  /**
   * Reads what is due, as far as there is room for it, and begins. Never rejects.
   *
   * @param dueBeforeMs - By the store's clock. Default: now.
   */
  takeIn(dueBeforeMs?: number): Promise<TakenIn>
  /** Aborts when there is room again for what the last {@link takeIn} had to pass over. */
  roomAgain(): AbortSignal
  /** Begins nothing more, gives back what waits, and resolves when what is under way has ended. */
  stop(): Promise<void>
  state(): DueLoopState
}

export interface TakenIn {
  /** What came of each row that was read, in time. `left`: it was not begun, and is due again. None rejects. */
  readonly outcomes: readonly Promise<DueOutcome | 'left'>[]
  /** Nothing else was due, but of connections that were passed over. */
  readonly isAll: boolean
  /** Why no more could be read. */
  readonly failure: unknown
}

export interface DueLoopState {
  readonly running: number
  readonly waiting: number
  /** Connections that have rows here, or are paused. */
  readonly connections: readonly {
    readonly connectionId: string
    readonly running: number
    readonly waiting: number
    readonly isPaused: boolean
  }[]
}

interface Item {
  readonly row: CredentialRow
  readonly storeNowMs: number
  /** Monotonic. */
  readonly staleAtMs: number
  readonly end: (outcome: DueOutcome | 'left') => void
}

interface Lane {
  running: number
  /** Undefined when there is none of this id: then the row is put off by whoever works on it. */
  connection: Connection | undefined
}

/** As many ids as a store passes over in one query. */
const MOST_EXCLUDED = 1_000

export function createDueLoop(parts: DueWorkParts & { readonly tenant: string; readonly limits: DueLimits }): DueLoop {
  const { context, connections, tenant, limits } = parts
  const { credentials, circuits, rates, runtime, closing } = context
  const { clock } = runtime
  const workOnDue = createWorkOnDue(parts)
  const queue = createDueQueue<Item>()
  const lanes = new Map<string, Lane>()
  const running = new Set<Promise<void>>()
  let isStopped = false
  /** Passed over at the last look, since enough of them wait here. */
  let full: readonly string[] = []
  /** Nothing more was read at the last look, since too many wait here in all. */
  let isStuffed = false
  let room = new AbortController()
  let alarm = { atMs: Number.POSITIVE_INFINITY, off: new AbortController() }

  const isEnding = (): boolean => isStopped || closing.aborted
  const pauseMsOf = ({ connection }: Lane): number => (connection ? circuits.pauseOf(connection).waitMs : 0)
  const isPaused = (lane: Lane): boolean => pauseMsOf(lane) > 0

  /** What is known of each connection: its settings, and whether others have found its provider failing. */
  const lookAt = async (connectionIds: Iterable<string>): Promise<void> => {
    const look = async (connectionId: string): Promise<void> => {
      const lane = lanes.get(connectionId) ?? { running: 0, connection: undefined }
      lanes.set(connectionId, lane)
      lane.connection = await connections.get(connectionId).catch(() => undefined)
      if (lane.connection) await circuits.look(lane.connection)
    }
    await Promise.all(Array.from(new Set(connectionIds), look))
  }

  const forgetIdle = (): void => {
    for (const [connectionId, lane] of lanes)
      if (lane.running === 0 && queue.waiting(connectionId) === 0 && !isPaused(lane)) lanes.delete(connectionId)
  }

  const isFull = (connectionId: string): boolean => queue.waiting(connectionId) >= limits.waitingPerConnection
  const hasRoom = (connectionId: string): boolean => queue.waiting(connectionId) <= limits.waitingPerConnection / 2

  const readDue = async (dueBeforeMs: number | undefined): Promise<readonly Promise<DueOutcome | 'left'>[]> => {
    const storeNowMs = await context.storeNow()
    const readAtMs = clock.monotonic()
    full = [...queue.connectionIds()].filter(isFull)
    room = new AbortController()
    const paused = [...lanes].filter(([, lane]) => isPaused(lane)).map(([connectionId]) => connectionId)
    const excludeConnectionIds = [...new Set([...full, ...paused])].slice(0, MOST_EXCLUDED)
    const rows = await credentials.due({
      tenant,
      dueBeforeMs: dueBeforeMs ?? storeNowMs,
      limit: limits.batch,
      postponeToMs: storeNowMs + limits.setAsideMs,
      ...(excludeConnectionIds.length > 0 && { excludeConnectionIds }),
    })
    await lookAt(rows.map(({ connectionId }) => connectionId))
    return rows.map((row) => enqueue(row, storeNowMs, readAtMs))
  }

  const enqueue = (row: CredentialRow, storeNowMs: number, readAtMs: number): Promise<DueOutcome | 'left'> => {
    // At hand when its turn comes, so that no place is taken by who waits for them. If they cannot be had now, the refresh asks again.
    context.sealer.prepare(row.userId, { make: false }).catch(() => undefined)
    return new Promise((end) => queue.add(row.connectionId, { row, storeNowMs, staleAtMs: readAtMs + limits.setAsideMs, end }))
  }

  /** Begins what may begin. Called whenever that may have changed. */
  const pump = (): void => {
    if (isEnding()) return void leaveAll()
    leaveStale()
    let againInMs = Number.POSITIVE_INFINITY
    while (running.size < limits.concurrency) {
      let permit: Permit | undefined
      const item = queue.next((connectionId) => {
        const may = permission(connectionId)
        if (typeof may === 'number') againInMs = Math.min(againInMs, may)
        else permit = may
        return permit !== undefined
      })
      if (!item || !permit) break
      begin(item, permit)
    }
    if (queue.size > 0) wakeIn(againInMs)
    if (full.some(hasRoom) || (isStuffed && queue.size <= limits.waiting / 2)) room.abort(WAIT_ENDED)
  }

  /** For the next refresh of the connection; or in how many milliseconds to ask again, if no refresh has to end before. */
  const permission = (connectionId: string): Permit | number => {
    const lane = lanes.get(connectionId)
    if (!lane?.connection) return freePermit
    const { waitMs, isTrial } = circuits.pauseOf(lane.connection)
    if (waitMs > 0) return waitMs
    if (lane.running >= (isTrial ? 1 : limits.perConnection)) return Number.POSITIVE_INFINITY
    const reserved = rates.reserve(lane.connection)
    return 'againInMs' in reserved ? reserved.againInMs : reserved
  }

  /** What was not begun in time others may have taken up. Nor does anybody wait here for the end of a pause that comes too late for that. */
  const leaveStale = (): void => {
    const isStale = (connectionId: string, { staleAtMs }: Item): boolean => {
      const lane = lanes.get(connectionId)
      return clock.monotonic() + (lane ? pauseMsOf(lane) : 0) >= staleAtMs
    }
    for (let item = queue.next(isStale); item; item = queue.next(isStale)) item.end('left')
  }

  const begin = ({ row, storeNowMs, end }: Item, permit: Permit): void => {
    const lane = lanes.get(row.connectionId)
    if (lane) lane.running += 1
    const work = workOnDue(row, storeNowMs, permit).then((outcome) => {
      if (lane) lane.running -= 1
      running.delete(work)
      end(outcome)
      pump()
    })
    running.add(work)
  }

  const wakeIn = (ms: number): void => {
    const atMs = clock.monotonic() + ms
    if (atMs >= alarm.atMs || ms === Number.POSITIVE_INFINITY) return
    alarm.off.abort(WAIT_ENDED)
    const own = { atMs, off: new AbortController() }
    alarm = own
    void clock.sleep(ms, own.off.signal, { background: true }).then(() => {
      if (own.off.signal.aborted) return
      alarm = { atMs: Number.POSITIVE_INFINITY, off: new AbortController() }
      pump()
    })
  }

  /** They are due at once, for whoever comes. */
  const leaveAll = async (): Promise<void> => {
    const leave = async ({ row, storeNowMs, end }: Item): Promise<void> => {
      // If the store is away they are due again when their time set aside is over.
      await credentials.update(dueTimeOf(row, storeNowMs)).catch(() => undefined)
      end('left')
    }
    await Promise.all(queue.clear().map(leave))
  }

  closing.addEventListener('abort', pump, { once: true })

  return {
    async takeIn(dueBeforeMs) {
      const outcomes: Promise<DueOutcome | 'left'>[] = []
      // Whoever waits for room after a look that failed waits for more of it: the room that led to the look is no reason for the next.
      room = new AbortController()
      try {
        leaveStale()
        forgetIdle()
        await lookAt(lanes.keys())
        let isAll = false
        while (!isAll && queue.size < limits.waiting && !isEnding()) {
          const rows = await readDue(dueBeforeMs)
          isAll = rows.length < limits.batch
          outcomes.push(...rows)
          pump()
        }
        isStuffed = !isAll
        return { outcomes, isAll, failure: undefined }
      } catch (failure) {
        return { outcomes, isAll: true, failure }
      }
    },
    roomAgain: () => room.signal,
    async stop() {
      isStopped = true
      alarm.off.abort(WAIT_ENDED)
      await leaveAll()
      await Promise.all(running)
    },
    state: () => ({
      running: running.size,
      waiting: queue.size,
      connections: Array.from(lanes, ([connectionId, lane]) => ({
        connectionId,
        running: lane.running,
        waiting: queue.waiting(connectionId),
        isPaused: isPaused(lane),
      })),
    }),
  }
}
