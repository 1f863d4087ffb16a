import { type CredentialData, readCredentialData, writeCredentialData } from '../credentials/credential-data.js'
import { hasSameRefreshToken, openAccessToken, openRefreshToken, sealTokens } from '../credentials/sealed-tokens.js'
import type { Companions, CredentialRow, CredentialUpdate } from '../storage/contract.js'
import type { AccessGrant } from './access-grant.js'
import { isNewerThan, isNewsTo, type NextState, type RefreshAnswer } from './answered-state.js'
import { type Attempt, holderOf } from './attempt.js'
import { nextDueAtMs } from './due.js'
import { grantOf } from './row-state.js'

/** How one answer is written, whatever stands in the row by then. */
export interface AnswerWrites {
  /** Over the row as it was claimed, and nothing else. */
  readonly first: CredentialUpdate
  /** For the journal: over the same tokens, however late, whoever has claimed meanwhile. */
  readonly journaled: CredentialUpdate
  /** Over this row, which was found instead; undefined when the answer brings nothing to it. */
  over(found: CredentialRow): Promise<CredentialUpdate | undefined>
}

/**
 * The writes of one answer. Each is bound to the version that it was made for: what a suspended process writes late, over tokens that
 * others have written meanwhile, is made anew for them.
 *
 * @param also - What each of them brings along.
 */
export async function answerWrites(
  attempt: Attempt,
  answer: RefreshAnswer,
  next: NextState,
  also: Companions | undefined,
): Promise<AnswerWrites> {
  const { row } = attempt
  const { clock } = attempt.context.runtime
  const { response, spent } = answer
  const tokens = { accessToken: next.stored?.accessToken, refreshToken: response.refreshToken ?? spent }
  const write = { ...(await writeOf(attempt, row, tokens, next)), ...(also && { also }) }
  const expect = {
    epoch: row.epoch,
    ...(row.refreshTokenFingerprint && { refreshTokenFingerprint: row.refreshTokenFingerprint }),
  }
  const first = { ...write, expect: { ...expect, version: row.version, fence: row.fence } }
  // Whoever has to write late may have been taken for dead, and the refresh token sent once more.
  const late = (): CredentialUpdate => ({
    ...write,
    expect,
    set: { ...write.set, data: writeCredentialData({ ...next.data, sentTwiceAtMs: clock.now() }) },
  })
  return {
    first,
    journaled: isRotated(answer) ? late() : { ...late(), expect: { ...expect, version: row.version } },
    async over(found) {
      const { epoch, secretRev, status, version, fence, createdAtMs } = found
      if (createdAtMs !== row.createdAtMs || status === 'disconnected') return undefined
      // A new consent counts, but that it has left the refresh token in its place that was spent for this answer.
      if (epoch !== row.epoch && !(isRotated(answer) && hasSameRefreshToken(found, row))) return undefined
      if (secretRev !== row.secretRev) {
        const over = await overOtherTokens(attempt, answer, next, found)
        return over && { ...over, ...(also && { also }) }
      }
      // Only times and reasons were written, or another process has claimed.
      return fence === row.fence ? { ...first, expect: { ...first.expect, version } } : { ...late(), expect: { ...expect, version } }
    },
  }
}

/**
 * Over tokens that came meanwhile. The refresh token counts while the one that was spent for it stands there, or an earlier answer to
 * that one; the access token while it is newer than the one there. Each that does not count stays as it is found.
 */
async function overOtherTokens(
  attempt: Attempt,
  answer: RefreshAnswer,
  next: NextState,
  found: CredentialRow,
): Promise<CredentialUpdate | undefined> {
  const { sealer, runtime } = attempt.context
  const isSuccessor = isRotated(answer) && hasSameRefreshToken(found, attempt.row)
  const isLast = isSuccessor || (next.grant !== undefined && isNewerThan(attempt, found))
  const isNewerToken = next.grant !== undefined && isNewsTo(attempt, found)
  if (!isNewerToken && !(isLast && isRotated(answer))) return undefined

  const foundData = readCredentialData(found)
  const refreshToken = isLast && isRotated(answer) ? answer.response.refreshToken : await openRefreshToken(sealer, found)
  const foundToken = isNewerToken ? undefined : await openAccessToken(sealer, found)
  const grant = isNewerToken ? next.grant : foundToken && grantOf(found, foundData, foundToken)
  const { issuedAtMs, tokenType, scope, tokenFence } = isNewerToken ? next.data : foundData
  const isOfOtherConsent = found.epoch !== attempt.row.epoch
  const last = isOfOtherConsent
    ? withSuccessor(foundData, next, answer)
    : isLast
      ? { ...next.data, sentTwiceAtMs: runtime.clock.now() }
      : foundData
  const status = isLast && !isOfOtherConsent ? statusOf(next) : found.status
  const data = { ...last, issuedAtMs, tokenType, scope, tokenFence }
  const write = await writeOf(attempt, found, { accessToken: grant?.accessToken, refreshToken }, { data, stored: grant, status })
  return { ...write, expect: { epoch: found.epoch, version: found.version } }
}

/** What a consent says stays, but for its refresh token. */
function withSuccessor(found: CredentialData, { data }: NextState, { response }: RefreshAnswer): CredentialData {
  const { refreshTokenExpiresAtMs } = response.refreshTokenExpiresInS === undefined ? found : data
  return { ...found, refreshTokenExpiresAtMs, answer: data.answer }
}

/** All but what is expected. */
async function writeOf(
  attempt: Attempt,
  over: CredentialRow,
  tokens: Parameters<typeof sealTokens>[2],
  next: Pick<NextState, 'data' | 'stored'> & { readonly grant?: AccessGrant | undefined; readonly status?: CredentialRow['status'] },
): Promise<Omit<CredentialUpdate, 'expect'>> {
  const { context, connection, key, attemptId } = attempt
  const sealed = await sealTokens(context.sealer, { ...key, epoch: over.epoch, secretRev: over.secretRev + 1 }, tokens)
  const status = next.status ?? statusOf(next)
  const expiresAtMs = next.stored?.expiresAtMs ?? null
  const due = { status, expiresAtMs, hasRefreshToken: tokens.refreshToken !== undefined }
  const dueAtMs = nextDueAtMs(due, next.data, connection, context.dueTerms)
  return {
    key,
    attemptId,
    set: { ...sealed, status, expiresAtMs, dueAtMs, data: writeCredentialData(next.data) },
    release: holderOf(attempt),
  }
}

function statusOf({ grant }: { readonly grant?: AccessGrant | undefined }): 'active' | 'quarantined' {
  return grant ? 'active' : 'quarantined'
}

function isRotated({ response, spent }: RefreshAnswer): boolean {
  return response.refreshToken !== undefined && !response.refreshToken.equals(spent)
}
