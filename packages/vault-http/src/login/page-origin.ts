import { VaultError } from '@holdfast/vault-core'
import type { VaultRequest } from '../vault-request.js'
import type { LoginSettings } from './login-settings.js'

/** The origin of the page whose script asks. Undefined for what is no browser, and for a page that may read its own host's answers with GET. */
export function pageOrigin({ headers }: VaultRequest): string | undefined {
  return headers.get('origin') ?? undefined
}

/**
 * Lets go on what came from a page of the vault's own host or of an application, or from no page.
 *
 * @throws {VaultError} `permission_denied`.
 */
export function refuseForeignOrigin(settings: LoginSettings, request: VaultRequest): void {
  const origin = pageOrigin(request)
  if (origin !== undefined && !isKnown(settings, origin)) throw foreignOrigin()
}

/**
 * Lets go on what certainly came from such a page: asked of all that changes something for whoever the cookie names. A browser tells the origin with
 * every request that is not a GET.
 *
 * @throws {VaultError} `permission_denied`.
 */
export function requireKnownOrigin(settings: LoginSettings, request: VaultRequest): void {
  const origin = pageOrigin(request)
  if (origin === undefined || !isKnown(settings, origin)) throw foreignOrigin()
  // A browser that says so would contradict itself.
  if (origin === settings.login.issuer && request.headers.get('sec-fetch-site') === 'cross-site') throw foreignOrigin()
}

/**
 * Lets go on what came from a page of the vault's own host or of the application that the session belongs to, or from no page: what the cookie of a
 * session opens is not for the pages of other applications.
 *
 * @throws {VaultError} `permission_denied`.
 */
export function refuseOtherApplication(settings: LoginSettings, request: VaultRequest, applicationId: string): void {
  if (isPageOf(settings, pageOrigin(request), applicationId)) return
  throw new VaultError('permission_denied', 'The session belongs to another application. Sign in to this one, or send its access token.')
}

/** Whether what the cookie of this application's session opens is for such a page: one of the vault's own host or of the application, or none. */
export function isPageOf({ login }: LoginSettings, origin: string | undefined, applicationId: string): boolean {
  if (origin === undefined || origin === login.issuer) return true
  const application = login.applications.find(applicationId)
  return application !== undefined && login.applications.isOriginOf(application, origin)
}

function isKnown({ login }: LoginSettings, origin: string): boolean {
  return origin === login.issuer || login.applications.allowsOrigin(origin)
}

export function foreignOrigin(): VaultError {
  return new VaultError(
    'permission_denied',
    'This may be asked from the pages of a registered application only. Add their origin to the application’s `origins`.',
  )
}
