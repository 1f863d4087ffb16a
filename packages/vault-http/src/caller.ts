import type { Actor } from '@holdfast/vault-core'

/** Who sent a request, as its bearer token proved, and what else is known of him where events are kept or heard of. */
export interface Caller extends Actor {
  readonly kind: 'service_client' | 'user'
  /** Client id or user id: the subject of permission checks. */
  readonly id: string
}
