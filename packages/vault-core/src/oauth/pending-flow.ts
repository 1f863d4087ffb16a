import type { SealContext, Sealer } from '../crypto/sealer.js'
import { sha256Base64url } from '../crypto/sha256-base64url.js'
import { VaultError } from '../errors.js'
import { Secret } from '../secret.js'
import type { TicketKey, TicketStore } from '../storage/contract.js'

/** How long a flow may take, milliseconds of the store's clock. */
export const FLOW_TTL_MS: number = 600_000

/** What is kept, sealed, while the user is at the provider. */
export interface PendingFlow {
  readonly connectionId: string
  /** Undefined for a sign-in. */
  readonly userId: string | undefined
  readonly redirectUri: string
  readonly codeVerifier: Secret
  /** The key that the tokens are to be bound to; undefined where they are not. */
  readonly dpopKey: Secret | undefined
  /** Undefined when the flow is not OpenID Connect. */
  readonly nonce: string | undefined
  /** {@link sha256Base64url} of the browser's secret; undefined for one that could be given none. */
  readonly bindingHash: string | undefined
  readonly requestedScope: string | undefined
  readonly returnTo: string | undefined
  readonly context: string | undefined
  readonly accountId: string | undefined
  readonly addAccount: boolean
  readonly replaceAccount: boolean
}

export interface PendingFlows {
  /** @throws {VaultError} `store_unavailable`, `conflict` for a state that was used before. */
  keep(state: string, flow: PendingFlow): Promise<void>
  /**
   * Returns the flow to exactly one caller, and ends it: whatever is found wrong afterwards, this state is spent.
   * Undefined when there is none, or when its time is over.
   */
  take(state: string): Promise<PendingFlow | undefined>
}

const KIND = 'authorization_flow'

/** Keeps flows as tickets, sealed under the tenant's key. The store sees neither the state nor what belongs to it. */
export function createPendingFlows({
  tickets,
  sealer,
  tenant,
}: {
  readonly tickets: TicketStore
  readonly sealer: Sealer
  readonly tenant: string
}): PendingFlows {
  return {
    async keep(state, flow) {
      const key = keyOf(tenant, state)
      const data = await sealer.seal(contextOf(key.id), new TextEncoder().encode(write(flow)))
      if ((await tickets.create({ ...key, data, ttlMs: FLOW_TTL_MS })) === 'exists') {
        throw new VaultError(
          'conflict',
          'An authorization flow with this state exists already. Begin again; if it recurs the random source is broken.',
        )
      }
    },
    async take(state) {
      const key = keyOf(tenant, state)
      const data = await tickets.take(key)
      return data ? read(new TextDecoder().decode(await sealer.open(contextOf(key.id), data))) : undefined
    },
  }
}

function keyOf(tenant: string, state: string): TicketKey {
  return { tenant, kind: KIND, id: sha256Base64url(state) }
}

function contextOf(ticketId: string): SealContext {
  return { userId: '', connectionId: '', accountId: '', field: `ticket/${KIND}/${ticketId}`, epoch: 0, secretRev: 0 }
}

/** Version 1 of what is sealed; a process of another version must not misread it. */
interface PendingFlowJson {
  readonly v: 1
  readonly connectionId: string
  readonly userId: string | null
  readonly redirectUri: string
  readonly codeVerifier: string
  readonly dpopKey?: string | null
  readonly nonce: string | null
  readonly bindingHash: string | null
  readonly scope: string | null
  readonly returnTo: string | null
  readonly context: string | null
  readonly accountId?: string | null
  readonly addAccount?: boolean
  readonly replaceAccount: boolean
}

function write(flow: PendingFlow): string {
  const json: PendingFlowJson = {
    v: 1,
    connectionId: flow.connectionId,
    userId: flow.userId ?? null,
    redirectUri: flow.redirectUri,
    codeVerifier: flow.codeVerifier.reveal(),
    dpopKey: flow.dpopKey?.reveal() ?? null,
    nonce: flow.nonce ?? null,
    bindingHash: flow.bindingHash ?? null,
    scope: flow.requestedScope ?? null,
    returnTo: flow.returnTo ?? null,
    context: flow.context ?? null,
    accountId: flow.accountId ?? null,
    addAccount: flow.addAccount,
    replaceAccount: flow.replaceAccount,
  }
  return JSON.stringify(json)
}

function read(text: string): PendingFlow {
  // What opens was sealed by a vault with this key, so only the version can differ.
  const json = JSON.parse(text) as PendingFlowJson
  if (json.v !== 1)
    throw new VaultError(
      'decryption_failed',
      'An authorization flow was kept by a newer version of the vault. Begin again, or update this process.',
    )
  return {
    connectionId: json.connectionId,
    userId: json.userId ?? undefined,
    redirectUri: json.redirectUri,
    codeVerifier: new Secret(json.codeVerifier),
    dpopKey: json.dpopKey ? new Secret(json.dpopKey) : undefined,
    nonce: json.nonce ?? undefined,
    bindingHash: json.bindingHash ?? undefined,
    requestedScope: json.scope ?? undefined,
    returnTo: json.returnTo ?? undefined,
    context: json.context ?? undefined,
    accountId: json.accountId ?? undefined,
    addAccount: json.addAccount ?? false,
    replaceAccount: json.replaceAccount,
  }
}
