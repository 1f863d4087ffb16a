import type { Companions } from '@holdfast/vault-core'
import type { Kysely } from 'kysely'
import { insertAudit } from './audit.js'
import { insertJobs } from './outbox.js'
import type { StoreSchema } from './schema.js'

/** Whether a write has companions, and so needs a transaction. */
export function hasCompanions(also: Companions | undefined): also is Companions {
  return (also?.outbox?.length ?? 0) + (also?.audit?.length ?? 0) > 0
}

/** Writes what belongs to a write, in its transaction. */
export async function addCompanions(db: Kysely<StoreSchema>, also: Companions, nowMs: number): Promise<void> {
  await insertJobs(db, also.outbox ?? [])
  await insertAudit(db, also.audit ?? [], nowMs)
}
