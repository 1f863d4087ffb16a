import { isVaultError, VaultError } from '../../errors.js'
import type { VaultStore } from '../contract.js'
import { engineAudit } from './engine-audit.js'
import { engineCredentials } from './engine-credentials.js'
import { engineDocuments } from './engine-documents.js'
import { engineOutbox } from './engine-outbox.js'
import type { EngineRuns } from './engine-runs.js'
import { engineTickets } from './engine-tickets.js'
import { typedTransaction, typedView } from './records.js'
import type { StoreEngine } from './store-engine.js'

/**
 * Makes a whole store of an engine: it checks what comes in, keeps the rules of the contract, and tells every failure of
 * the engine that is no `VaultError` as `store_unavailable` with its cause.
 *
 * @example
 * ```ts
 * export const myStore = (client: Client): VaultStore => storeFromEngine(myEngine(client))
 * ```
 */
export function storeFromEngine(engine: StoreEngine): VaultStore {
  let closed: Promise<void> | undefined

  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closed) throw new VaultError('store_unavailable', 'The store is closed. Open a new one.')
    try {
      return await work()
    } catch (error) {
      if (isVaultError(error)) throw error
      throw new VaultError('store_unavailable', 'The store failed. Its own error is the cause of this one.', { cause: error })
    }
  }
  const runs: EngineRuns = {
    read: (work) => guarded(() => engine.read((view) => work(typedView(view)))),
    transact: (work) => guarded(() => engine.transact(async (transaction) => work(typedTransaction(transaction), await engine.now()))),
  }
  return {
    capabilities: engine.capabilities,
    credentials: engineCredentials(runs),
    documents: engineDocuments(runs),
    tickets: engineTickets(runs),
    outbox: engineOutbox(runs),
    audit: engineAudit(runs),
    now: () => guarded(async () => engine.now()),
    close: () => {
      closed ??= engine.close()
      return closed
    },
  }
}
