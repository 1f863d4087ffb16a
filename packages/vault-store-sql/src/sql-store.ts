import type { StoreCapabilities, VaultStore } from '@holdfast/vault-core/store'
import { sql } from 'kysely'
import type { SqlDatabase } from './sql-database.js'
import { sqlAudit } from './tables/audit.js'
import { sqlCredentials } from './tables/credentials.js'
import { sqlDocuments } from './tables/documents.js'
import { sqlOutbox } from './tables/outbox.js'
import { sqlTickets } from './tables/tickets.js'

/** The store over a database, whichever it is. */
export function sqlStore(database: SqlDatabase, capabilities: StoreCapabilities): VaultStore {
  return {
    capabilities,
    credentials: sqlCredentials(database),
    documents: sqlDocuments(database),
    tickets: sqlTickets(database),
    outbox: sqlOutbox(database),
    audit: sqlAudit(database),
    now: () =>
      database.run(async (db) => {
        const { rows } = await sql<{ readonly now_ms: number | string | bigint }>`select ${database.dialect.nowMs()} as now_ms`.execute(db)
        return Number(rows[0]?.now_ms)
      }),
    close: () => database.close(),
  }
}
