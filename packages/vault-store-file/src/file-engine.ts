import { collectWrites, type EngineTransaction, type StoreEngine } from '@holdfast/vault-core/store'
import { fileFailure } from './file-failure.js'
import type { Lock } from './lock.js'
import type { Replica } from './replica.js'

/** Most transactions that share one write: others on the machine want their turn. */
const BATCH = 64

interface Waiting {
  /** Runs in its turn; what it returns is called when the outcome is known. */
  run(transaction: EngineTransaction): Promise<(failure: unknown) => void>
  fail(error: unknown): void
}

/**
 * Transactions under the lock of the machine, as many as wait in one write and one sync. Reads ask no lock while nobody
 * has written.
 */
export function fileEngine(replica: Replica, lock: Lock, clock: () => number): StoreEngine {
  const waiting: Waiting[] = []
  let working: Promise<void> | undefined
  /** Whether this process holds the lock and has caught up: nobody else can be writing. */
  let isAlone = false

  const join = <T>(work: (transaction: EngineTransaction) => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      waiting.push({
        async run(transaction) {
          const result = await work(transaction)
          return (failure) => (failure === undefined ? resolve(result) : reject(failure))
        },
        fail: reject,
      })
      working ??= workOff()
    })

  const workOff = async (): Promise<void> => {
    // Whatever asks in the same moment goes into the same batch.
    await Promise.resolve()
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH)
      try {
        await underLock(() => commit(batch))
      } catch (error) {
        const failure = fileFailure(error)
        for (const each of batch) each.fail(failure)
      }
    }
    working = undefined
  }

  const underLock = async (work: () => Promise<void>): Promise<void> => {
    const release = await lock.acquire()
    try {
      await replica.catchUp()
      isAlone = true
      await work()
    } finally {
      isAlone = false
      release()
    }
  }

  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    const together = collectWrites(replica.view)
    const told: ((failure: unknown) => void)[] = []
    for (const each of batch) {
      const own = collectWrites(together.transaction)
      try {
        told.push(await each.run(own.transaction))
      } catch (error) {
        each.fail(fileFailure(error))
        continue
      }
      for (const { table, key, record } of own.writes()) {
        if (record) await together.transaction.set(table, key, record)
        else await together.transaction.delete(table, key)
      }
    }
    let failure: unknown
    try {
      await replica.append(together.writes())
    } catch (error) {
      failure = fileFailure(error)
    }
    for (const tell of told) tell(failure)
  }

  return {
    capabilities: { durable: true, crossProcess: true },
    now: clock,
    async read(work) {
      try {
        if (isAlone || replica.isCurrent()) return await work(replica.view)
      } catch (error) {
        throw fileFailure(error)
      }
      return join(work)
    },
    transact: join,
    async close() {
      await working
      await replica.close()
      lock.close()
    },
  }
}
