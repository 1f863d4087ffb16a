import {
  type ConnectionProperties,
  extensionOf,
  type Log,
  unknownFields,
  type Vault,
  VaultError,
  type VaultExtension,
} from '@holdfast/vault-core'
import { parseAllowedScopes } from './allowed-scopes.js'
import { type ClientAddress, createClientAddress } from './client-address.js'
import { parseAllowedOrigins } from './cors.js'
import { createHandOutGuard, type HandOutGuard } from './hand-outs/hand-out-guard.js'
import type { HandOutOptions } from './hand-outs/hand-out-options.js'
import { type LoginHandlerOptions, type LoginSettings, parseLoginSettings } from './login/login-settings.js'
import { verifyAnyUser } from './login/verify-any-user.js'
import { type ProxyOptions, type ProxySettings, parseProxyOptions } from './proxy/proxy-options.js'
import type { RateLimiter } from './rate-limit/rate-limiter.js'
import { createRateLimits, type RateLimits } from './rate-limit/rate-limits.js'
import { parseReturnToRules, type ReturnToRule } from './return-to.js'
import { checkUserId } from './user-id.js'
import type { VaultRequest } from './vault-request.js'
import { createVerifiedTokens, type VerifiedTokens } from './verified-tokens.js'

/** What a host application gives {@link createVaultHandler}. `Context` is whatever it passes along with each request. */
export interface VaultHandlerOptions<Context = undefined, Incoming extends VaultRequest = Request> extends LoginHandlerOptions {
  readonly vault: Vault
  /**
   * Where browsers and services reach the vault: origin, and the path it is mounted under if any, `https://app.example.com/vault` for one.
   * Never guessed from headers, which a client can set.
   */
  readonly publicUrl: string
  /** Who is signed in to the host application. Undefined when nobody is. */
  readonly identify: (request: Incoming, context: Context) => string | undefined | Promise<string | undefined>
  /**
   * The user whom a bearer token of the host's own sign-in names, so that users, too, may call the API. Undefined, or a throw, when the token is
   * not valid: check signature, issuer, audience and expiry. Tokens of service clients never come here. Default: users cannot call.
   */
  readonly verifyUserToken?: (token: string) => string | undefined | Promise<string | undefined>
  /** Where users may be sent after connecting: origins with a path prefix (`https://app.example.com/settings`). Default: anywhere on `publicUrl`'s origin. */
  readonly allowedReturnTo?: readonly string[]
  /** Connection properties for a flow about to begin, over the connection's defaults. Never taken from the request by the vault itself. */
  readonly connectionProperties?: (connectionId: string, request: Incoming, context: Context) => ConnectionProperties | undefined
  /**
   * Scopes that a user may be asked for besides those of the connection, by connection: `/connect/{connectionId}?scope=…` asks for those of them that
   * it names. Default: none. `requireCredentials` of `@holdfast/vault-express` adds those that it requires.
   */
  readonly allowedScopes?: Readonly<Record<string, readonly string[]>> | ((connectionId: string) => readonly string[])
  /** Exact origins whose scripts may call the JSON API, `https://app.example.com`. Default: none. */
  readonly allowedOrigins?: readonly string[]
  /**
   * Limits how often a client may ask; false for never. Asked about every request but health checks. One that throws lets the request through, and the
   * log is told. Default: token buckets in memory, for those alone who prove nothing (public routes, bad tokens): 100 requests, 10 a second after.
   */
  readonly rateLimit?: RateLimiter | false
  /** The address of the client, from the connection or from a proxy that the host trusts: what strangers are limited by. Default: unknown. */
  readonly clientAddress?: (request: Incoming, context: Context) => string | undefined
  /** Counts whose credentials service clients are handed, and freezes one that is handed too many: `{}` for 1,000 users an hour. Default: none is counted. */
  readonly handOuts?: HandOutOptions
  /**
   * Lets service clients call providers' APIs through the vault, so that a token need never leave it: `{ connections: { google: { methods: ['GET'] } } }`.
   * Default: nothing is proxied, and there is no such route.
   */
  readonly proxy?: ProxyOptions
  /** Further origins that may stand in the `iss` of a service client's token, besides `publicUrl`'s (and, if that is loopback, its other names). */
  readonly issuerOrigins?: readonly string[]
  /** Oldest token of a service client that is accepted, seconds since `iat`. Default 24 hours, as the published SDK reuses its tokens that long. */
  readonly accessTokenMaxAgeS?: number
  readonly log?: Log
  /** Epoch milliseconds. Default: the system's clock. */
  readonly now?: () => number
}

/** The options as the routes use them: checked, with defaults. */
export interface HandlerSettings<Context> {
  readonly vault: Vault
  /** The vault's own, for what happens here. */
  readonly recorder: VaultExtension['recorder']
  readonly origin: string
  /** Without trailing slash; empty at the root. */
  readonly basePath: string
  readonly identify: (request: VaultRequest, context: Context) => Promise<string | undefined>
  /** Undefined when neither the host nor a sign-in through the vault has tokens of users. */
  readonly verifyUserToken: ((token: string) => Promise<string | undefined>) | undefined
  readonly verifiedTokens: VerifiedTokens
  readonly returnToRules: readonly ReturnToRule[]
  readonly connectionProperties: (connectionId: string, request: VaultRequest, context: Context) => ConnectionProperties | undefined
  readonly allowedScopes: (connectionId: string) => readonly string[]
  readonly allowedOrigins: ReadonlySet<string>
  readonly clientAddress: ClientAddress<Context>
  readonly rateLimits: RateLimits<Context>
  /** Undefined when nobody counts. */
  readonly handOuts: HandOutGuard | undefined
  /** Undefined when nothing is proxied. */
  readonly proxy: ProxySettings | undefined
  readonly issuerOrigins: ReadonlySet<string>
  readonly accessTokenMaxAgeS: number
  readonly log: Log | undefined
  readonly now: () => number
  /** Cookies are `Secure` and carry the `__Host-` prefix: all but http on loopback. */
  readonly secureCookies: boolean
  /** Undefined when nobody signs in through the vault. */
  readonly login: LoginSettings | undefined
}

