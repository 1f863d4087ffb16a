import { DEFAULT_OPENED_TOKENS } from './credentials/opened-tokens.js'
import { type CredentialCacheOptions, DEFAULT_CACHED_OWNERS } from './credentials/row-cache.js'
import { type CipherSuite, cipherOf, DEFAULT_SUITE, isCipherSuite } from './crypto/cipher-suite.js'
import type { Keyring } from './crypto/keyring.js'
import { type EnvelopePrimitives, noblePrimitives } from './crypto/primitives.js'
import type { EventKeeper } from './events/event-keeper.js'
import type { EventListener } from './events/event-listener.js'
import type { Instrumentation } from './instrumentation.js'
import type { Log } from './log.js'
import type { ConnectionInput } from './model/connection.js'
import { unknownFields } from './model/unknown-field.js'
import type { Journal } from './refresh/journal.js'
import { refuseOptions } from './refuse-fields.js'
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
  /**
   * Whether the vault sweeps by itself, every 5 s, for refreshes whose process died and for tokens to be kept alive. Default
   * true. False where nothing may run behind a request: call `vault.sweep()` from a timer there.
   */
  readonly background?: boolean
  /** Where a provider's answer is kept while the store is away: `fileJournal({ path })` of `@holdfast/vault-store-file`. Default: in memory alone. */
  readonly journal?: Journal
  /** How many refreshes of one connection this process runs at a time. Default 32. */
  readonly maxConcurrentRefreshes?: number
  /**
   * Hands out a live token again without reading the store, for so long after the last read. What this vault does is seen at once; what other
   * processes do, a disconnect for one, after `maxAgeMs` at the latest. Default: each call reads the store.
   */
  readonly credentialCache?: CredentialCacheOptions
  /** How many access tokens stay opened in memory, for five minutes each, so that they are not opened for each caller: 0 for none. Default 10,000, some 25 MB. */
  readonly maxOpenedTokens?: number
  /** Another implementation of the algorithms that values are sealed with, such as the platform's own, for speed. Default: `@noble/ciphers`. */
  readonly primitives?: EnvelopePrimitives
  /**
   * What new values are sealed with; values of both suites are read as far as `primitives` have the cipher. Default `xchacha20-poly1305`.
   * `aes-256-gcm` is for those whom rules bind to AES, and needs primitives that have it: those of `@holdfast/vault-node` or
   * `@holdfast/vault-core/aes`. Where several processes share a store, give all of them such primitives first.
   */
  readonly cipherSuite?: CipherSuite
  readonly clock?: Clock
  readonly random?: RandomSource
  readonly fetch?: typeof globalThis.fetch
  /**
   * What requests are sent with that lead where somebody else than the operator may have said: those for connections in the store, those to
   * hosts that only the metadata of an issuer name, and those of `vault.fetch`, whose names may resolve to anything. Default: `fetch`. The `createVault` of `@holdfast/vault-node` has one that reaches public
   * addresses alone.
   */
  readonly fetchForStoredConnections?: typeof globalThis.fetch
  readonly log?: Log
  /** Told of each event, in this process alone. What must not be lost belongs to `webhooks` or `audit`. */
  readonly on?: EventListener
  /** Sends events to other programs: `webhooks({ endpoints })` of `@holdfast/vault-core/webhooks`. */
  readonly webhooks?: EventKeeper
  /** Keeps the audit log: `auditLog()` of `@holdfast/vault-core/audit`. */
  readonly audit?: EventKeeper
  /** Others who keep events in the store, each with the change that it tells of. */
  readonly eventKeepers?: readonly EventKeeper[]
  /** Takes the time of what the vault does, and looks at its state: `openTelemetry()` of `@holdfast/vault-opentelemetry`. Absent, it costs nothing. */
  readonly instrumentation?: Instrumentation
}

const KNOWN: readonly (keyof VaultOptions)[] = [
  'store',
  'keyring',
  'connections',
  'tenant',
  'accountId',
  'callerWaitMs',
  'requiredStoreCapabilities',
  'background',
  'journal',
  'maxConcurrentRefreshes',
  'credentialCache',
  'maxOpenedTokens',
  'primitives',
  'cipherSuite',
  'clock',
  'random',
  'fetch',
  'fetchForStoredConnections',
  'log',
  'on',
  'webhooks',
  'audit',
  'eventKeepers',
  'instrumentation',
]
const DEFAULT_TENANT = 'default'
const LEVELS = ['debug', 'info', 'warn', 'error'] as const
const CLOCK_METHODS = ['now', 'monotonic', 'sleep'] as const
/** Longer than nearly every token endpoint takes, shorter than the usual HTTP client's patience. */
const DEFAULT_CALLER_WAIT_MS = 10_000

/** At the 200 ms of most token endpoints 160 refreshes a second: 10,000 in a minute. */
const DEFAULT_MAX_CONCURRENT_REFRESHES = 32

type ParsedOptions = Pick<VaultOptions, 'store' | 'keyring' | 'connections'> & {
  readonly journal: Journal | undefined
  readonly credentialCache: CredentialCacheOptions | undefined
  readonly maxOpenedTokens: number
  readonly keepers: readonly EventKeeper[]
} & Required<
    Pick<VaultOptions, 'tenant' | 'accountId' | 'callerWaitMs' | 'background' | 'maxConcurrentRefreshes' | 'primitives' | 'cipherSuite'>
  >

