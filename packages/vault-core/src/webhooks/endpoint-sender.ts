import { isVaultError } from '../errors.js'
import type { VaultExtension } from '../extension.js'
import { unitInterval } from '../refresh/backoff.js'
import type { OutboxJob } from '../storage/contract.js'
import type { DeadLetterBox } from './dead-letters.js'
import { sendWebhook } from './send-webhook.js'
import { topicOf, type WebhookJobs, type WebhookMessage } from './webhook-jobs.js'
import type { ParsedEndpoint, ParsedWebhooks } from './webhook-options.js'

/** Sends what waits for one endpoint. Any number of processes may do the same. */
export interface EndpointSender {
  /** False once the endpoint has said that it wants nothing any more. */
  readonly isOpen: boolean
  /** Sends what is due, in the background; a run under way takes new jobs along. */
  start(): void
  /** The same, and resolves when nothing is due any more, or the endpoint fails. Never rejects. */
  run(): Promise<void>
  drained(): Promise<void>
}

/** Twice the longest that an endpoint may take: nobody else sends what is still on its way. */
const LEASE_MS = 60_000
/** An endpoint that fails so often in a row is left alone until the next pass. */
const FAILURES_TO_REST = 3

export function createEndpointSender(
  vault: VaultExtension,
  parts: {
    readonly endpoint: ParsedEndpoint
    readonly options: Pick<ParsedWebhooks, 'concurrency' | 'timeoutMs' | 'retryDelaysMs'>
    readonly jobs: WebhookJobs
    readonly deadLetters: Pick<DeadLetterBox, 'add'>
  },
): EndpointSender {
  const { tenant, outbox, runtime, log, closing } = vault
  const { endpoint, options, jobs, deadLetters } = parts
  const { clock } = runtime
  const { concurrency, timeoutMs, retryDelaysMs } = options
  const query = { tenant, topics: [topicOf(endpoint)], leaseMs: LEASE_MS }
  let isOpen = true
  let restUntilMs = Number.NEGATIVE_INFINITY
  let isCalled = false
  let call = (): void => undefined
  let running: Promise<void> | undefined

  const maySend = (): boolean => isOpen && !closing.aborted && clock.monotonic() >= restUntilMs

  const work = async (): Promise<void> => {
    const underWay = new Set<Promise<void>>()
    let failuresInARow = 0
    const begin = (job: OutboxJob, leasedAtMs: number): void => {
      const delivery = deliver(job, leasedAtMs)
        .then((isDelivered) => {
          failuresInARow = isDelivered ? 0 : failuresInARow + 1
        })
        .finally(() => underWay.delete(delivery))
      underWay.add(delivery)
    }
    for (;;) {
      isCalled = false
      const called = new Promise<void>((resolve) => {
        call = resolve
      })
      const room = maySend() && failuresInARow < FAILURES_TO_REST ? concurrency - underWay.size : 0
      const leasedAtMs = clock.monotonic()
      const leased = room > 0 ? await outbox.lease({ ...query, limit: room }) : []
      for (const job of leased) begin(job, leasedAtMs)
      // One that has arrived makes room, and lets the next of its line go. What is new need not wait for it.
      if (underWay.size > 0) await Promise.race([...underWay, called])
      else return
    }
  }

  /** Whether it arrived. Never rejects: what cannot be done now is done when the lease has run out. */
  const deliver = async (job: OutboxJob, leasedAtMs: number): Promise<boolean> => {
    const about = { endpointId: endpoint.id, job: job.id, attempt: job.attempt }
    try {
      const message = await openOrGiveUp(job)
      // A process that was suspended in between: another may have sent it, and what came after it.
      if (!message || clock.monotonic() - leasedAtMs > LEASE_MS - timeoutMs) return false
      const outcome = await sendWebhook(endpoint, message, { ...runtime, timeoutMs })
      if (outcome.kind === 'delivered') {
        await outbox.complete(held(job))
        return true
      }
      const { reason, retryAfterMs = 0, isGone } = outcome
      if (isGone) close()
      if (retryAfterMs > 0) restUntilMs = clock.monotonic() + retryAfterMs
      const delayMs = retryDelaysMs[job.attempt - 1]
      if (isGone || delayMs === undefined) return await bury(job, reason)
      const retryInMs = Math.max(retryAfterMs, Math.round(delayMs * (0.9 + 0.2 * unitInterval(runtime.random))))
      log.warn({ ...about, type: message.type, reason, retryInMs }, 'A webhook was not taken. It is sent again.')
      await outbox.retry({ ...held(job), delayMs: retryInMs })
    } catch (error) {
      log.warn({ ...about, err: error }, 'The store failed while a webhook was sent. It is sent again when its lease has run out.')
    }
    return false
  }

  /** What does not open now will not do so later. */
  const openOrGiveUp = async (job: OutboxJob): Promise<WebhookMessage | undefined> => {
    try {
      return await jobs.open(job)
    } catch (error) {
      if (!isVaultError(error, 'decryption_failed')) throw error
      await bury(job, 'unreadable')
      return undefined
    }
  }

  const bury = async (job: OutboxJob, reason: string): Promise<false> => {
    await deadLetters.add(endpoint, job, reason)
    await outbox.complete(held(job))
    log.error(
      { endpointId: endpoint.id, deadLetter: job.id, attempts: job.attempt, reason },
      'A webhook was given up. It is kept among the dead letters.',
    )
    return false
  }

  const close = (): void => {
    if (isOpen)
      log.error(
        { endpointId: endpoint.id },
        'The endpoint of a webhook says that it is gone: this process sends it nothing any more. Mend its URL, or take it out.',
      )
    isOpen = false
  }

  const held = ({ id, attempt }: OutboxJob) => ({ tenant, id, attempt })

  const run = (): Promise<void> => {
    isCalled = true
    call()
    running ??= work()
      .catch((error: unknown) =>
        log.warn(
          { endpointId: endpoint.id, err: error },
          'The webhooks that wait could not be read from the store. They are with the next pass.',
        ),
      )
      .finally(() => {
        running = undefined
        // Somebody called between the last look and the end.
        if (isCalled && maySend()) void run()
      })
    return running
  }

  return {
    get isOpen() {
      return isOpen
    },
    start: () => void run(),
    run,
    async drained() {
      while (running) await running
    },
  }
}
