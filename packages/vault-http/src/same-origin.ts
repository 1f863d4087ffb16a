import { VaultError } from '@holdfast/vault-core'
import type { VaultRequest } from './vault-request.js'

/**
 * Lets a form go on that one of our own pages sent.
 *
 * @throws {VaultError} `permission_denied` for one from elsewhere.
 */
export function requireSameOrigin(request: VaultRequest, origin: string): void {
  const site = request.headers.get('sec-fetch-site')
  // Browsers of before 2023 tell the origin alone.
  if (site === 'same-origin' || (site === null && request.headers.get('origin') === origin)) return
  throw new VaultError(
    'permission_denied',
    'A flow may be begun from the application’s own pages only. Open the application and connect from there.',
  )
}
