import type { Actor } from '../events/actor.js'
import type { ConnectionProperties } from '../model/connection.js'

export interface StartAuthorization {
  readonly connectionId: string
  /** Who connects. Absent for a sign-in: who it is comes from the provider, and `complete` needs `resolveUser`. */
  readonly userId?: string
  /** Where the provider sends the browser back to; registered there. https, or http on loopback. */
  readonly redirectUri: string
  /** Merged over the connection's defaults. May not name a parameter that the protocol needs (`client_id`, `state`, …). */
  readonly connectionProperties?: ConnectionProperties
  /** Kept with the flow and returned by `complete`. The caller checks it against his allow-list first. */
  readonly returnTo?: string
  /**
   * Text of the caller's own, sealed with the flow and returned by `complete`, also in the facts of its errors, which may be logged: nothing
   * secret. With it `complete` asks `resolveUser`. At most 8,000 characters.
   */
  readonly context?: string
  /**
   * False for a browser in which no cookie can be set when the flow begins: then nothing but `state` ties the callback to it. Refused unless
   * `redirectUri` is http on loopback. Default true.
   */
  readonly boundToBrowser?: boolean
  /**
   * The account that is to consent (again), as `listCredentials` names it: the user who signs in at the provider with another one is refused with
   * reason `other_account`. Default: any; the one that is connected gets its new credential, and another one is added.
   */
  readonly accountId?: string
  /**
   * True when the user means to connect another account, whatever the state of the one that he has. Default false: while the default account waits
   * for its consent, another one is refused, so that an application that knows of one account alone does not ask in vain again and again.
   */
  readonly addAccount?: boolean
  /** Whether another account of the provider may take the place of the default one. Default false. Not beside `accountId` or `addAccount`. */
  readonly replaceAccount?: boolean
}

/** Who the user is at the provider: claims of a checked ID token, or what the userinfo endpoint or the token response says of the token's owner. */
export interface ProviderIdentity {
  readonly connectionId: string
  /** `iss` of the ID token; undefined when it is from elsewhere. */
  readonly issuer: string | undefined
  /** `sub`; undefined where a provider that is not one of OpenID Connect says none. */
  readonly subject: string | undefined
  readonly claims: Readonly<Record<string, unknown>>
  readonly source: 'id_token' | 'userinfo' | 'token_response'
}

export interface StartedAuthorization {
  /** Send the browser here. */
  readonly authorizationUrl: string
  /** Opaque, in the URL too; names the flow's cookie. */
  readonly state: string
  /** Secret of this browser: keep it in an HttpOnly cookie, hand it to `complete`. */
  readonly flowBinding: string
  readonly expiresAt: Date
}

export interface CompleteAuthorization {
  /** The whole URL that the provider sent the browser to. */
  readonly callbackUrl: string
  /** From the cookie of the browser that came back; undefined when it has none. */
  readonly flowBinding: string | undefined
  /** The user who is signed in now. When given it must be the user who began. */
  readonly userId?: string
  /** Who brings the callback, for the events that tell of it. Default: the user. */
  readonly actor?: Actor
  /**
   * Tells whose the credential is, before it is stored. Asked for flows with a `context` alone. What it throws ends the flow, and nothing is stored.
   */
  readonly resolveUser?: (
    identity: ProviderIdentity,
    flow: { readonly connectionId: string; readonly userId: string | undefined; readonly context: string },
  ) => string | Promise<string>
}

export interface CompletedAuthorization {
  readonly connectionId: string
  readonly userId: string
  /** The account at the provider, where it said which; else `default`. */
  readonly accountId: string
  readonly scope: string | undefined
  readonly expiresAt: Date | undefined
  readonly hasRefreshToken: boolean
  readonly returnTo: string | undefined
  readonly context: string | undefined
}

/** As in {@link StartAuthorization}, where the user consents on another device. */
export interface StartDeviceAuthorization
  extends Pick<StartAuthorization, 'connectionId' | 'connectionProperties' | 'accountId' | 'addAccount' | 'replaceAccount'> {
  readonly userId: string
}

/** What to show the user, and what to ask with. */
export interface StartedDeviceAuthorization {
  /** To be typed in at `verificationUri`. */
  readonly userCode: string
  readonly verificationUri: string
  /** The same with the code in it, for a QR code. Undefined where the provider gives none. */
  readonly verificationUriComplete: string | undefined
  readonly expiresAt: Date
  /** Milliseconds to wait before each {@link Authorization.pollDevice}. */
  readonly intervalMs: number
  /** Secret: whoever has it finishes the flow. Names it to {@link Authorization.pollDevice}, in whatever process. */
  readonly handle: string
}

