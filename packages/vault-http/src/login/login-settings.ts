import { extensionOf, type Runtime, type Vault, VaultError } from '@holdfast/vault-core'
import type { Login } from '@holdfast/vault-login'

/** What a handler is told about sign-in through the vault. */
export interface LoginHandlerOptions {
  /**
   * Sign-in through the vault's connections, as `createLogin` of `@holdfast/vault-login` made it. With it the vault answers `/api/…`, `/login` and
   * `/logout`, and takes the access tokens of its users wherever it takes bearer tokens. `publicUrl` is the login's, and has no path.
   */
  readonly login?: Login
  /**
   * The parent domain of the vault and of the applications, `example.com` for one, whose hosts all get the cookies `user`, `authorization` and
   * `auth-code`. Default: the vault's own host alone; applications on other hosts get their tokens by a code or from `/api/session`.
   */
  readonly cookieDomain?: string
  /**
   * Whether those who begin a sign-in, or redeem its code, must send the small proof of work of the published browser SDK. Default true. False for
   * applications whose servers do it, which send none; one that is sent is checked still.
   */
  readonly requireProofOfWork?: boolean
}

/** The same as the routes use it. */
export interface LoginSettings {
  readonly login: Login
  readonly vaultUrl: URL
  readonly cookieDomain: string | undefined
  readonly requireProofOfWork: boolean
  /** Cookies are `Secure`, and carry a prefix where they can. */
  readonly secure: boolean
  /** The vault's own: what its sealed texts and tokens are timed by. */
  readonly runtime: Runtime
}

/** @throws {VaultError} `invalid_configuration`, naming the bad option. */
export function parseLoginSettings(
  { login, cookieDomain, requireProofOfWork = true }: LoginHandlerOptions,
  vaultUrl: URL,
  vault: Vault,
): LoginSettings | undefined {
  if (login === undefined) {
    if (cookieDomain !== undefined) throw invalid('cookieDomain', 'is of no use without `login`')
    return undefined
  }
  if (vaultUrl.pathname !== '/') throw invalid('publicUrl', 'must have no path when `login` is given: its clients call `<origin>/api`')
  if (login.issuer !== vaultUrl.origin) throw invalid('publicUrl', 'must have the origin that `createLogin` was given as `publicUrl`')
  if (cookieDomain !== undefined && !isParentDomain(cookieDomain, vaultUrl))
    throw invalid('cookieDomain', 'must be the host of `publicUrl`, which is of https, or a domain above it, such as example.com')
  return {
    login,
    vaultUrl,
    cookieDomain,
    requireProofOfWork,
    secure: vaultUrl.protocol === 'https:',
    runtime: extensionOf(vault).runtime,
  }
}

function isParentDomain(domain: string, { protocol, hostname }: URL): boolean {
  const isDomain = typeof domain === 'string' && /^(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*$/.test(domain)
  return isDomain && protocol === 'https:' && (hostname === domain || hostname.endsWith(`.${domain}`))
}

function invalid(field: string, problem: string): VaultError {
  return new VaultError('invalid_configuration', `\`${field}\` ${problem}.`, { fields: { [field]: problem } })
}
