import { randomToken } from '../crypto/random-token.js'
import { type WorkerState, workerDocument, workerStateOf } from '../refresh/due-work/worker-presence.js'
import type { RandomSource } from '../runtime.js'
import type { DocumentStore } from '../storage/contract.js'

/** Another worker may write it at any moment; ten times in a row none does. */
const MOST_TRIES = 10

/** Changes what the workers of all processes share. Undefined from `change` leaves it as it is. Returns what stands there then. */
export async function changeWorkerState(
  { documents, tenant, random }: { readonly documents: DocumentStore; readonly tenant: string; readonly random: RandomSource },
  change: (state: WorkerState) => WorkerState | undefined,
): Promise<WorkerState> {
  const key = workerDocument(tenant)
  let row = await documents.get(key)
  for (let tries = 0; ; tries++) {
    const state = workerStateOf(row)
    const next = tries < MOST_TRIES ? change(state) : undefined
    if (!next) return state
    const data = JSON.stringify(next)
    const put = await documents.put({ ...key, data, expect: row?.version ?? 'absent', attemptId: randomToken(random, 16) })
    if (put.outcome === 'stored') return next
    row = put.current
  }
}
