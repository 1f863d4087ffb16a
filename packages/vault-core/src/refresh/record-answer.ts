import { readCredentialData } from '../credentials/credential-data.js'
import { providerUnavailable, unusableAnswer } from '../credentials/credential-errors.js'
import { refreshedProperties } from '../credentials/sealed-properties.js'
import { openAccessToken } from '../credentials/sealed-tokens.js'
import type { VaultEvent } from '../events/vault-event.js'
import { isLive } from '../expiry/policy.js'
import { hasSameScopes } from '../model/scopes.js'
import type { TokenResponse } from '../oauth/token-response.js'
import type { AccessGrant } from './access-grant.js'
import { answerWrites } from './answer-writes.js'
import { EXPIRED_ON_ARRIVAL, type NextState, nextState, type RefreshAnswer, withOldToken } from './answered-state.js'
import { type Attempt, ownerOf } from './attempt.js'
import { grantOf } from './row-state.js'
import { dropIfForgotten, writeBack } from './write-back.js'

/**
 * Persists what the provider answered, before anybody is told: the write is refused if the grant moved on, and repeated
 * if the store fails. An answer whose access token cannot be used is kept in quarantine, its refresh token safe.
 */
export async function recordAnswer(attempt: Attempt, answer: RefreshAnswer): Promise<AccessGrant> {
  const { recorder } = attempt.context
  await dropIfForgotten(attempt, answer.response)
  const next = await stateAfter(attempt, answer)
  const events = eventsOf(attempt, answer, next)
  const also = await recorder.companionsOfAnswer(...events)
  const moved = await writeBack(attempt, {
    writes: await answerWrites(attempt, answer, next, also),
    grant: next.grant,
    response: answer.response,
    written: () => {
      logUnusable(attempt, answer, next)
      recorder.announce(...events)
    },
  })
  if (moved) return moved
  if (!next.grant) throw unusableAnswer(attempt.key, problemsOf(answer.response), waitMs(attempt, next))
  if (isLive(next.grant, attempt.context.runtime.clock.now())) return next.grant
  throw providerUnavailable(attempt.key, EXPIRED_ON_ARRIVAL, Math.max(1_000, waitMs(attempt, next)))
}

async function stateAfter(attempt: Attempt, answer: RefreshAnswer): Promise<NextState> {
  const { context, key, row } = attempt
  const { sealedProperties = null } = readCredentialData(row)
  const next = nextState(attempt, {
    ...answer,
    sealedProperties: await refreshedProperties(context.sealer, key, row.epoch, sealedProperties, answer.response.properties),
  })
  if (next.data.reason === null) return next
  // One that does not open is no loss.
  const old = await openAccessToken(context.sealer, row).catch(() => undefined)
  const data = readCredentialData(row)
  const oldGrant = old && grantOf(row, data, old)
  return oldGrant && isLive(oldGrant, context.runtime.clock.now()) ? withOldToken(next, oldGrant, data) : next
}

/** What is told of the answer once it is written. */
function eventsOf(attempt: Attempt, { response, startedAtMs }: RefreshAnswer, next: NextState): readonly VaultEvent[] {
  const { context, attemptId, row } = attempt
  const { recorder, runtime } = context
  const { reason, scope, warnedOfEndMs } = next.data
  if (reason !== null)
    return [recorder.make({ type: 'refresh_failed', ...ownerOf(attempt), attemptId, reason, retryAfterMs: waitMs(attempt, next) })]
  const before = readCredentialData(row)
  const events = [
    recorder.make({
      type: 'refreshed',
      ...ownerOf(attempt),
      attemptId,
      expiresAtMs: next.stored?.expiresAtMs ?? undefined,
      rotated: response.refreshToken !== undefined && row.refreshTokenFingerprint !== null,
      tookMs: Math.max(0, runtime.clock.now() - startedAtMs),
    }),
  ]
  if (before.scope !== null && !hasSameScopes(before.scope, scope))
    events.push(recorder.make({ type: 'scope_changed', ...ownerOf(attempt), scope: scope ?? undefined, previousScope: before.scope }))
  if (warnedOfEndMs !== null && warnedOfEndMs !== before.warnedOfEndMs)
    events.push(recorder.make({ type: 'refresh_token_expiring', ...ownerOf(attempt), refreshTokenExpiresAtMs: warnedOfEndMs }))
  return events
}

function logUnusable({ context, key }: Attempt, { response }: RefreshAnswer, { data: { reason } }: NextState): void {
  if (reason === null) return
  context.log.error(
    { ...key, reason, problems: problemsOf(response) },
    'A refresh was answered with an access token that cannot be used. The refresh token is kept safe.',
  )
}

/** What is wrong with an answer, by field; never what stood there. */
function problemsOf({ problems }: TokenResponse): Readonly<Record<string, string>> {
  const worst = problems.some(({ fatal }) => fatal) ? problems.filter(({ fatal }) => fatal) : problems
  return Object.fromEntries(worst.map(({ field, problem }) => [field, problem]))
}

function waitMs({ context }: Attempt, next: NextState): number {
  return Math.max(0, (next.data.retryAtMs ?? 0) - context.runtime.clock.now())
}
