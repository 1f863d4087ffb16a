import type { Secret } from '../secret.js'

/** A token that may be handed out: what a refresh yields, whether it was read from the row or comes straight from the provider. */
export interface AccessGrant {
  readonly accessToken: Secret
  readonly tokenType: string
  readonly scope: string | null
  readonly issuedAtMs: number
  readonly expiresAtMs: number | null
}
