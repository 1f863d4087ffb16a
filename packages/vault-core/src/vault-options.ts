import type { Keyring } from './crypto/keyring.js'
import { VaultError } from './errors.js'
import type { EventListener } from './events.js'
import type { Log } from './log.js'
import type { ConnectionInput } from './model/connection.js'
import type { Clock, RandomSource } from './runtime.js'
import type { StoreCapabilities, VaultStore } from './storage/contract.js'
import { storeKeyProblem } from './storage/rules/store-key.js'

export interface VaultOptions {
  readonly store: VaultStore
  readonly keyring: Keyring
  readonly connections: readonly ConnectionInput[]
  /** Several tenants share a store, and nothing crosses between them. Default `default`. */
  readonly tenant?: string
  /** Third part of the access keys that this vault makes, and audience of the tokens signed with them. Default `acc_<tenant>`. */
  readonly accountId?: string
  /** How long a caller waits for a refresh, milliseconds. Default 10,000. The refresh itself goes on. */
  readonly callerWaitMs?: number
  /** What the store has to promise, `['durable', 'crossProcess']` for one that several processes share: one that does not is refused. Default: nothing. */
  readonly requiredStoreCapabilities?: readonly (keyof StoreCapabilities)[]
  readonly clock?: Clock
  readonly random?: RandomSource
  readonly fetch?: typeof globalThis.fetch
  readonly log?: Log
  readonly on?: EventListener
}

const DEFAULT_TENANT = 'default'
/** Longer than nearly every token endpoint takes, shorter than the usual HTTP client's patience. */
const DEFAULT_CALLER_WAIT_MS = 10_000

type ParsedOptions = Pick<VaultOptions, 'store' | 'keyring' | 'connections'> &
  Required<Pick<VaultOptions, 'tenant' | 'accountId' | 'callerWaitMs'>>

/** Checks what `createVault` was given. @throws {VaultError} `invalid_configuration`, naming each bad option. */
export function parseVaultOptions(options: VaultOptions): ParsedOptions {
  const { store, keyring, connections, tenant = DEFAULT_TENANT, callerWaitMs = DEFAULT_CALLER_WAIT_MS } = options
  const accountId = options.accountId ?? `acc_${tenant}`
  const fields: Record<string, string> = {}
  if (!store) fields.store = 'is missing: pass a VaultStore, `sqliteStore({ path })` for one'
  const lacking = (options.requiredStoreCapabilities ?? []).filter((capability) => store && !store.capabilities[capability])
  if (lacking.length > 0)
    fields.store = `does not promise ${lacking.map((name) => `\`${name}\``).join(' and ')}: use another, or do not ask for it in \`requiredStoreCapabilities\``
  if (!keyring) fields.keyring = 'is missing: pass `localKeyring([{ id, key }])`; without a key nothing is stored'
  if (!Array.isArray(connections)) fields.connections = 'must be an array of connections'
  const tenantProblem = storeKeyProblem(tenant)
  if (tenantProblem) fields.tenant = tenantProblem
  else if (!/^[A-Za-z0-9_-]{1,64}$/.test(accountId))
    fields.accountId = 'must be 1 to 64 letters, digits, `_` or `-`: it is a part of access keys'
  if (!(typeof callerWaitMs === 'number' && callerWaitMs > 0 && callerWaitMs <= 120_000))
    fields.callerWaitMs = 'must be milliseconds, more than 0 and at most 120,000'
  const problems = Object.entries(fields)
  if (problems.length > 0) {
    throw new VaultError(
      'invalid_configuration',
      `The vault's options are wrong: ${problems.map(([name, problem]) => `\`${name}\` ${problem}`).join('; ')}.`,
      { fields },
    )
  }
  return { store, keyring, connections, tenant, accountId, callerWaitMs }
}
