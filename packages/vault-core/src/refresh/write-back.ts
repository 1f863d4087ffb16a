import { credentialNotFound, grantChanged } from '../credentials/credential-errors.js'
import type { TokenResponse } from '../oauth/token-response.js'
import type { CredentialRow, CredentialUpdate, UpdateResult } from '../storage/contract.js'
import type { AccessGrant } from './access-grant.js'
import { isNewerThan, isNewsTo } from './answered-state.js'
import type { Attempt } from './attempt.js'
import { readMovedRow } from './row-state.js'

/** What a refresh brought, on its way into the store. */
export interface WriteBack {
  readonly write: CredentialUpdate
  /** The same, for when the lease may be lost by the time of the write. */
  readonly lateWrite: CredentialUpdate
  /** The same over an older answer to the same refresh token; absent for an answer in quarantine. */
  readonly overwrite?: (stored: CredentialRow) => Promise<CredentialUpdate>
  /** Undefined for an answer in quarantine. */
  readonly grant: AccessGrant | undefined
  readonly response: TokenResponse
  /** Called once when the store has it. */
  readonly written: () => void
}

/**
 * Gives the store what the provider answered. Returns when it is written; or, while the store fails, as soon as it is in the
 * journal (if there is one), and goes on trying in the background. Returns a newer token if another process's result stands.
 *
 * @throws {VaultError} `credential_not_found`, `provider_unavailable` when the grant moved on and the answer is dropped.
 */
export async function writeBack(attempt: Attempt, work: WriteBack): Promise<AccessGrant | undefined> {
  const { context, key, row } = attempt
  let result: UpdateResult
  try {
    result = await update(attempt, work, false)
  } catch (error) {
    context.log.warn(
      { ...key, err: error },
      'The store failed at the write-back of a refresh. The new tokens are kept in memory, and the write is repeated.',
    )
    if (work.grant) context.unwritten.hold(key, { grant: work.grant, isNewsTo: (stored) => isNewsTo(attempt, stored) })
    await context.journal.keep(work.lateWrite)
    attempt.inBackground(repeat(attempt, work))
    return undefined
  }
  if (result.outcome === 'updated') {
    work.written()
    return undefined
  }
  await drop(attempt, work, result)
  const moved =
    result.outcome === 'conflict'
      ? await readMovedRow({ sealer: context.sealer, nowMs: context.runtime.clock.now() }, result.row, row)
      : undefined
  if (moved) return moved
  if (result.outcome === 'missing' || result.row.status === 'disconnected') throw credentialNotFound(key)
  throw grantChanged(key)
}

/**
 * Writes. Where another process has claimed meanwhile it is the late write that counts. One that is bound to a version
 * follows it while only times and reasons were written, and no other token.
 */
async function update(attempt: Attempt, work: WriteBack, isLate: boolean): Promise<UpdateResult> {
  const { context, row } = attempt
  let write = isLate ? work.lateWrite : work.write
  for (let tries = 1; ; tries++) {
    const result = await context.credentials.update(write)
    if (result.outcome !== 'conflict' || tries === MOST_FOLLOWED) return result
    if (work.overwrite && isNewerThan(attempt, result.row)) {
      write = await work.overwrite(result.row)
      continue
    }
    const { epoch, secretRev, status, version, fence } = result.row
    if (epoch !== row.epoch || secretRev !== row.secretRev || status === 'disconnected') return result
    if (write.expect.fence !== undefined && write.expect.fence !== fence) write = work.lateWrite
    else if (write.expect.version !== undefined) write = { ...write, expect: { ...write.expect, version } }
    else return result
  }
}

const MOST_FOLLOWED = 10

/** Goes on until the store has it, or the vault is closed. The store recognises a repeat by its attempt id. */
async function repeat(attempt: Attempt, work: WriteBack): Promise<void> {
  const { context, key, attemptId } = attempt
  const { clock } = context.runtime
  for (let tries = 1; !context.stopped.aborted; tries++) {
    await clock.sleep(Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(tries - 1, 10)), context.stopped)
    try {
      const result = await update(attempt, work, !attempt.isLeaseHeld())
      if (result.outcome === 'updated') work.written()
      else await drop(attempt, work, result)
      if (work.grant) context.unwritten.drop(key, work.grant)
      await context.journal.forget(attemptId)
      return
    } catch (error) {
      context.log.warn({ ...key, tries, err: error }, 'The write-back of a refresh failed again; it is repeated.')
    }
  }
  context.log.error(
    { ...key },
    'The vault was closed before the store took the answer of a refresh. Without a journal the user may have to connect again.',
  )
}

const RETRY_FIRST_MS = 100
const RETRY_MAX_MS = 5_000

/** The user ended or replaced the grant meanwhile, or another process wrote first: he wins. New tokens of an ended grant are revoked. */
async function drop(
  { context, connection, key }: Attempt,
  { response }: WriteBack,
  result: Exclude<UpdateResult, { outcome: 'updated' }>,
): Promise<void> {
  context.log.info({ ...key }, 'A refresh was dropped: its grant moved on while the request was under way.')
  if (result.outcome === 'conflict' && result.row.status !== 'disconnected') return
  await context.discardTokens(connection, {
    userId: key.userId,
    accountId: key.accountId,
    refreshToken: response.refreshToken,
    accessToken: response.accessToken,
  })
}
