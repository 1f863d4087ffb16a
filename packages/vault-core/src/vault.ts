import { createClose } from './close-vault.js'
import { type Connections, createConnections, tellClashes } from './connections/connections.js'
import { createStoredConnections } from './connections/stored-connections.js'
import type { CredentialInfo, CredentialSelector, Credentials, GetCredentialsOptions } from './credentials/credentials.js'
import { createDisconnect, createDisconnectRow, type DisconnectOptions } from './credentials/disconnect.js'
import { createForgetUser } from './credentials/forget-user.js'
import { createGetCredentials } from './credentials/get-credentials.js'
import { createLastUsed } from './credentials/last-used.js'
import { getCredentialInfo, type ListCredentialsQuery, listCredentials } from './credentials/list-credentials.js'
import { measureHandOuts } from './credentials/measure-hand-outs.js'
import { createRevocationJobs, REVOCATION_TOPIC } from './credentials/revocation-jobs.js'
import { createRevokeAll, type RevokeAllOptions, type RevokeAllReport } from './credentials/revoke-all.js'
import { createSaveGrant } from './credentials/save-grant.js'
import { openTokens } from './credentials/sealed-tokens.js'
import { tellHandOuts } from './credentials/tell-hand-outs.js'
import { createSealer } from './crypto/create-sealer.js'
import { createKeyStatus, type KeyStatus } from './crypto/key-status.js'
import { randomToken } from './crypto/random-token.js'
import { createRotateKeys, type KeyRotationReport, type RotateKeysOptions } from './crypto/rotate-keys.js'
import { type CustomerTenants, createCustomerTenants } from './directory/customer-tenants.js'
import { createUsers, type Users } from './directory/users.js'
import { storeFailure } from './documents/documents.js'
import { createEventRecorder } from './events/create-event-recorder.js'
import { registerExtension, type VaultExtension } from './extension.js'
import { createVaultFetch, type FetchTarget } from './fetch/vault-fetch.js'
import { safeMeasure } from './instrumentation.js'
import { silentLog } from './log.js'
import { createConnectionRegistry } from './model/connection-registry.js'
import { createAuthorization } from './oauth/authorization.js'
import type { Authorization } from './oauth/authorization-flow.js'
import { createDiscovery } from './oauth/discovery.js'
import { sendRefreshRequest } from './oauth/refresh-token.js'
import { revokeTokens } from './oauth/revocation.js'
import { type AccessRecords, createAccessRecords } from './permissions/access-records.js'
import { createGroups, type Groups } from './permissions/groups.js'
import { createPermissions, type Permissions } from './permissions/permissions.js'
import { createRemoveSubject } from './permissions/remove-subject.js'
import { createRoles, type Roles } from './permissions/roles.js'
import { createCircuits } from './refresh/circuits.js'
import type { RefreshContext } from './refresh/context.js'
import { createRefreshCoordinator } from './refresh/coordinator.js'
import { createWorkerPresence } from './refresh/due-work/worker-presence.js'
import { createRates } from './refresh/rate/rates.js'
import { createRefreshJournal } from './refresh/refresh-journal.js'
import { createSendSlots } from './refresh/send-slots.js'
import { createSweeper, type SweepReport } from './refresh/sweeper.js'
import { createUnwrittenGrants } from './refresh/unwritten-grants.js'
import { refuseOnceClosed } from './refuse-once-closed.js'
import { generateEd25519KeyPair, runtimeWithDefaults } from './runtime.js'
import { type BootstrapAdministratorOptions, createBootstrapAdministrator } from './service-clients/bootstrap-administrator.js'
import { createServiceClients, type NewAccessKey, type ServiceClients } from './service-clients/service-clients.js'
import type { Page } from './storage/contract.js'
import { parseVaultOptions, type VaultOptions } from './vault-options.js'
import { vaultState } from './vault-state.js'

