import { randomToken } from '../crypto/random-token.js'
import type { SealContext, Sealer } from '../crypto/sealer.js'
import type { Log } from '../log.js'
import type { RevocationResult, TokensToRevoke } from '../oauth/revocation.js'
import { backoffMs } from '../refresh/backoff.js'
import type { Runtime } from '../runtime.js'
import { Secret } from '../secret.js'
import type { NewOutboxJob, OutboxJob, OutboxStore } from '../storage/contract.js'

/** Tokens of a grant that has ended here and is to end at the provider too. */
export interface RevocableTokens extends TokensToRevoke {
  readonly connectionId: string
  /** The access token was obtained to end the grant with. */
  readonly isRenewed?: boolean
}

export interface RevocationJobs {
  /** Seals the tokens into a job that the store keeps with the write that ends the grant. */
  jobFor(tokens: RevocableTokens): Promise<NewOutboxJob>
  /** Begins to work off the jobs, in the background; a run under way takes new jobs along. */
  start(): void
  drained(): Promise<void>
}

/** Topic of these jobs in the outbox. */
export const REVOCATION_TOPIC = 'revocation'
const LEASE_MS = 60_000
/** Revocations that are sent at the same time. */
const AT_ONCE = 20
/** With the waits of the backoff this is about half an hour; then the provider's own expiry has to do. */
const MAX_ATTEMPTS = 15

/** Works off revocations: best effort, in the background, repeated while the provider fails. A job outlives the process that made it. */
export function createRevocationJobs(parts: {
  readonly outbox: OutboxStore
  readonly sealer: Sealer
  readonly tenant: string
  readonly runtime: Runtime
  readonly log: Log
  /** Aborted when the vault begins to close: what is due is still worked off, and nothing is waited for any more. */
  readonly closing: AbortSignal
  readonly revoke: (tokens: RevocableTokens) => Promise<RevocationResult>
}): RevocationJobs {
  const { outbox, sealer, tenant, runtime, log, closing, revoke } = parts
  let running: Promise<void> | undefined
  let wake = new AbortController()

  const jobFor = async (tokens: RevocableTokens): Promise<NewOutboxJob> => {
    const id = randomToken(runtime.random, 16)
    const plain: StoredJob = {
      v: 1,
      connectionId: tokens.connectionId,
      refreshToken: tokens.refreshToken?.reveal(),
      accessToken: tokens.accessToken?.reveal(),
      isRenewed: tokens.isRenewed,
    }
    return { tenant, id, topic: REVOCATION_TOPIC, data: await sealer.seal(contextOf(id), new TextEncoder().encode(JSON.stringify(plain))) }
  }

  const workOff = async (): Promise<void> => {
    const { clock } = runtime
    let retryAtMs = Number.POSITIVE_INFINITY
    for (;;) {
      wake = new AbortController()
      const jobs = await outbox.lease({ tenant, topics: [REVOCATION_TOPIC], limit: AT_ONCE, leaseMs: LEASE_MS })
      for (const delayMs of await Promise.all(jobs.map(workOn)))
        if (delayMs !== undefined) retryAtMs = Math.min(retryAtMs, clock.monotonic() + delayMs)
      if (closing.aborted) return
      // One that is to be tried again later must not keep the others waiting.
      if (jobs.length === AT_ONCE) continue
      if (retryAtMs < Number.POSITIVE_INFINITY) {
        await clock.sleep(retryAtMs - clock.monotonic(), AbortSignal.any([wake.signal, closing]))
        if (clock.monotonic() >= retryAtMs) retryAtMs = Number.POSITIVE_INFINITY
      } else if (jobs.length === 0 && !wake.signal.aborted) return
    }
  }

  /** Returns the delay after which the job should be tried again, or undefined when it is done with. */
  const workOn = async (job: OutboxJob): Promise<number | undefined> => {
    const held = { tenant, id: job.id, attempt: job.attempt }
    try {
      const tokens = readJob(await sealer.open(contextOf(job.id), job.data))
      const result = await revoke(tokens)
      if (result.kind === 'done') {
        await outbox.complete(held)
        return undefined
      }
      if (result.kind === 'refused') {
        log.warn(
          { jobId: job.id, connectionId: tokens.connectionId, status: result.status },
          'The provider does not take a revocation as it is sent. Look at `revocation` of the connection. The tokens end with their own expiry.',
        )
        await outbox.complete(held)
        return undefined
      }
      if (result.kind === 'renewed') {
        // The old refresh token may be spent: what came for it is kept before it is used.
        await outbox.add([await jobFor({ ...result.tokens, connectionId: tokens.connectionId, isRenewed: true })])
        await outbox.complete(held)
        return undefined
      }
      if (job.attempt < MAX_ATTEMPTS) {
        const delayMs = backoffMs(job.attempt, result.retryAfterMs, runtime.random)
        await outbox.retry({ ...held, delayMs })
        return delayMs
      }
    } catch (error) {
      if (job.attempt < MAX_ATTEMPTS) {
        log.warn({ jobId: job.id, attempt: job.attempt, err: error }, 'A revocation failed; it is repeated when its lease has run out.')
        return LEASE_MS
      }
    }
    log.error(
      { jobId: job.id, attempt: job.attempt },
      'A revocation was given up: the provider did not take it. The tokens end with their own expiry.',
    )
    await outbox.complete(held)
    return undefined
  }

  const start = (): void => {
    wake.abort()
    running ??= workOff()
      .catch((error: unknown) =>
        log.warn({ err: error }, 'The revocations could not be read from the store; they are tried again with the next disconnect.'),
      )
      .finally(() => {
        running = undefined
        // Somebody called between the last look and the end.
        if (wake.signal.aborted && !closing.aborted) start()
      })
  }

  return {
    jobFor,
    start,
    async drained() {
      await running
    },
  }
}

/** Under the tenant's key: a job must still open when its user's key has been destroyed. */
function contextOf(jobId: string): SealContext {
  return { userId: '', connectionId: '', accountId: '', field: `outbox/${REVOCATION_TOPIC}/${jobId}`, epoch: 0, secretRev: 0 }
}

interface StoredJob {
  readonly v: 1
  readonly connectionId: string
  readonly refreshToken: string | undefined
  readonly accessToken: string | undefined
  /** Absent in jobs of the first version. */
  readonly isRenewed: boolean | undefined
}

function readJob(plaintext: Uint8Array): RevocableTokens {
  const job = JSON.parse(new TextDecoder().decode(plaintext)) as StoredJob
  return {
    connectionId: job.connectionId,
    refreshToken: job.refreshToken === undefined ? undefined : new Secret(job.refreshToken),
    accessToken: job.accessToken === undefined ? undefined : new Secret(job.accessToken),
    isRenewed: job.isRenewed === true,
  }
}
