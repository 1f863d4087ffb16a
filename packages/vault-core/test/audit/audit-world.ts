import { type AuditLog, type AuditLogOptions, auditLog } from '../../src/audit/index.js'
import { extensionOf, type Vault, type VaultOptions, type VaultStore } from '../../src/index.js'
import { type VaultWorld, vaultWorld } from '../fixtures/vault-world.js'
import { type RawMemoryStore, rawMemoryStore } from './raw-memory-store.js'

/** A vault with an audit log: one process of several. */
export interface AuditedVault {
  readonly vault: Vault
  readonly audit: AuditLog
  /** Writes so many entries, one for each user in turn, in one append. */
  fill(count: number): Promise<void>
}

export interface AuditWorld extends Omit<VaultWorld, 'store' | 'vault'> {
  readonly raw: RawMemoryStore
  readonly store: VaultStore
  process(options?: AuditLogOptions, vaultOptions?: Partial<VaultOptions>): AuditedVault
}

const USERS = ['alice', 'bob', 'carol']

export function auditWorld(): AuditWorld {
  const { vault: vaultOver, ...world } = vaultWorld()
  const raw = rawMemoryStore(() => world.clock.now())
  let written = 0
  return {
    ...world,
    raw,
    store: raw.store,
    process(options, vaultOptions) {
      const audit = auditLog(options)
      const vault = vaultOver({ store: raw.store, audit, ...vaultOptions })
      const { recorder } = extensionOf(vault)
      return {
        vault,
        audit,
        async fill(count) {
          const events = Array.from({ length: count }, () => {
            const userId = USERS[written++ % USERS.length] ?? ''
            const actor = { kind: 'service_client', id: 'sc_1', keyId: 'k1' } as const
            return recorder.make({
              type: 'accessed',
              connectionId: 'drive',
              userId,
              accountId: 'default',
              fingerprint: `f${written}`,
              actor,
            })
          })
          await recorder.record(...events)
        },
      }
    },
  }
}

export const DAY = 86_400_000

/** All that the store holds, to be put back later as whoever rules a database can. */
export async function snapshot({ raw }: AuditWorld): Promise<() => Promise<void>> {
  const tables = ['audit', 'documents', 'counters'] as const
  const before = await Promise.all(tables.map(async (table) => [table, await raw.records(table)] as const))
  return async () => {
    for (const [table, records] of before) {
      for (const [key] of await raw.records(table)) raw.set(table, key, undefined)
      for (const [key, record] of records) raw.set(table, key, record)
    }
  }
}
