import { HttpError } from '../http-error.js'
import { readBodyText } from '../request-bytes.js'
import type { VaultRequest } from '../vault-request.js'

/** What the forms of the vault's own pages send. */
export interface LoginForm {
  /** Sealed. */
  readonly request: string
  readonly connection: string | undefined
}

/** @throws {HttpError} `unsupported_media_type`, `request_too_large`. */
export async function readLoginForm(request: VaultRequest): Promise<LoginForm> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers.get('content-type') ?? ''))
    throw new HttpError('unsupported_media_type', 'The body must be a form. Send it with content type application/x-www-form-urlencoded.')
  const form = new URLSearchParams(await readBodyText(request))
  return { request: form.get('request') ?? '', connection: form.get('connection') ?? undefined }
}
