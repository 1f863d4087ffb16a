import type { Actor } from '@holdfast/vault-core'

/** Who sent a request, as its bearer token proved. */
export interface Caller {
  readonly kind: 'service_client' | 'user'
  /** Client id or user id: the subject of permission checks. */
  readonly id: string
}

/** The caller, as events tell of him. */
export function actorOf({ kind, id }: Caller): Actor {
  return { kind, id }
}
