import type { VaultEvent } from '../../src/index.js'
import { verifyWebhook } from '../../src/webhooks/index.js'

export const RECEIVER = 'https://app.example/webhooks'
export const SECRET: string = `whsec_${btoa('canary-of-24-bytes-or-so')}`

/** A request that reached the receiver. */
export interface ReceivedWebhook {
  readonly url: string
  readonly headers: Headers
  readonly body: string
  /** After its signature was checked. */
  readonly event: VaultEvent
  readonly atMs: number
}

/** An endpoint behind an injected `fetch`, made to fail on demand. The real one is in the `*.node.test.ts` files. */
export interface FaultyReceiver {
  readonly fetch: typeof globalThis.fetch
  readonly received: readonly ReceivedWebhook[]
  /** What it answers. Default: 204. */
  answers: (received: ReceivedWebhook) => Response | Promise<Response>
  /** Types, in the order in which they came. */
  types(): readonly string[]
}

export function faultyReceiver(clock: { now(): number }, otherwise: typeof globalThis.fetch, secret: string = SECRET): FaultyReceiver {
  const received: ReceivedWebhook[] = []
  const receiver: FaultyReceiver = {
    received,
    answers: () => new Response(null, { status: 204 }),
    types: () => received.map(({ event }) => event.type),
    async fetch(input, init) {
      const url = String(input)
      if (!url.startsWith('https://app.example/')) return otherwise(input, init)
      const headers = new Headers(init?.headers)
      const body = String(init?.body)
      const one = { url, headers, body, event: verifyWebhook({ secret, headers, body, clock }), atMs: clock.now() }
      received.push(one)
      return receiver.answers(one)
    },
  }
  return receiver
}