export interface Vault {
  readonly tenant: string
  readonly accountId: string
  readonly connections: Connections
  readonly authorization: Authorization
  readonly permissions: Permissions
  readonly accessRecords: AccessRecords
  readonly roles: Roles
  readonly groups: Groups
  readonly users: Users
  readonly tenants: CustomerTenants
  readonly serviceClients: ServiceClients
  /**
   * Makes the first administrator, once in the life of a vault: a service client that may do everything. Print its access key, which is told
   * this once; undefined every time after. `again` makes another one.
   *
   * @throws {VaultError} `store_unavailable`.
   * @example
   * ```ts
   * const administrator = await vault.bootstrapAdministrator()
   * if (administrator) console.log(`Access key of the first administrator, shown once: ${administrator.accessKey}`)
   * ```
   */
  bootstrapAdministrator(options?: BootstrapAdministratorOptions): Promise<NewAccessKey | undefined>
  /**
   * Returns an access token that works, refreshing first if it must. Callers at the same time share one refresh.
   *
   * @throws {VaultError} `credential_not_found` when the user never connected; `reauthorization_required` (with `reason`) when he
   * must consent again; `insufficient_scope`; `provider_unavailable` (with `retryAfterMs`) while the provider fails and no live
   * token is left; `provider_rejected_client`; `connection_not_found`; `store_unavailable`; `decryption_failed`; `invalid_request`.
   * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 RFC 6749, section 6}
   * @example
   * ```ts
   * const { accessToken } = await vault.getCredentials({ connectionId: 'google', userId })
   * await fetch('https://www.googleapis.com/drive/v3/files', { headers: { authorization: `Bearer ${accessToken}` } })
   * ```
   */
  getCredentials(selector: CredentialSelector, options?: GetCredentialsOptions): Promise<Credentials>
  /**
   * A `fetch` that sends the user's access token along: only to the connection's `apiOrigins`. When the API answers 401, the token is refreshed and the request
   * repeated once, unless its body is a stream. Redirects, at most 5, are followed; outside the API's origins without the token, without the caller's
   * `Authorization` and `Cookie`, and only by https to public addresses. Bodies stream both ways.
   *
   * @param target - Whose token: connection and user; `requiredScopes`, `actor` and `retry` besides.
   * @throws {VaultError} As `getCredentials`. `invalid_request`, with reason `origin_not_declared` before a token is fetched, `address_not_public`,
   * `redirect_refused`; `invalid_configuration`, reason `no_api_origin`. Else what `fetch` throws: when the network fails, or `signal` aborts.
   * @example
   * ```ts
   * const response = await vault.fetch({ connectionId: 'github', userId }, 'https://api.github.com/user/repos')
   * ```
   */
  fetch(target: FetchTarget, input: string | URL | Request, init?: RequestInit): Promise<Response>
  /**
   * Lists what may be shown of credentials: those of a user, of a connection, of a status. Opens no sealed value.
   *
   * @throws {VaultError} `invalid_request` for a wrong query; `store_unavailable`.
   * @example
   * ```ts
   * for (const { label, message } of (await vault.listCredentials({ userId })).items) console.log(label, message)
   * ```
   */
  listCredentials(query?: ListCredentialsQuery): Promise<Page<CredentialInfo>>
  /** The same of one account. @throws {VaultError} `credential_not_found`; `invalid_request`; `store_unavailable`. */
  getCredentialInfo(selector: CredentialSelector): Promise<CredentialInfo>
  /**
   * Ends the credential at once, and revokes it at the provider in the background: all accounts that the user has on the connection, or the one
   * that is named. Harmless when there is none.
   *
   * @throws {VaultError} `store_unavailable`: of several accounts some may have ended; repeat the call.
   */
  disconnect(selector: CredentialSelector, options?: DisconnectOptions): Promise<void>
  /**
   * Ends and revokes every credential of the user, and destroys the keys that they were sealed under: a copy of the database without
   * those keys reveals no token of his, ever. With it goes what `users` knows of him, and his place in access records and groups; in a process
   * that has the login of `@holdfast/vault-login`, his sessions and identities too. Who the user was, and when, still stands in backups and in
   * the audit log, and resources that have his id in them stay in access records. Other processes may hold the keys in memory for five minutes
   * more. Harmless when there is nothing.
   *
   * @throws {VaultError} `store_unavailable`: part of it may be done; repeat the call.
   */
  forgetUser(userId: string, options?: DisconnectOptions): Promise<void>
  /**
   * Ends and revokes every credential of the tenant, or of one connection, or of one user: for the day on which tokens may have been stolen. Each
   * ends at once in the vault, in the order of users; the provider is told in the background, some at a time. To be called again after an end in the
   * middle: what has ended is passed over. What users connect meanwhile may end too.
   *
   * @throws {VaultError} `store_unavailable`: part of it is done; repeat the call. `invalid_request` for a wrong option, also for `userId: undefined`.
   * @example
   * ```ts
   * const { revoked } = await vault.revokeAll({ connectionId: 'github', onProgress: ({ revoked }) => console.log(revoked) })
   * ```
   */
  revokeAll(options?: RevokeAllOptions): Promise<RevokeAllReport>
  /**
   * Wraps all data keys under the keyring's first wrapping key, where they are under another. To rotate: give every process the
   * new key behind the old one, then in front, then call this; when {@link Vault.keyStatus} counts nothing under the old key, wait
   * ten minutes, for that long processes may need it, and take it out. Nothing pauses meanwhile. To be called again after an end
   * in the middle: what is done is passed over.
   *
   * @throws {VaultError} `store_unavailable` when the store or the keyring fails; `invalid_request` for a wrong option.
   * @example
   * ```ts
   * const { rewrapped, failed } = await vault.rotateKeys({ onProgress: ({ seen }) => console.log(seen) })
   * ```
   */
  rotateKeys(options?: RotateKeysOptions): Promise<KeyRotationReport>
  /** How many data keys each wrapping key still holds. */
  keyStatus(): Promise<KeyStatus>
  /**
   * Looks once for what is due though nobody asks: refreshes whose process died, refresh tokens to be kept alive, revocations.
   * The vault does so by itself every 5 s unless `background` is false. Never rejects; resolves when it is done.
   */
  sweep(): Promise<SweepReport>
  /** @throws {VaultError} `store_unavailable` when the store does not answer. */
  checkHealth(): Promise<void>
  /**
   * Begins no more refreshes, waits for refreshes and write-backs under way, at most 30 s, and closes the store. Whoever waits
   * gets his answer. Afterwards every call fails with `store_unavailable`, reason `closed`. Closing twice is harmless.
   */
  close(): Promise<void>
}

