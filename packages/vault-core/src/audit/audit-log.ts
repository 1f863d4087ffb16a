import { storeFailure } from '../documents/documents.js'
import { VaultError } from '../errors.js'
import type { BoundEventKeeper, EventKeeper } from '../events/event-keeper.js'
import type { VaultEventType } from '../events/vault-event.js'
import type { VaultExtension } from '../extension.js'
import { type AuditLogEntry, createEntryFormat } from './audit-log-entry.js'
import { type AuditLogOptions, parseAuditLogOptions } from './audit-log-options.js'
import { createAuditChain, placeOfHead } from './chain.js'
import { createChainDocuments } from './chain-documents.js'
import type { AuditHead } from './expected-head.js'
import { createGroupCommit } from './group-commit.js'
import { createMarkedJson } from './marked-json.js'
import { type AuditLogPage, type AuditLogQuery, createReadLog, type ExportQuery } from './read-log.js'
import { type AuditVerification, createVerifyChain, type VerifyOptions } from './verify-chain.js'

/** The audit log of one vault: who did what, with which credential, when, and what came of it. Given to `createVault` as `audit`. */
export interface AuditLog extends EventKeeper {
  /**
   * A page of the log, oldest first: of a user, of one of his credentials, or of all. One user's are found by an index; to look for those of a
   * connection or of a type alone, the whole log is read.
   *
   * @throws {VaultError} `invalid_request`, `store_unavailable`.
   */
  list(query?: AuditLogQuery): Promise<AuditLogPage>
  /**
   * The log as JSON lines, oldest first, each an {@link AuditLogEntry} with its line feed.
   *
   * @throws {VaultError} `invalid_request`, `store_unavailable`.
   */
  export(query?: ExportQuery): AsyncIterable<string>
  /**
   * Reads the whole log, and tells whatever is not as the vault left it: entries that were changed, removed, inserted or moved, and
   * checkpoints. Whoever can write the database can still take away the end of the log together with its checkpoints: give `expect` a head that you kept elsewhere, and that shows, too.
   *
   * @throws {VaultError} `invalid_request`, `store_unavailable`.
   */
  verify(options?: VerifyOptions): Promise<AuditVerification>
  /**
   * Where the chain ends now. Keep it where whoever can write the database cannot, and give it to `verify` later.
   *
   * @throws {VaultError} `store_unavailable`.
   */
  head(): Promise<AuditHead>
}

/**
 * Makes the audit log. Each entry is written together with what it tells of; a token is not handed out before the entry that says so is stored.
 *
 * @throws {VaultError} `invalid_configuration`, naming each bad option.
 * @example
 * ```ts
 * const audit = auditLog({ retentionDays: 400 })
 * const vault = createVault({ store, keyring, connections, audit })
 * const found = await audit.verify()
 * ```
 */
export function auditLog(options: AuditLogOptions = {}): AuditLog {
  const { types, retentionMs } = parseAuditLogOptions(options)
  let bound: BoundAuditLog | undefined
  const log = (): BoundAuditLog => {
    if (bound) return bound
    throw new VaultError('invalid_configuration', 'The audit log has no vault yet. Give it to `createVault` as `audit`.')
  }
  return {
    bind(vault) {
      if (bound) {
        throw new VaultError('invalid_configuration', 'An audit log serves one vault. Make another with `auditLog` for each further one.', {
          fields: { audit: 'is that of another vault' },
        })
      }
      bound = createBoundAuditLog(vault, types, retentionMs)
      return bound
    },
    list: async (query) => log().list(query),
    async *export(query) {
      yield* log().export(query)
    },
    verify: async (given) => log().verify(given),
    head: async () => log().head(),
  }
}

type BoundAuditLog = BoundEventKeeper & Pick<AuditLog, 'list' | 'export' | 'verify' | 'head'>

function createBoundAuditLog(vault: VaultExtension, types: ReadonlySet<VaultEventType>, retentionMs: number | undefined): BoundAuditLog {
  const { tenant, documents, audit, sealer, runtime, storeNow } = vault
  const marked = createMarkedJson(sealer, tenant)
  const format = createEntryFormat(tenant, marked)
  const chainDocuments = createChainDocuments({ documents, tenant, marked, random: runtime.random })
  const chain = createAuditChain({ chainDocuments, audit, tenant, storeNow, log: vault.log })
  const commit = createGroupCommit((entries) => audit.append(entries))
  const { isGenuine } = format
  const verify = createVerifyChain({ chain, chainDocuments, audit, tenant, isGenuine })
  const readLog = createReadLog({ audit, tenant, format })
  let sweeping: Promise<unknown> = Promise.resolve()

  async function entriesOf(events: Parameters<BoundEventKeeper['keep']>[0]) {
    const kept = events.filter(({ type }) => types.has(type))
    if (kept.length === 0) return []
    // Asks the store once in the life of a process, and before a refresh is sent: the answer of one waits for nothing.
    await chain.begun()
    return Promise.all(kept.map(format.entryOf))
  }

  async function sweep(): Promise<void> {
    await chain.extend()
    if (retentionMs !== undefined) await chain.prune((await storeNow()) - retentionMs)
  }

  return {
    prepare: chain.begun,
    async companionsOf(events) {
      const entries = await entriesOf(events)
      return entries.length === 0 ? {} : { audit: entries }
    },
    async keep(events) {
      try {
        const entries = await entriesOf(events)
        if (entries.length > 0) await commit.append(entries)
      } catch (error) {
        throw storeFailure(error)
      }
    },
    wake() {},
    sweep() {
      const pass = sweep()
      sweeping = pass.catch(() => undefined)
      return pass
    },
    async drained() {
      await Promise.all([commit.drained(), sweeping])
    },
    ...readLog,
    verify,
    async head() {
      const { throughSequence, mark } = await placeOfHead(await chain.extend(), chainDocuments)
      return { sequence: throughSequence, mac: mark }
    },
  }
}
