import { createAdministration } from './administration.js'
import { createClose } from './close-vault.js'
import { createConnections, tellClashes } from './connections/connections.js'
import { createStoredConnections } from './connections/stored-connections.js'
import { withConnectionCredentials } from './credentials/connection-credentials.js'
import type { CredentialSelector } from './credentials/credentials.js'
import { createDisconnect, createDisconnectRow } from './credentials/disconnect.js'
import { createExchangedCredentials, type ExchangedCredentials } from './credentials/exchanged-credentials.js'
import { createGetCredentials } from './credentials/get-credentials.js'
import { createImportCredential } from './credentials/import-credential.js'
import { createLastUsed } from './credentials/last-used.js'
import { getCredentialInfo, type ListCredentialsQuery, listCredentials } from './credentials/list-credentials.js'
import { measureHandOuts } from './credentials/measure-hand-outs.js'
import { createRevocationJobs, REVOCATION_TOPIC } from './credentials/revocation-jobs.js'
import { createRowCache } from './credentials/row-cache.js'
import { createSaveGrant } from './credentials/save-grant.js'
import { createOpenDpopKey } from './credentials/sealed-dpop-key.js'
import { openTokens } from './credentials/sealed-tokens.js'
import { tellHandOuts } from './credentials/tell-hand-outs.js'
import { createSealer } from './crypto/create-sealer.js'
import { randomToken } from './crypto/random-token.js'
import { storeFailure } from './documents/documents.js'
import { createEventRecorder } from './events/create-event-recorder.js'
import { registerExtension, type VaultExtension } from './extension.js'
import { createVaultFetch } from './fetch/vault-fetch.js'
import { safeMeasure } from './instrumentation.js'
import { silentLog } from './log.js'
import { createConnectionRegistry } from './model/connection-registry.js'
import { createAuthorization } from './oauth/authorization.js'
import { createDiscovery } from './oauth/discovery.js'
import { createDpopKeys } from './oauth/dpop-key.js'
import { sendRefreshRequest } from './oauth/refresh-token.js'
import { revokeTokens } from './oauth/revocation.js'
import { createCircuits } from './refresh/circuits.js'
import type { RefreshContext } from './refresh/context.js'
import { createRefreshCoordinator } from './refresh/coordinator.js'
import { createWorkerPresence } from './refresh/due-work/worker-presence.js'
import { createRates } from './refresh/rate/rates.js'
import { createRefreshJournal } from './refresh/refresh-journal.js'
import { createSendSlots } from './refresh/send-slots.js'
import { createSweeper } from './refresh/sweeper.js'
import { createUnwrittenGrants } from './refresh/unwritten-grants.js'
import { refuseOnceClosed } from './refuse-once-closed.js'
import { runtimeWithDefaults } from './runtime.js'
import type { Vault } from './vault-interface.js'
import { parseVaultOptions, type VaultOptions } from './vault-options.js'
import { vaultState } from './vault-state.js'

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
    credentialCache,
    maxOpenedTokens,
    ...refreshing
  } = parseVaultOptions(options)
  const log = options.log ?? silentLog
  const runtime = runtimeWithDefaults({ ...options, measure: safeMeasure(options.instrumentation, log) })
  const rowCache = credentialCache && createRowCache(store.credentials, runtime.clock, credentialCache)
  const credentials = rowCache?.credentials ?? store.credentials
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
  const stored = createStoredConnections({ documents: store.documents, sealer, tenant, runtime, log })
  const connections = createConnections({ code, stored, runtime })
  const discovery = createDiscovery({ runtime })
  const dpopKeys = createDpopKeys(runtime)
  const openDpopKey = createOpenDpopKey({ sealer, dpopKeys })
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
    credentials,
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
      credentials,
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
    openDpopKey,
    sendRefresh: (connection, { userId, ...tokens }, limits) => {
      const { grant } = connection
      const subjectToken = grant?.type === 'token_exchange' ? () => exchanged.subjectToken(grant, userId) : undefined
      return sendRefreshRequest({ connection, ...tokens, ...limits, subjectToken, discovery, runtime })
    },
    discardTokens,
  }
  const coordinator = createRefreshCoordinator(refreshContext)
  const lastUsed = createLastUsed({ credentials, clock: runtime.clock, log, background: refreshing.background })
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
  const ending = { tenant, credentials, sealer, revocations, runtime, log, recorder }
  const disconnectRow = createDisconnectRow(ending)
  const { dueTerms } = refreshContext
  const saveGrant = createSaveGrant({
    tenant,
    connections,
    credentials,
    sealer,
    runtime,
    disconnectRow,
    recorder,
    dueTerms,
    journal: refreshContext.journal,
  })
  const beginning = { tenant, credentials, runtime, dpopKeys, saveGrant }
  const exchanged: ExchangedCredentials = createExchangedCredentials({ ...beginning, connections }, () => getUserCredentials)
  const getUserCredentials = createGetCredentials({
    tenant,
    connections,
    credentials,
    rowCache,
    sealer,
    coordinator,
    unwritten: refreshContext.unwritten,
    lastUsed,
    openDpopKey,
    exchanged,
    maxOpenedTokens,
    runtime,
    callerWaitMs,
  })
  const watchedTopics = [REVOCATION_TOPIC]
  const forgetters: ((userId: string) => Promise<void>)[] = []

  const listing = { credentials, sealer, tenant, clock: runtime.clock }
  const whileOpen = <T extends object>(calls: T): T => refuseOnceClosed(calls, stopped.signal)
  const disconnect = createDisconnect(ending, disconnectRow)
  const credentialCalls = whileOpen({
    getCredentials: measureHandOuts(
      tellHandOuts(withConnectionCredentials(getUserCredentials, { ...beginning, connections, sealer }), recorder),
      runtime,
    ),
    importCredential: createImportCredential({ connections, saveGrant, runtime }),
    listCredentials: (query: ListCredentialsQuery = {}) => listCredentials(listing, query),
    getCredentialInfo: (selector: CredentialSelector) => getCredentialInfo(listing, selector),
    disconnect,
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
      createAuthorization({
        connections,
        sealer,
        tickets: store.tickets,
        documents: store.documents,
        tenant,
        runtime,
        discovery,
        dpopKeys,
        saveGrant,
        log,
      }),
    ),
    ...createAdministration({
      documents: store.documents,
      credentials,
      keyring,
      tenant,
      accountId,
      sealer,
      disconnectRow,
      forgetters,
      runtime,
      log,
      recorder,
      whileOpen,
    }),
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
  const { documents, tickets, outbox, audit } = store
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
