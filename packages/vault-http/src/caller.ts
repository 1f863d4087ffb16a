/** Who sent a request, as its bearer token proved. */
export interface Caller {
  readonly kind: 'service_client' | 'user'
  /** Client id or user id: the subject of permission checks. */
  readonly id: string
}
