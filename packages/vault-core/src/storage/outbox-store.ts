/** Work to be done at least once after a write: revocations, webhooks. */
export interface NewOutboxJob {
  readonly tenant: string
  readonly id: string
  readonly topic: string
  /** Sealed. */
  readonly data: Uint8Array
}

export interface OutboxJob extends NewOutboxJob {
  /** How often it was leased, this time included; also the fence of this lease. */
  readonly attempt: number
}

export interface OutboxStore {
  /** Adds jobs; one whose tenant and id are there already is left as it is. */
  add(jobs: readonly NewOutboxJob[]): Promise<void>
  /** Hands each available job to one caller for `leaseMs`, oldest first. */
  lease(query: {
    readonly tenant: string
    readonly topics: readonly string[]
    readonly limit: number
    readonly leaseMs: number
  }): Promise<readonly OutboxJob[]>
  /** Removes the job if this attempt still holds it. */
  complete(job: { readonly tenant: string; readonly id: string; readonly attempt: number }): Promise<boolean>
  /** Makes the job available again after `delayMs` if this attempt still holds it. */
  retry(job: { readonly tenant: string; readonly id: string; readonly attempt: number; readonly delayMs: number }): Promise<boolean>
}
