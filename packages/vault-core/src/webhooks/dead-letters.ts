import { fromBase64, toBase64url } from '../crypto/base64.js'
import { createDocumentCollection } from '../documents/collection.js'
import type { PageQuery } from '../documents/page-query.js'
import { isVaultError, VaultError } from '../errors.js'
import type { VaultEvent } from '../events/vault-event.js'
import type { VaultExtension } from '../extension.js'
import type { OutboxJob, Page } from '../storage/contract.js'
import type { WebhookJobs } from './webhook-jobs.js'
import { topicOf } from './webhook-jobs.js'
import { eventOf } from './webhook-message.js'
import type { ParsedEndpoint } from './webhook-options.js'

/** An event that an endpoint did not take at the last try. */
export interface DeadLetter {
  readonly id: string
  readonly endpointId: string
  /** Undefined when it does not open any more. */
  readonly event: VaultEvent | undefined
  readonly attempts: number
  /** How the last try failed: `http_500`, `redirect`, `timeout`, `network`, or `unreadable` when it could not be opened. */
  readonly reason: string
  readonly failedAt: Date
}

/** What no endpoint took. Nothing here ends by itself. */
export interface DeadLetters {
  /** @throws {VaultError} `invalid_request` naming `cursor` or `limit`; `store_unavailable`. */
  list(query?: PageQuery): Promise<Page<DeadLetter>>
  /**
   * Sends it again, in the background, behind what waits for the same user; if all tries fail, it is a dead letter again.
   *
   * @throws {VaultError} `not_found`; `conflict` with reason `endpoint_missing` when its endpoint is not configured any more; `store_unavailable`.
   */
  redeliver(id: string): Promise<void>
  /** Removes it. @throws {VaultError} `not_found`; `store_unavailable`. */
  discard(id: string): Promise<void>
}

export interface DeadLetterBox extends DeadLetters {
  /** Keeps a job whose tries are over. To be done before the job is completed; harmless when it was done already. */
  add(endpoint: ParsedEndpoint, job: OutboxJob, reason: string): Promise<void>
}

interface StoredDeadLetter {
  readonly v: 1
  readonly id: string
  readonly endpointId: string
  readonly attempts: number
  readonly reason: string
  readonly failedAtMs: number
  readonly orderingKey?: string
  /** The job's own sealed data, base64url. */
  readonly sealed: string
}

const KIND = 'webhook-dead-letter'

/** Keeps dead letters as documents, each as its job was sealed. */
export function createDeadLetterBox(
  { documents, outbox, tenant, runtime, log }: Pick<VaultExtension, 'documents' | 'outbox' | 'tenant' | 'runtime' | 'log'>,
  parts: { readonly jobs: WebhookJobs; readonly endpoints: readonly ParsedEndpoint[]; readonly wake: () => void },
): DeadLetterBox {
  const { jobs, endpoints, wake } = parts
  const parse = ({ data }: { readonly data: string }): StoredDeadLetter => JSON.parse(data) as StoredDeadLetter
  const collection = createDocumentCollection<StoredDeadLetter>({ documents, tenant, runtime, kind: KIND, noun: 'dead letter', parse })

  /** In place of the one that stands there: whoever has that sent again removes what he read, and not this one. */
  const keep = async (letter: StoredDeadLetter): Promise<void> => {
    while (!(await collection.insert(letter.id, letter))) {
      try {
        return void (await collection.change(letter.id, () => letter))
      } catch (error) {
        if (!isVaultError(error, 'not_found')) throw error
      }
    }
  }

  const open = async ({ id, endpointId, attempts, reason, failedAtMs, sealed }: StoredDeadLetter): Promise<DeadLetter> => {
    const event = await jobs.open({ id, data: bytesOf(sealed) }).then(
      (message) => eventOf(message.id, message.body),
      (error: unknown) => {
        if (!isVaultError(error, 'decryption_failed')) throw error
        log.warn({ deadLetter: id, err: error }, 'A dead letter does not open.')
        return undefined
      },
    )
    return { id, endpointId, event, attempts, reason, failedAt: new Date(failedAtMs) }
  }

  return {
    add: (endpoint, { id, orderingKey, attempt, data }, reason) =>
      keep({
        v: 1,
        id,
        endpointId: endpoint.id,
        attempts: attempt,
        reason,
        failedAtMs: runtime.clock.now(),
        ...(orderingKey !== undefined && { orderingKey }),
        sealed: toBase64url(data),
      }),
    async list(query = {}) {
      const page = await collection.page(query)
      return { ...page, items: await Promise.all(page.items.map(open)) }
    },
    async redeliver(id) {
      // A crash before it is removed has it sent and listed: it may be sent twice, and is not lost. Nor is it if it fails again by then.
      await collection.removeAfter(id, async ({ endpointId, orderingKey, sealed }) => {
        const endpoint = endpoints.find((each) => each.id === endpointId)
        if (!endpoint) throw endpointMissing(endpointId)
        await outbox.add([
          { tenant, id, topic: topicOf(endpoint), data: bytesOf(sealed), ...(orderingKey !== undefined && { orderingKey }) },
        ])
      })
      wake()
    },
    discard: (id) => collection.remove(id),
  }
}

function endpointMissing(endpointId: string): VaultError {
  return new VaultError('conflict', `The endpoint "${endpointId}" is not configured any more. Configure it, or discard the dead letter.`, {
    reason: 'endpoint_missing',
  })
}

function bytesOf(sealed: string): Uint8Array {
  return fromBase64(sealed) ?? new Uint8Array()
}