/** Checks what `createVault` was given. @throws {VaultError} `invalid_configuration`, naming each bad option. */
export function parseVaultOptions(options: VaultOptions): ParsedOptions {
  const { store, keyring, connections, tenant = DEFAULT_TENANT, callerWaitMs = DEFAULT_CALLER_WAIT_MS } = options
  const { background = true, journal, maxConcurrentRefreshes = DEFAULT_MAX_CONCURRENT_REFRESHES } = options
  const { primitives = noblePrimitives, cipherSuite = DEFAULT_SUITE } = options
  const { webhooks, audit, eventKeepers = [], credentialCache, maxOpenedTokens = DEFAULT_OPENED_TOKENS } = options
  const accountId = options.accountId ?? `acc_${tenant}`
  const fields = unknownFields(options, KNOWN, 'vault')
  if (!store) fields.store = 'is missing: pass a VaultStore, `sqliteStore({ path })` for one'
  else if (!isStore(store)) fields.store = 'must be a VaultStore, such as the one that `sqliteStore({ path })` returns'
  const lacking = (options.requiredStoreCapabilities ?? []).filter((capability) => isStore(store) && !store.capabilities[capability])
  if (lacking.length > 0)
    fields.store = `does not promise ${lacking.map((name) => `\`${name}\``).join(' and ')}: use another, or do not ask for it in \`requiredStoreCapabilities\``
  if (!keyring) fields.keyring = 'is missing: pass `localKeyring([{ id, key }])`; without a key nothing is stored'
  else if (!isKeyring(keyring)) fields.keyring = 'must be a Keyring: `localKeyring([{ id, key }])` is one'
  if (!Array.isArray(connections)) fields.connections = 'must be an array of connections'
  const tenantProblem = storeKeyProblem(tenant)
  if (tenantProblem) fields.tenant = tenantProblem
  else if (!/^[A-Za-z0-9_-]{1,64}$/.test(accountId))
    fields.accountId = 'must be 1 to 64 letters, digits, `_` or `-`: it is a part of access keys'
  if (!(typeof callerWaitMs === 'number' && callerWaitMs > 0 && callerWaitMs <= 120_000))
    fields.callerWaitMs = 'must be milliseconds, more than 0 and at most 120,000'
  if (typeof background !== 'boolean') fields.background = 'must be true or false'
  if (journal !== undefined && typeof journal?.write !== 'function') fields.journal = 'must be a Journal: `fileJournal({ path })` is one'
  if (!(Number.isInteger(maxConcurrentRefreshes) && maxConcurrentRefreshes >= 1 && maxConcurrentRefreshes <= 1_000))
    fields.maxConcurrentRefreshes = 'must be a whole number from 1 to 1,000'
  if (!(Number.isInteger(maxOpenedTokens) && maxOpenedTokens >= 0 && maxOpenedTokens <= 1_000_000))
    fields.maxOpenedTokens = 'must be a whole number from 0 to 1,000,000'
  if (credentialCache !== undefined) {
    const problem = cacheProblem(credentialCache)
    if (problem) fields.credentialCache = problem
  }
  if (webhooks !== undefined && !isKeeper(webhooks)) fields.webhooks = 'must be what `webhooks({ endpoints })` made'
  if (audit !== undefined && !isKeeper(audit)) fields.audit = 'must be what `auditLog()` made'
  if (!Array.isArray(eventKeepers) || !eventKeepers.every(isKeeper)) fields.eventKeepers = 'must be an array of EventKeepers'
  const { instrumentation, log, on, clock } = options
  if (log !== undefined && !LEVELS.every((level) => typeof log?.[level] === 'function'))
    fields.log = 'must be a logger with `debug`, `info`, `warn` and `error`: pino, or `console`'
  if (on !== undefined && typeof on !== 'function') fields.on = 'must be a function, which is called with each event'
  if (clock !== undefined && !CLOCK_METHODS.every((method) => typeof clock?.[method] === 'function'))
    fields.clock = 'must have the functions `now`, `monotonic` and `sleep`'
  if (instrumentation !== undefined && typeof instrumentation?.measure !== 'function')
    fields.instrumentation = 'must be an Instrumentation: `openTelemetry()` is one'
  if (!isCipherSuite(cipherSuite)) fields.cipherSuite = 'must be `xchacha20-poly1305` or `aes-256-gcm`'
  else if (!cipherOf(primitives, cipherSuite))
    fields.cipherSuite = `\`${cipherSuite}\` needs primitives that have it: use \`createVault\` of @holdfast/vault-node, or pass the \`primitives\` of @holdfast/vault-core/aes`
  refuseOptions("The vault's options", fields)
  return {
    store,
    keyring,
    connections,
    tenant,
    accountId,
    callerWaitMs,
    background,
    journal,
    maxConcurrentRefreshes,
    credentialCache,
    maxOpenedTokens,
    primitives,
    cipherSuite,
    // An audit log that fails is known before anything is kept elsewhere.
    keepers: [audit, webhooks, ...eventKeepers].filter((keeper) => keeper !== undefined),
  }
}

function cacheProblem({ maxAgeMs, maxEntries = DEFAULT_CACHED_OWNERS }: CredentialCacheOptions): string | undefined {
  if (!(Number.isInteger(maxAgeMs) && maxAgeMs >= 1 && maxAgeMs <= 60_000)) return 'needs a `maxAgeMs` of 1 to 60,000 milliseconds'
  if (!(Number.isInteger(maxEntries) && maxEntries >= 1 && maxEntries <= 1_000_000)) return 'must have a `maxEntries` of 1 to 1,000,000'
  return undefined
}

/** By the first thing that is done with each: whoever forgets to call a factory, or to await it, is told at the start. */
function isStore(value: VaultStore): boolean {
  return typeof value?.now === 'function' && typeof value.credentials?.get === 'function'
}

function isKeyring(value: Keyring): boolean {
  return typeof value?.current === 'function' && typeof value.wrap === 'function' && typeof value.unwrap === 'function'
}

function isKeeper(value: EventKeeper): boolean {
  return typeof value?.bind === 'function'
}
