import { toBase64url } from '../crypto/base64.js'
import type { SealContext, Sealer } from '../crypto/sealer.js'
import { VaultError } from '../errors.js'
import type { VaultEvent } from '../events/vault-event.js'
import type { NewOutboxJob } from '../storage/contract.js'
import { bodyOf, lineOf } from './webhook-message.js'
import type { ParsedEndpoint } from './webhook-options.js'

/** What is sent: the event's id and its body. */
export interface WebhookMessage {
  readonly id: string
  readonly type: string
  readonly body: string
}

/** Events as jobs of the outbox, one for each endpoint, sealed under the tenant's key. */
export interface WebhookJobs {
  jobOf(event: VaultEvent, endpoint: ParsedEndpoint): Promise<NewOutboxJob>
  /** @throws {VaultError} `decryption_failed`; `store_unavailable` when the key cannot be had now. */
  open(job: Pick<NewOutboxJob, 'id' | 'data'>): Promise<WebhookMessage>
}

/** The topic of an endpoint's jobs. */
export function topicOf({ id }: Pick<ParsedEndpoint, 'id'>): string {
  return `webhook:${id}`
}

export function createWebhookJobs({ sealer, tenant }: { readonly sealer: Sealer; readonly tenant: string }): WebhookJobs {
  return {
    async jobOf(event, endpoint) {
      // It follows from the event: a write that is made again brings no second job along.
      const id = `${event.id}.${endpoint.id}`
      const line = lineOf(event)
      const message: WebhookMessage = { id: event.id, type: event.type, body: bodyOf(event) }
      return {
        tenant,
        id,
        topic: topicOf(endpoint),
        // The names in it are no secret, but need not stand in another table after a user was forgotten.
        ...(line && { orderingKey: toBase64url(await sealer.fingerprint('', JSON.stringify(line))) }),
        data: await sealer.seal(contextOf(id), new TextEncoder().encode(JSON.stringify({ v: 1, ...message }))),
      }
    },
    async open({ id, data }) {
      const text = new TextDecoder().decode(await sealer.open(contextOf(id), data))
      const { v, ...message } = JSON.parse(text) as WebhookMessage & { readonly v: number }
      if (v !== 1) throw new VaultError('decryption_failed', 'A webhook that waits was made by a later version. Send it with that.')
      return message
    },
  }
}

/** Under the tenant's key: what is told of a user is sent also when his own key has been destroyed. */
function contextOf(jobId: string): SealContext {
  return { userId: '', connectionId: '', accountId: '', field: `outbox/webhook/${jobId}`, epoch: 0, secretRev: 0 }
}