/**
 * Makes a vault: wires the parts, and lets the sweeper run behind them. Every bad option and connection is named in one error.
 *
 * @throws {VaultError} `invalid_configuration`.
 * @example
 * ```ts
 * const vault = createVault({
 *   store: memoryStore(),
 *   keyring: localKeyring([{ id: '2026-11', key: process.env.HOLDFAST_KEY }]),
 *   connections: [{ connectionId: 'google', issuer: 'https://accounts.google.com', clientId, clientSecret }],
 * })
 * ```
 */
export function createVault(options: VaultOptions): Vault {
  const {
    store,
    keyring,
    connections: inputs,
    tenant,
    accountId,
    callerWaitMs,
    primitives,
    cipherSuite,
    keepers,
    ...refreshing
  } = parseVaultOptions(options)
  const log = options.log ?? silentLog
  const runtime = runtimeWithDefaults({ ...options, measure: safeMeasure(options.instrumentation, log) })
  const closing = new AbortController()
  const stopped = new AbortController()

  const code = createConnectionRegistry(inputs)
  const sealer = createSealer({
    documents: store.documents,
    keyring,
    tenant,
    runtime,
    primitives,
    cipherSuite,
  })
  const { recorder, bind } = createEventRecorder({ tenant, runtime, log, sealer, listener: options.on, keepers })
  const stored = createStoredConnections({ documents: store.documents, sealer, tenant, runtime })
  const connections = createConnections({ code, stored, runtime })
  const discovery = createDiscovery({ runtime })
  const revocations = createRevocationJobs({
    outbox: store.outbox,
    sealer,
    tenant,
    runtime,
    log,
    closing: closing.signal,
    revoke: async (tokens) =>
      revokeTokens({
        connection: await connections.get(tokens.connectionId),
        tokens,
        mayRenew: !tokens.isRenewed,
        discovery,
        runtime,
      }),
  })
  const discardTokens: RefreshContext['discardTokens'] = async ({ connectionId }, tokens) => {
    await store.outbox.add([await revocations.jobFor({ connectionId, ...tokens })])
    revocations.start()
  }
  const storeNow = (): Promise<number> => store.now()
  const owner = randomToken(runtime.random, 16)
  const presence = createWorkerPresence({ documents: store.documents, storeNow, tenant, runtime })
  const refreshContext: RefreshContext = {
    credentials: store.credentials,
    storeNow,
    sealer,
    runtime,
    log,
    recorder,
    circuits: createCircuits({ documents: store.documents, sealer, tenant, runtime, log, recorder }),
    slots: createSendSlots(refreshing.maxConcurrentRefreshes),
    rates: createRates({ documents: store.documents, storeNow, tenant, owner, runtime, log, stopped: stopped.signal }),
    dueTerms: {
      random: runtime.random,
      get aheadByDefault() {
        return presence.isThere
      },
    },
    journal: createRefreshJournal({
      journal: refreshing.journal,
      sealer,
      credentials: store.credentials,
      log,
      written: recorder.wake,
      discard: async ({ key, set }) =>
        discardTokens(await connections.get(key.connectionId), { ...key, ...(await openTokens(sealer, { ...key, ...set })) }),
    }),
    unwritten: createUnwrittenGrants(runtime.clock),
    closing: closing.signal,
    stopped: stopped.signal,
    owner,
    peerWaitMs: callerWaitMs,
    sendRefresh: (connection, refreshToken, limits) => sendRefreshRequest({ connection, refreshToken, ...limits, discovery, runtime }),
    discardTokens,
  }
  const coordinator = createRefreshCoordinator(refreshContext)
  const lastUsed = createLastUsed({ credentials: store.credentials, clock: runtime.clock, log, background: refreshing.background })
  const sweeper = createSweeper({
    context: refreshContext,
    coordinator,
    connections,
    tenant,
    maxConcurrentRefreshes: refreshing.maxConcurrentRefreshes,
    presence,
    alsoSweep: async () => {
      revocations.start()
      await Promise.all([lastUsed.flush(), recorder.sweep()])
    },
  })
  const ending = { tenant, credentials: store.credentials, sealer, revocations, runtime, log, recorder }
  const disconnectRow = createDisconnectRow(ending)
  const { dueTerms } = refreshContext
  const saveGrant = createSaveGrant({
    tenant,
    connections,
    credentials: store.credentials,
    sealer,
    runtime,
    disconnectRow,
    recorder,
    dueTerms,
  })
  const kept = { documents: store.documents, tenant, runtime }
  const permissions = createPermissions({ ...kept, log })
  const roles = createRoles({ ...kept, permissions })
  const groups = createGroups({ ...kept, permissions })
  const accessRecords = createAccessRecords({ ...kept, permissions, roles, groups })
  const serviceClients = createServiceClients({ ...kept, accountId, permissions, log, recorder, generateKeyPair: generateEd25519KeyPair })

  const users = createUsers(kept)
  const watchedTopics = [REVOCATION_TOPIC]
  const forgetters: ((userId: string) => Promise<void>)[] = []

  const listing = { credentials: store.credentials, tenant, clock: runtime.clock }
  const whileOpen = <T extends object>(calls: T): T => refuseOnceClosed(calls, stopped.signal)
  const disconnect = createDisconnect(ending, disconnectRow)
  const credentialCalls = whileOpen({
    getCredentials: measureHandOuts(
      tellHandOuts(
        createGetCredentials({
          tenant,
          connections,
          credentials: store.credentials,
          sealer,
          coordinator,
          unwritten: refreshContext.unwritten,
          lastUsed,
          runtime,
          callerWaitMs,
        }),
        recorder,
      ),
      runtime,
    ),
    listCredentials: (query: ListCredentialsQuery = {}) => listCredentials(listing, query),
    getCredentialInfo: (selector: CredentialSelector) => getCredentialInfo(listing, selector),
    disconnect,
    forgetUser: createForgetUser({
      tenant,
      credentials: store.credentials,
      sealer,
      disconnectRow,
      recorder,
      users,
      removeSubject: createRemoveSubject({ ...kept, permissions, log }),
      forgetters,
    }),
    revokeAll: createRevokeAll({ tenant, credentials: store.credentials, disconnectRow }),
    rotateKeys: createRotateKeys({ documents: store.documents, keyring, tenant, runtime, recorder }),
    keyStatus: createKeyStatus({ documents: store.documents, keyring, tenant }),
    checkHealth: async () => {
      try {
        await store.now()
      } catch (error) {
        throw storeFailure(error)
      }
    },
  })

  const vault: Vault = {
    tenant,
    accountId,
    connections: whileOpen(connections),
    authorization: whileOpen(
      createAuthorization({ connections, sealer, tickets: store.tickets, tenant, runtime, discovery, saveGrant, log }),
    ),
    permissions: whileOpen(permissions),
    accessRecords: whileOpen(accessRecords),
    roles: whileOpen(roles),
    groups: whileOpen(groups),
    users: whileOpen(users),
    tenants: whileOpen(createCustomerTenants(kept)),
    serviceClients: whileOpen(serviceClients),
    ...whileOpen({ bootstrapAdministrator: createBootstrapAdministrator({ ...kept, serviceClients, accessRecords }) }),
    ...credentialCalls,
    ...whileOpen({ fetch: createVaultFetch({ connections, getCredentials: credentialCalls.getCredentials, runtime }) }),
    sweep: () => sweeper.sweep(),
    close: createClose({
      store,
      clock: runtime.clock,
      closing,
      stopped,
      drained: () => Promise.all([coordinator.drained().then(recorder.drained).then(lastUsed.flush), revocations.drained()]),
    }),
  }
  const { documents, tickets, credentials, outbox, audit } = store
  const extension: VaultExtension = {
    ...{ tenant, accountId, documents, tickets, credentials, outbox, audit, sealer, runtime, log, recorder, connections },
    disconnect,
    refreshing: { context: refreshContext, coordinator, connections, tenant, documents, presence, sweeper, disconnectRow },
    storeNow: refreshContext.storeNow,
    closing: closing.signal,
    onForgetUser: (forget) => void forgetters.push(forget),
    watchTopics: (topics) => void watchedTopics.push(...topics),
  }
  registerExtension(vault, extension)
  bind(extension)
  options.instrumentation?.observe?.(vaultState({ ...refreshContext, tenant, outbox, topics: watchedTopics }))
  if (refreshing.background) {
    sweeper.start()
    void tellClashes(code, stored, log)
  }
  return vault
}