export interface PollDevice {
  readonly handle: string
  /** The user who is signed in now. When given it must be the user who began. */
  readonly userId?: string
  /** For the events that tell of it. Default: the user. */
  readonly actor?: Actor
}

export type PolledDevice =
  /** Nobody has decided yet, or somebody else is asking. Ask again after `retryAfterMs`. */
  | { readonly status: 'pending'; readonly retryAfterMs: number }
  | ({ readonly status: 'connected' } & Omit<CompletedAuthorization, 'returnTo' | 'context'>)

/** One trip to the provider and back. */
export interface Authorization {
  /**
   * Begins a flow: authorization code with PKCE S256, `state`, and `nonce` for OpenID Connect (an `issuer`, and `openid` in
   * the scope). Good for one use within 10 minutes, in the browser that keeps `flowBinding`.
   *
   * @throws {VaultError} `connection_not_found`; `invalid_request` naming each bad argument; `provider_unavailable` when the
   * provider's metadata cannot be had now; `invalid_configuration` when they do not fit the connection; `store_unavailable`.
   * @see {@link https://www.rfc-editor.org/rfc/rfc7636 RFC 7636}
   * @example
   * ```ts
   * const flow = await vault.authorization.start({ connectionId: 'google', userId, redirectUri })
   * response.cookie(`flow_${flow.state}`, flow.flowBinding, { httpOnly: true, secure: true, sameSite: 'lax', expires: flow.expiresAt })
   * response.redirect(303, flow.authorizationUrl)
   * ```
   */
  start(request: StartAuthorization): Promise<StartedAuthorization>
  /**
   * Takes the callback: checks state, browser, user, `iss` (RFC 9207), exchanges the code, checks the ID token, stores the
   * credential sealed. The state is spent first and for good, also when the browser or the user is the wrong one.
   *
   * @throws {VaultError} `authorization_flow_invalid` for a callback of no live flow of this browser and user;
   * `authorization_denied`; `authorization_response_invalid` (with `reason`); `provider_rejected_client`;
   * `provider_unavailable`; `invalid_request`; `connection_not_found`; `invalid_configuration`; `store_unavailable`;
   * `decryption_failed`. Once the browser is known to be the right one, `facts.returnTo` and `facts.context` say what the flow was begun with.
   * `authorization_response_invalid` has reason `other_account` when the user signed in with another account than the flow was begun for, or than
   * the one that waits for consent; not for a sign-in.
   */
  complete(request: CompleteAuthorization): Promise<CompletedAuthorization>
  /**
   * Begins a flow for a device on which nobody can sign in: the user does so elsewhere, with the code that is shown to him (RFC 8628). The connection
   * needs `deviceAuthorizationEndpoint`, or an issuer that names one. Of the connection's own properties `scope` is sent alone.
   *
   * @throws {VaultError} `connection_not_found`; `invalid_request` naming each bad argument; `invalid_configuration` without an endpoint;
   * `provider_rejected_client`; `provider_unavailable`; `store_unavailable`.
   * @see {@link https://www.rfc-editor.org/rfc/rfc8628 RFC 8628}
   * @example
   * ```ts
   * const flow = await vault.authorization.startDevice({ connectionId: 'github', userId })
   * console.log(`Open ${flow.verificationUri} and type ${flow.userCode}`)
   * await vault.authorization.waitForDevice({ handle: flow.handle })
   * ```
   */
  startDevice(request: StartDeviceAuthorization): Promise<StartedDeviceAuthorization>
  /**
   * Asks once whether the user has consented, and stores the credential if he has. Asked too soon, or by several at a time, it says `pending` and
   * sends nothing.
   *
   * @throws {VaultError} `authorization_flow_invalid` for a handle of no live flow of this user: it ended, or was finished; `authorization_denied`;
   * `authorization_response_invalid` (with `reason`); `provider_rejected_client`; `provider_unavailable`, after which to ask again; `store_unavailable`.
   */
  pollDevice(request: PollDevice): Promise<PolledDevice>
  /**
   * Asks again and again until it is decided. A provider that fails for a while is asked less often.
   *
   * @throws {VaultError} As {@link Authorization.pollDevice}, but for `provider_unavailable`. The signal's reason when it aborts: the flow goes on.
   */
  waitForDevice(request: PollDevice & { readonly signal?: AbortSignal }): Promise<Omit<CompletedAuthorization, 'returnTo' | 'context'>>
}
