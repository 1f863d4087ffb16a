import { VaultError } from '../errors.js'
import type { EventKeeper } from '../events/event-keeper.js'
import type { VaultEvent } from '../events/vault-event.js'
import type { VaultExtension } from '../extension.js'
import type { NewOutboxJob } from '../storage/contract.js'
import { createDeadLetterBox, type DeadLetterBox, type DeadLetters } from './dead-letters.js'
import { createEndpointSender } from './endpoint-sender.js'
import { createWebhookJobs, topicOf } from './webhook-jobs.js'
import { parseWebhooksOptions, type WebhooksOptions } from './webhook-options.js'

/** For the option `webhooks` of `createVault`. One object serves one vault. */
export interface Webhooks extends EventKeeper {
  readonly deadLetters: DeadLetters
}

/**
 * Sends events to other programs, signed by Standard Webhooks. Each stands in the store's outbox with the change that it tells of, and is sent until
 * the endpoint answers 2xx: at least once, those of one user in order. Every process of a vault may send; give all of them the same endpoints.
 *
 * @throws {VaultError} `invalid_configuration`, naming each bad field.
 * @see {@link https://www.standardwebhooks.com Standard Webhooks}
 * @example
 * ```ts
 * const hooks = webhooks({ endpoints: [{ id: 'app', url: 'https://app.example/webhooks', secret: process.env.WEBHOOK_SECRET }] })
 * const vault = createVault({ store, keyring, connections, webhooks: hooks })
 * ```
 */
export function webhooks(options: WebhooksOptions): Webhooks {
  const parsed = parseWebhooksOptions(options)
  const { endpoints } = parsed
  let bound: DeadLetterBox | undefined

  const bind = (vault: VaultExtension) => {
    if (bound) throw new VaultError('invalid_configuration', 'These webhooks serve a vault already. Make others for another vault.')
    const jobs = createWebhookJobs(vault)
    const deadLetters = createDeadLetterBox(vault, { jobs, endpoints, wake: () => wake() })
    const senders = endpoints.map((endpoint) => ({
      endpoint,
      sender: createEndpointSender(vault, { endpoint, options: parsed, jobs, deadLetters }),
    }))
    bound = deadLetters
    vault.watchTopics(endpoints.map(topicOf))

    const wake = (): void => {
      for (const { sender } of senders) sender.start()
    }

    const jobsOf = async (events: readonly VaultEvent[]): Promise<readonly NewOutboxJob[]> => {
      const wanted = events.flatMap((event) =>
        senders.flatMap(({ endpoint, sender }) => (sender.isOpen && endpoint.events.has(event.type) ? [jobs.jobOf(event, endpoint)] : [])),
      )
      return wanted.length === 0 ? [] : Promise.all(wanted)
    }

    return {
      companionsOf: async (events: readonly VaultEvent[]) => ({ outbox: await jobsOf(events) }),
      async keep(events: readonly VaultEvent[]) {
        const made = await jobsOf(events)
        if (made.length === 0) return
        await vault.outbox.add(made)
        wake()
      },
      wake,
      sweep: async () => void (await Promise.all(senders.map(({ sender }) => sender.run()))),
      drained: async () => void (await Promise.all(senders.map(({ sender }) => sender.drained()))),
    }
  }

  const box = (): DeadLetterBox => {
    if (bound) return bound
    throw new VaultError('invalid_configuration', 'These webhooks serve no vault yet. Pass them to `createVault` as `webhooks`.')
  }
  return {
    bind,
    deadLetters: {
      list: async (query) => box().list(query),
      redeliver: async (id) => box().redeliver(id),
      discard: async (id) => box().discard(id),
    },
  }
}
