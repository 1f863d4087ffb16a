import type { DocumentPut, DocumentStore } from '../../src/storage/contract.js'

/** A real document store with faults that a test sets, and a count of what it was asked. */
export interface FaultyDocuments extends DocumentStore {
  /** Thrown instead of any work. */
  failure: Error | undefined
  /** Thrown by `put` after the work was done: a lost acknowledgement. */
  lostAcknowledgement: Error | undefined
  /** Called before each put, for a change that comes first. */
  beforePut: ((put: DocumentPut) => Promise<void>) | undefined
  /** Called before each deletion, likewise. */
  beforeDelete: (() => Promise<void>) | undefined
  readonly asked: { get: number; list: number; put: number; revision: number }
  /** Listings stop after they have read, until the function returned is called. */
  holdListings(): () => void
}

export function faultyDocuments(real: DocumentStore): FaultyDocuments {
  let gate: Promise<void> | undefined
  const check = (): void => {
    if (faulty.failure) throw faulty.failure
  }
  const faulty: FaultyDocuments = {
    failure: undefined,
    lostAcknowledgement: undefined,
    beforePut: undefined,
    beforeDelete: undefined,
    asked: { get: 0, list: 0, put: 0, revision: 0 },
    holdListings() {
      let open = (): void => {}
      gate = new Promise((resolve) => {
        open = () => {
          gate = undefined
          resolve()
        }
      })
      return open
    },
    async get(key) {
      check()
      faulty.asked.get += 1
      return real.get(key)
    },
    async put(put) {
      check()
      faulty.asked.put += 1
      await faulty.beforePut?.(put)
      const result = await real.put(put)
      if (faulty.lostAcknowledgement) throw faulty.lostAcknowledgement
      return result
    },
    async delete(key, expectVersion) {
      check()
      await faulty.beforeDelete?.()
      return real.delete(key, expectVersion)
    },
    async list(query) {
      check()
      faulty.asked.list += 1
      const page = await real.list(query)
      await gate
      check()
      return page
    },
    async revision(query) {
      check()
      faulty.asked.revision += 1
      return real.revision(query)
    },
  }
  return faulty
}
