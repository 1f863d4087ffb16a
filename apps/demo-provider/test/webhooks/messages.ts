import type { StorePlace } from '../stampede/worker-messages.ts'

/** What a process with a vault is started with, as JSON. */
export interface SenderSetup {
  readonly place: StorePlace
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** base64 */
  readonly key: string
  readonly receiverUrl: string
  readonly webhookSecret: string
  /** It is killed at the moment at which it would first send: the write was made, and nothing has left. */
  readonly diesBeforeSending: boolean
  /** By how much the store's clock is ahead. */
  readonly aheadMs: number
}

/** Longer than a job is leased for: what a dead process had in hand is free again. */
export const ELAPSED_MS = 61_000

/** What such a process is asked to do with the credentials of these users; or to let the store's clock run ahead. */
export interface SenderTask {
  readonly id: number
  readonly what: 'refresh' | 'disconnect' | 'elapse'
  readonly userIds: readonly string[]
}

export interface SenderAnswer {
  readonly id: number
}

/** What the receiver is started with, as JSON. */
export interface ReceiverSetup {
  readonly port: number
  readonly webhookSecret: string
}

/** What arrived at the receiver, once its signature was checked, and before it was answered. */
export interface Arrival {
  readonly eventId: string
  readonly type: string
  readonly userId: string | undefined
}
