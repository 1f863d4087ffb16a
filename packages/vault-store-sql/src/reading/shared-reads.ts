import type { Reader } from '../sql-database.js'

/** Statements under way before reads begin to wait for company: one that the server works on, and one that comes back. */
const UNDER_WAY = 2
/** Rows in one statement. */
const MOST_TOGETHER = 100
/** A statement that takes longer says nothing of when the next one would be answered: then nobody waits for it. */
const PATIENCE_MS = 20

/** All who asked for one row. */
interface WaitingRead<K, R> {
  readonly key: K
  readonly callers: { readonly resolve: (row: R | null) => void; readonly reject: (error: unknown) => void }[]
}

/**
 * Reads that are asked for while others are under way share the next statement: many callers cost few round trips, and those who ask for the
 * same row one reading. One alone waits for nobody. A statement leaves after each of its reads was asked for, so that it sees what was written
 * before.
 *
 * @param nameOf - Tells keys apart.
 */
export function sharedReads<K, R>(reader: Reader<K, R>, nameOf: (key: K) => string): Reader<K, R> {
  let waiting = new Map<string, WaitingRead<K, R>>()
  let underWay = 0
  let isGathering = false
  let patience: ReturnType<typeof setTimeout> | undefined

  /** Whoever was answered together asks again in the same turn of the event loop, if at all: they go together again. */
  const gather = (): void => {
    if (isGathering) return
    isGathering = true
    process.nextTick(send)
  }
  const send = (): void => {
    isGathering = false
    clearTimeout(patience)
    patience = undefined
    if (waiting.size === 0) return
    const together = [...waiting.values()]
    waiting = new Map()
    underWay += 1
    void answer(together)
  }
  const answer = async (together: readonly WaitingRead<K, R>[]): Promise<void> => {
    try {
      const [first] = together
      const rows = first && together.length === 1 ? [await reader.one(first.key)] : await reader.many(together.map(({ key }) => key))
      for (const [index, { callers }] of together.entries()) for (const { resolve } of callers) resolve(rows[index] ?? null)
    } catch (error) {
      for (const { callers } of together) for (const { reject } of callers) reject(error)
    }
    underWay -= 1
    if (waiting.size > 0) gather()
  }

  return {
    one: (key) =>
      new Promise((resolve, reject) => {
        const name = nameOf(key)
        const known = waiting.get(name)
        if (known) return void known.callers.push({ resolve, reject })
        waiting.set(name, { key, callers: [{ resolve, reject }] })
        if (waiting.size >= MOST_TOGETHER) send()
        else if (underWay < UNDER_WAY) gather()
        else patience ??= setTimeout(send, PATIENCE_MS)
      }),
    many: (keys) => reader.many(keys),
  }
}
