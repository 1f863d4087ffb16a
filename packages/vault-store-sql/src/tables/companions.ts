import type { Companions } from '@holdfast/vault-core/store'
import type { Kysely } from 'kysely'
import type { Dialect } from '../dialect.js'
import type { StoreSchema } from '../schema.js'
import { insertAudit } from './audit.js'
import { insertJobs } from './insert-jobs.js'

/** Whether a write has companions, and so needs a transaction. */
export function hasCompanions(also: Companions | undefined): also is Companions {
  return (also?.outbox?.length ?? 0) + (also?.audit?.length ?? 0) > 0
}

/** Writes what belongs to a write, in its transaction. */
export async function addCompanions(db: Kysely<StoreSchema>, dialect: Dialect, also: Companions | undefined): Promise<void> {
  await insertJobs(db, dialect, also?.outbox ?? [])
  await insertAudit(db, dialect, also?.audit ?? [])
}
