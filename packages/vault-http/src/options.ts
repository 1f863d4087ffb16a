import { type ConnectionProperties, type Log, type Vault, VaultError } from '@holdfast/vault-core'
import { parseReturnToRules, type ReturnToRule } from './return-to.js'

/** What a host application gives {@link createVaultHandler}. `Context` is whatever it passes along with each request. */
export interface VaultHandlerOptions<Context = undefined> {
  readonly vault: Vault
  /**
   * Where browsers and services reach the vault: origin, and the path it is mounted under if any, `https://app.example.com/vault` for one.
   * Never guessed from headers, which a client can set.
   */
  readonly publicUrl: string
  /** Who is signed in to the host application. Undefined when nobody is. */
  readonly identify: (request: Request, context: Context) => string | undefined | Promise<string | undefined>
  /** Where users may be sent after connecting: origins with a path prefix (`https://app.example.com/settings`). Default: anywhere on `publicUrl`'s origin. */
  readonly allowedReturnTo?: readonly string[]
  /** Connection properties for a flow about to begin, over the connection's defaults. Never taken from the request by the vault itself. */
  readonly connectionProperties?: (connectionId: string, request: Request, context: Context) => ConnectionProperties | undefined
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
  readonly origin: string
  /** Without trailing slash; empty at the root. */
  readonly basePath: string
  readonly identify: (request: Request, context: Context) => Promise<string | undefined>
  readonly returnToRules: readonly ReturnToRule[]
  readonly connectionProperties: (connectionId: string, request: Request, context: Context) => ConnectionProperties | undefined
  readonly issuerOrigins: ReadonlySet<string>
  readonly accessTokenMaxAgeS: number
  readonly log: Log | undefined
  readonly now: () => number
  /** Cookies are `Secure` and carry the `__Host-` prefix: all but http on loopback. */
  readonly secureCookies: boolean
}

const DAY_S = 86_400

/** @throws {VaultError} `invalid_configuration`, naming the bad option. */
export function parseHandlerOptions<Context>(options: VaultHandlerOptions<Context>): HandlerSettings<Context> {
  const url = parsePublicUrl(options.publicUrl)
  if (!options.vault) throw invalid('vault', 'is missing: pass what createVault returned')
  if (typeof options.identify !== 'function') throw invalid('identify', 'must be a function that tells who is signed in')
  const identify = options.identify
  return {
    vault: options.vault,
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    identify: async (request, context) => checkUserId(await identifyOrFail(() => identify(request, context))),
    returnToRules: parseReturnToRules(options.allowedReturnTo ?? [url.origin]),
    connectionProperties: options.connectionProperties ?? (() => undefined),
    issuerOrigins: new Set([...namesOf(url), ...(options.issuerOrigins ?? []).map((origin) => parseOrigin(origin))]),
    accessTokenMaxAgeS: options.accessTokenMaxAgeS ?? DAY_S,
    log: options.log,
    now: options.now ?? (() => Date.now()),
    secureCookies: url.protocol === 'https:',
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

/** A user of the host application must not be able to pose as a service client, whose ids begin with `sc_`. */
function checkUserId(userId: string | undefined): string | undefined {
  if (userId === undefined || userId === '') return undefined
  if (typeof userId !== 'string') throw invalid('identify', 'must return a string or undefined')
  if (userId.startsWith('sc_'))
    throw invalid('identify', 'returned a user id that begins with "sc_", which names service clients; map it to another id')
  return userId
}

function invalid(field: string, problem: string): VaultError {
  return new VaultError('invalid_configuration', `\`${field}\` ${problem}.`, { fields: { [field]: problem } })
}
