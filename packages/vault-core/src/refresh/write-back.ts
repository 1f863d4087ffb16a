import { readCredentialData } from '../credentials/credential-data.js'
import { credentialNotFound, grantChanged } from '../credentials/credential-errors.js'
import { isVaultError, VaultError } from '../errors.js'
import type { TokenResponse } from '../oauth/token-response.js'
import type { CredentialRow, UpdateResult } from '../storage/contract.js'
import type { AccessGrant } from './access-grant.js'
import type { AnswerWrites } from './answer-writes.js'
import { type Attempt, holderOf } from './attempt.js'
import type { RefreshContext } from './context.js'
import { readMovedRow } from './row-state.js'

/** What a refresh brought, on its way into the store. */
export interface WriteBack {
  readonly writes: AnswerWrites
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
    result = await update(attempt, work)
  } catch (error) {
    context.log.warn(
      { ...key, err: error },
      'The store failed at the write-back of a refresh. The new tokens are kept in memory, and the write is repeated.',
    )
    if (work.grant) attempt.place.hold(work.grant)
    await context.journal.keep(work.writes.journaled)
    attempt.inBackground(repeat(attempt, work))
    return undefined
  }
  if (result.outcome === 'updated') {
    work.written()
    // Of two that came late, the other's access token may be the newer; and that of a new consent is.
    const isOvertaken = result.row.epoch !== row.epoch || readCredentialData(result.row).tokenFence > row.fence
    return isOvertaken ? movedGrant(attempt, result.row) : undefined
  }
  await drop(attempt, work, result)
  const moved = result.outcome === 'conflict' ? await movedGrant(attempt, result.row) : undefined
  if (moved) return moved
  if (result.outcome === 'missing' || result.row.status === 'disconnected') throw credentialNotFound(key)
  throw grantChanged(key)
}

/**
 * Whoever was forgotten while the request was under way gets no new data keys for an answer that nobody keeps: its tokens are revoked.
 *
 * @throws {VaultError} `credential_not_found`.
 */
export async function dropIfForgotten(attempt: Attempt, response: TokenResponse): Promise<void> {
  const { key } = attempt
  if (await isKept(attempt)) return
  await drop(attempt, { response }, { outcome: 'missing' })
  throw credentialNotFound(key)
}

/** Whether there is still somebody to keep the answer for. A process that stood still may have to fetch the keys again: until it can, the answer waits. */
async function isKept({ context, key }: Attempt): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      if (await context.sealer.hasKeys(key.userId)) return true
      const row = await context.credentials.get(key)
      return row !== null && row.status !== 'disconnected'
    } catch (error) {
      if (isVaultError(error, 'decryption_failed') || context.stopped.aborted) throw error
      context.log.warn(
        { ...key, tries, err: error },
        'The answer of a refresh cannot be sealed yet. It is kept in memory, and tried again.',
      )
      await pause(context, tries)
    }
  }
}

function movedGrant({ context, row }: Attempt, found: CredentialRow): Promise<AccessGrant | undefined> {
  return readMovedRow({ sealer: context.sealer, nowMs: context.runtime.clock.now() }, found, row)
}

/** Writes, over whatever stands there, as long as the answer brings something to it. */
async function update({ context, key }: Attempt, { writes }: WriteBack): Promise<UpdateResult> {
  let write = writes.first
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const result = await context.credentials.update(write)
    if (result.outcome !== 'conflict') return result
    const over = await writes.over(result.row)
    if (!over) return result
    write = over
  }
  throw new VaultError('conflict', `The credential of user "${key.userId}" on connection "${key.connectionId}" changed again and again.`, {
    connectionId: key.connectionId,
    userId: key.userId,
  })
}

/** Another process may write the same row at any moment; ten times in a row none does. */
const MOST_TRIES = 10

/** Goes on until the store has it, or the vault is closed. The store recognises a repeat by its attempt id. */
async function repeat(attempt: Attempt, work: WriteBack): Promise<void> {
  const { context, key, attemptId } = attempt
  for (let tries = 1; !context.stopped.aborted; tries++) {
    await pause(context, tries)
    try {
      const result = await update(attempt, work)
      if (result.outcome === 'updated') work.written()
      else await drop(attempt, work, result)
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

function pause({ runtime, stopped }: RefreshContext, tries: number): Promise<void> {
  return runtime.clock.sleep(Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(tries - 1, 10)), stopped)
}

const RETRY_FIRST_MS = 100
const RETRY_MAX_MS = 5_000

/** The user ended or replaced the grant meanwhile, or another process wrote first: he wins. New tokens of an ended grant are revoked. */
async function drop(
  attempt: Attempt,
  { response }: Pick<WriteBack, 'response'>,
  result: Exclude<UpdateResult, { outcome: 'updated' }>,
): Promise<void> {
  const { context, connection, key } = attempt
  context.log.info({ ...key }, 'A refresh was dropped: its grant moved on while the request was under way.')
  if (result.outcome === 'conflict' && result.row.status !== 'disconnected') {
    // The same refresh token may stand there again, and its request is over. If the store is away the lease runs out by itself.
    await context.credentials.release(key, holderOf(attempt)).catch(() => undefined)
    return
  }
  await context.discardTokens(connection, {
    userId: key.userId,
    accountId: key.accountId,
    refreshToken: response.refreshToken,
    accessToken: response.accessToken,
  })
}
