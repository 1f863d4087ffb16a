/** Work to be done at least once after a write: revocations, webhooks. */
export interface NewOutboxJob {
  readonly tenant: string
  readonly id: string
  readonly topic: string
  /** Jobs of one topic with the same key are done one after the other, oldest first. A key like any other; without one a job waits for no other. */
  readonly orderingKey?: string
  /** Sealed. */
  readonly data: Uint8Array
}

export interface OutboxJob extends NewOutboxJob {
  /** How often it was leased, this time included; also the fence of this lease. */
  readonly attempt: number
}

export interface OutboxDepth {
  readonly jobs: number
  /** Store time at which the oldest of them was added; null where there is none, or none of which that is known. */
  readonly oldestAtMs: number | null
}

export interface OutboxStore {
  /**
   * Adds jobs; one whose tenant and id are there already is left as it is. What goes with a write (`Companions.outbox`) takes
   * its place after that write took effect: jobs of one row stand in the order of its writes.
   */
  add(jobs: readonly NewOutboxJob[]): Promise<void>
  /**
   * Hands each available job to one caller for `leaseMs`, oldest first. One with an ordering key is not available as long as
   * an older one of its topic and key is there, waiting or leased: of these there is never more than one in hand.
   */
  lease(query: {
    readonly tenant: string
    readonly topics: readonly string[]
    readonly limit: number
    readonly leaseMs: number
  }): Promise<readonly OutboxJob[]>
  /** How many jobs of these topics are there, waiting or leased. For metrics. */
  depth(query: { readonly tenant: string; readonly topics: readonly string[] }): Promise<OutboxDepth>
  /** Removes the job if this attempt still holds it. */
  complete(job: { readonly tenant: string; readonly id: string; readonly attempt: number }): Promise<boolean>
  /** Makes the job available again after `delayMs` if this attempt still holds it. */
  retry(job: { readonly tenant: string; readonly id: string; readonly attempt: number; readonly delayMs: number }): Promise<boolean>
}