const KNOWN: readonly (keyof VaultHandlerOptions)[] = [
  'vault',
  'publicUrl',
  'identify',
  'verifyUserToken',
  'allowedReturnTo',
  'connectionProperties',
  'allowedScopes',
  'allowedOrigins',
  'rateLimit',
  'clientAddress',
  'handOuts',
  'proxy',
  'issuerOrigins',
  'accessTokenMaxAgeS',
  'log',
  'now',
  'login',
  'cookieDomain',
  'requireProofOfWork',
]
const DAY_S = 86_400

/** @throws {VaultError} `invalid_configuration`, naming the bad option. */
export function parseHandlerOptions<Context, Incoming extends VaultRequest>(
  given: VaultHandlerOptions<Context, Incoming>,
): HandlerSettings<Context> {
  // The requests that the options are asked about are those that came in, of whatever kind these are.
  const options = given as unknown as VaultHandlerOptions<Context, VaultRequest>
  for (const [name, problem] of Object.entries(unknownFields(given, KNOWN, 'vault handler'))) throw invalid(name, problem)
  const url = parsePublicUrl(options.publicUrl)
  if (!options.vault) throw invalid('vault', 'is missing: pass what createVault returned')
  if (typeof options.identify !== 'function') throw invalid('identify', 'must be a function that tells who is signed in')
  const { identify, verifyUserToken, rateLimit, accessTokenMaxAgeS = DAY_S, log } = options
  if (rateLimit !== undefined && rateLimit !== false && typeof rateLimit !== 'function')
    throw invalid('rateLimit', 'must be a function that decides, or false for none')
  // One that is no number, as of a variable that is not set, would have every token refused without a word.
  if (!(typeof accessTokenMaxAgeS === 'number' && accessTokenMaxAgeS >= 1 && accessTokenMaxAgeS < Number.POSITIVE_INFINITY))
    throw invalid('accessTokenMaxAgeS', 'must be a number of seconds, at least 1')
  const login = parseLoginSettings(options, url, options.vault)
  const ofHost = verifyUserToken && ((token: string) => verifyOrNobody(() => verifyUserToken(token), log))
  const verify = login ? verifyAnyUser(login, ofHost) : ofHost
  const now = options.now ?? (() => Date.now())
  const clientAddress = createClientAddress(options.clientAddress, log)
  return {
    vault: options.vault,
    recorder: extensionOf(options.vault).recorder,
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    identify: async (request, context) => checkUserId(await identifyOrFail(() => identify(request, context)), 'identify'),
    verifyUserToken: verify && (async (token) => checkUserId(await verify(token), 'verifyUserToken')),
    verifiedTokens: createVerifiedTokens({ now }),
    returnToRules: parseReturnToRules(options.allowedReturnTo ?? [url.origin]),
    connectionProperties: options.connectionProperties ?? (() => undefined),
    allowedScopes: parseAllowedScopes(options.allowedScopes),
    allowedOrigins: parseAllowedOrigins(options.allowedOrigins),
    clientAddress,
    rateLimits: createRateLimits({ rateLimit, clientAddress, now, log }),
    handOuts: options.handOuts && createHandOutGuard({ options: options.handOuts, vault: options.vault, now, log }),
    proxy: options.proxy && parseProxyOptions(options.proxy),
    issuerOrigins: new Set([...namesOf(url), ...(options.issuerOrigins ?? []).map((origin) => parseOrigin(origin))]),
    accessTokenMaxAgeS,
    log,
    now,
    secureCookies: url.protocol === 'https:',
    login,
  }
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

function parsePublicUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const loopback = url !== undefined && LOOPBACK.includes(url.hostname)
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && loopback))) {
    throw invalid('publicUrl', 'must be the absolute https URL at which the vault is reached (http on loopback only)')
  }
  if (url.search || url.hash || url.username || url.password) throw invalid('publicUrl', 'must have no query, fragment or user')
  return url
}

/** One's own origin; loopback goes by three names. */
function namesOf(url: URL): readonly string[] {
  if (!LOOPBACK.includes(url.hostname)) return [url.origin]
  return LOOPBACK.map((name) => `${url.protocol}//${name}${url.port ? `:${url.port}` : ''}`)
}

function parseOrigin(text: string): string {
  if (!URL.canParse(text) || new URL(text).origin !== text)
    throw invalid('issuerOrigins', 'must hold origins only, such as https://vault.example.com')
  return text
}

/** The host's `identify` threw: its error is the host's business, not the vault's. */
export class IdentifyFailure extends Error {}

async function identifyOrFail<T>(identify: () => T | Promise<T>): Promise<T> {
  try {
    return await identify()
  } catch (cause) {
    throw new IdentifyFailure('`identify` threw.', { cause })
  }
}

/** Libraries throw for a token that is not valid. */
async function verifyOrNobody(
  verify: () => string | undefined | Promise<string | undefined>,
  log: Log | undefined,
): Promise<string | undefined> {
  try {
    return await verify()
  } catch (error) {
    log?.debug({ err: error }, 'A bearer token was taken for nobody’s, as `verifyUserToken` threw.')
    return undefined
  }
}

function invalid(field: string, problem: string): VaultError {
  return new VaultError('invalid_configuration', `\`${field}\` ${problem}.`, { fields: { [field]: problem } })
}
