import type { PageQuery } from '../documents/page-query.js'
import type { Actor } from '../events/actor.js'
import type { ChangeOptions } from '../permissions/giving.js'
import type { Page } from '../storage/contract.js'
import type { NewServiceClient, ServiceClient, VerificationKey } from './service-client.js'

export type { Ed25519PublicJwk, NewServiceClient, ServiceClient, ServiceClientOptions, VerificationKey } from './service-client.js'

export interface ServiceClients {
  /**
   * @throws {VaultError} `invalid_request` with each bad field; `permission_denied` with reason `grant_missing` when `by` may not give what
   * the options give.
   */
  create(client: NewServiceClient, options?: ChangeOptions): Promise<ServiceClient>
  /** Reads the store each time, so that a client or key that was deleted is gone at once. @throws {VaultError} `not_found`. */
  get(clientId: string): Promise<ServiceClient>
  list(query?: PageQuery): Promise<Page<ServiceClient>>
  /** Replaces name, options and tags; keys stay. @throws {VaultError} As `create`; `not_found`. */
  update(clientId: string, client: NewServiceClient, options?: ChangeOptions): Promise<ServiceClient>
  /** Ends the client with all its keys. @throws {VaultError} `not_found`. */
  delete(clientId: string): Promise<void>
  /**
   * Has the client handed no more credentials over the HTTP API, in any process, within a second, until {@link unfreeze}. All else that it may do it
   * still may. Harmless when it is frozen.
   *
   * @throws {VaultError} `not_found`; `store_unavailable`.
   */
  freeze(clientId: string, options?: { readonly actor?: Actor }): Promise<void>
  /** Ends what {@link freeze} began. Harmless when it is not frozen. @throws {VaultError} `not_found`; `store_unavailable`. */
  unfreeze(clientId: string, options?: { readonly actor?: Actor }): Promise<void>
  /** Whether the client is frozen: at once, where it was read within the last second. @throws {VaultError} `store_unavailable`. */
  isFrozen(clientId: string): boolean | Promise<boolean>
  /**
   * Makes a key. `accessKey` (`clientId.keyId.accountId.privateKey`) is told this once and kept nowhere. Whoever holds it acts as the client.
   * It takes the place of one that has expired when there are 5.
   *
   * @throws {VaultError} `not_found`; `conflict` with reason `access_key_limit` when there are 5 that live; `invalid_request` naming `expiresAt`;
   * `permission_denied` with reason `grant_missing` when `by` is another than the client and may not give what the client holds.
   */
  createAccessKey(clientId: string, options?: NewKeyOptions): Promise<NewAccessKey>
  /**
   * Takes the public half of a key that the client made itself, so that the private half never leaves it.
   *
   * @param publicKey - base64 of the SPKI DER of an Ed25519 public key.
   * @throws {VaultError} As `createAccessKey`; `invalid_request` naming `publicKey`; `conflict` when the client has this key.
   */
  addVerificationKey(clientId: string, publicKey: string, options?: NewKeyOptions): Promise<VerificationKey>
  /** @throws {VaultError} `not_found` for the client or the key. */
  deleteAccessKey(clientId: string, keyId: string): Promise<void>
  /**
   * The key that a token names, to verify it with; undefined when client or key is gone, or the key has expired. What this process deleted is
   * gone at once, what another deleted within a second.
   *
   * @param options.used - Whether a token of it was verified: then `lastUsed` is kept, to the hour and behind the call. Default false.
   * @throws {VaultError} `store_unavailable`.
   */
  findVerificationKey(clientId: string, keyId: string, options?: { readonly used?: boolean }): Promise<VerificationKey | undefined>
}

export interface NewKeyOptions extends ChangeOptions {
  /** From then on the key's tokens are refused. Default: it does not expire. */
  readonly expiresAt?: Date
}

export interface NewAccessKey {
  readonly keyId: string
  readonly clientId: string
  /** ISO 8601. */
  readonly generationDate: string
  /** ISO 8601. Absent: it does not expire. */
  readonly expiresAt?: string
  /** Secret. */
  readonly accessKey: string
}
