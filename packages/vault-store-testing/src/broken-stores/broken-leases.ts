import { type BrokenStores, nextTurn, withCredentials } from './broken-store.js'

/** Who may refresh, wrongly told. */
export const brokenLeases: BrokenStores = {
  'a claim does not look at the lease': {
    breakIt: (sound) =>
      withCredentials(sound, {
        claim: async (request) => {
          const row = await sound.credentials.get(request.key)
          if (row?.lease) await sound.credentials.release(request.key, { owner: row.lease.owner, fence: row.fence })
          return sound.credentials.claim(request)
        },
      }),
    caughtBy: /while a lease lives, another claim is busy/,
  },
  'a lease without fence: the owner alone counts': {
    breakIt: (sound) =>
      withCredentials(sound, {
        release: async (key, holder, options) => {
          const row = await sound.credentials.get(key)
          return sound.credentials.release(key, { ...holder, fence: row?.fence ?? 0 }, options)
        },
      }),
    caughtBy: /the fence tells apart two leases of one owner/,
  },
  'a lease is renewed by its owner under any fence': {
    breakIt: (sound) =>
      withCredentials(sound, {
        renew: async (key, holder, leaseMs) => {
          const row = await sound.credentials.get(key)
          return sound.credentials.renew(key, row?.lease ? { ...holder, fence: row.fence } : holder, leaseMs)
        },
      }),
    caughtBy: /the fence tells apart two leases of one owner/,
  },
  'a write ends any lease of its owner': {
    breakIt: (sound) =>
      withCredentials(sound, {
        update: async ({ release, ...change }) => {
          if (!release) return sound.credentials.update(change)
          const row = await sound.credentials.get(change.key)
          return sound.credentials.update({ ...change, release: { ...release, fence: row?.fence ?? 0 } })
        },
      }),
    caughtBy: /the fence tells apart two leases of one owner/,
  },
  'a fence of zero counts as none': {
    breakIt: (sound) =>
      withCredentials(sound, {
        update: async (change) => {
          const row = await sound.credentials.get(change.key)
          const fence = change.expect.fence === 0 ? row?.fence : change.expect.fence
          return sound.credentials.update({ ...change, expect: { ...change.expect, ...(fence !== undefined && { fence }) } })
        },
      }),
    caughtBy: /update by fence is refused once another took over/,
  },
  'a release that frees anybody’s lease': {
    breakIt: (sound) =>
      withCredentials(sound, {
        release: async (key, _holder, options) => {
          const row = await sound.credentials.get(key)
          return sound.credentials.release(key, { owner: row?.lease?.owner ?? '-', fence: row?.fence ?? 0 }, options)
        },
      }),
    caughtBy: /a holder whose lease was taken over can neither mark, renew nor release/,
  },
  'a sent intent is taken over at once': {
    breakIt: (sound) => withCredentials(sound, { claim: (request) => sound.credentials.claim({ ...request, takeOverSentAfterMs: 0 }) }),
    caughtBy: /a sent intent whose lease ran out is taken over only after its time/,
  },
  'a request is marked sent though the lease ran out': {
    breakIt: (sound) =>
      withCredentials(sound, {
        markSent: async (key, holder) => {
          await sound.credentials.renew(key, holder, 1_000)
          return sound.credentials.markSent(key, holder)
        },
      }),
    caughtBy: /markSent is refused once the lease has run out/,
  },
  'a claim that looks first and writes later: two get in': {
    breakIt: (sound) =>
      withCredentials(sound, {
        claim: async (request) => {
          const before = await sound.credentials.get(request.key)
          await nextTurn()
          const now = await sound.credentials.get(request.key)
          if (before && !before.lease && now?.lease)
            await sound.credentials.release(request.key, { owner: now.lease.owner, fence: now.fence })
          return sound.credentials.claim(request)
        },
      }),
    caughtBy: /of 8 clients at once are linearizable/,
  },
  'a claim does not recognise its repeat': {
    breakIt: (sound) => {
      let calls = 0
      return withCredentials(sound, {
        claim: (request) => sound.credentials.claim({ ...request, attemptId: `${request.attemptId}-${++calls}` }),
      })
    },
    caughtBy: /claim recognises a repeat/,
  },
  'a row that is leased is never due': {
    breakIt: (sound) =>
      withCredentials(sound, { due: async (query) => (await sound.credentials.due(query)).filter(({ lease }) => lease === null) }),
    caughtBy: /claim and renew move the due time/,
  },
  'times that are no numbers count as zero': {
    breakIt: (sound) =>
      withCredentials(sound, {
        renew: (key, holder, leaseMs) => sound.credentials.renew(key, holder, Number.isSafeInteger(leaseMs) ? leaseMs : 0),
      }),
    caughtBy: /no whole milliseconds are refused: NaN/,
  },
}
