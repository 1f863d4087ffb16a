import type { Connection } from '../model/connection.js'
import { refreshTiming } from '../refresh/profile.js'
import type { CredentialRow, CredentialStore, LeaseHolder } from '../storage/contract.js'
import { credentialKeyOf } from '../storage/rules/store-key.js'

/**
 * Who has sent the refresh token that stands there, to be released by the consent that replaces it: what becomes of that says nothing of the new one,
 * which need not wait for it. Where he has gone and left word that it was sent, `id` takes his place, for only who holds a row can end what is known.
 *
 * @param id - Of the consent.
 */
export async function whoSent(
  credentials: CredentialStore,
  row: CredentialRow,
  { rotation }: Connection,
  id: string,
): Promise<LeaseHolder | undefined> {
  const { lease, intent, fence, unresolvedSends, version } = row
  if (lease && intent?.state === 'sent') return { owner: lease.owner, fence }
  if (intent?.state !== 'sent' && unresolvedSends === 0) return undefined
  const { leaseMs, takeOverSentAfterMs } = refreshTiming(rotation)
  const claim = await credentials.claim({
    key: credentialKeyOf(row),
    owner: id,
    attemptId: id,
    // Should the consent not be stored, nobody sends the old one again any sooner than without it.
    leaseMs: Math.max(leaseMs, takeOverSentAfterMs),
    expectVersion: version,
    takeOverSentAfterMs: 0,
  })
  return claim.outcome === 'claimed' ? { owner: id, fence: claim.row.fence } : undefined
}
