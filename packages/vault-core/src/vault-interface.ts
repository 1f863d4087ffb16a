import type { Connections } from './connections/connections.js'
import type {
  ConnectionSelector,
  CredentialInfo,
  CredentialSelector,
  Credentials,
  GetCredentialsOptions,
} from './credentials/credentials.js'
import type { DisconnectOptions } from './credentials/disconnect.js'
import type { ImportCredentialOptions, ImportedCredential, ImportOutcome } from './credentials/import-credential.js'
import type { ListCredentialsQuery } from './credentials/list-credentials.js'
import type { RevokeAllOptions, RevokeAllReport } from './credentials/revoke-all.js'
import type { KeyStatus } from './crypto/key-status.js'
import type { KeyRotationReport, RotateKeysOptions } from './crypto/rotate-keys.js'
import type { CustomerTenants } from './directory/customer-tenants.js'
import type { Users } from './directory/users.js'
import type { FetchTarget } from './fetch/vault-fetch.js'
import type { Authorization } from './oauth/authorization-flow.js'
import type { AccessRecords } from './permissions/access-records.js'
import type { Groups } from './permissions/groups.js'
import type { Permissions } from './permissions/permissions.js'
import type { Roles } from './permissions/roles.js'
import type { SweepReport } from './refresh/sweeper.js'
import type { BootstrapAdministratorOptions } from './service-clients/bootstrap-administrator.js'
import type { NewAccessKey, ServiceClients } from './service-clients/service-clients.js'
import type { Page } from './storage/contract.js'

/** What `createVault` makes: everything that an application does with its users' credentials. */
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
  getCredentials(selector: CredentialSelector | ConnectionSelector, options?: GetCredentialsOptions): Promise<Credentials>
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
   * Lists what may be shown of credentials: those of a user, of a connection, of a status. Labels are there for those of
   * one user alone, as each user's are sealed under a key of his own; no token is opened.
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
   * Takes over tokens that another library has kept until now. Nothing is asked of the provider: a wrong token shows when it is first used. See the guide
   * "Import credentials".
   *
   * @throws {VaultError} `invalid_request`, naming each bad field; `connection_not_found`; `store_unavailable`; `conflict`.
   * @example
   * ```ts
   * await vault.importCredential({ connectionId: 'google', userId, refreshToken, accessToken, expiresAt, scope, subject: account.accountId })
   * ```
   */
  importCredential(credential: ImportedCredential, options?: ImportCredentialOptions): Promise<ImportOutcome>
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
