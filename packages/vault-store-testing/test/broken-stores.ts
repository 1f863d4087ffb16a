import type { CredentialKey, VaultStore } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import type { OpenStore } from '../src/index.js'

/** A store with one fault, made of the sound one. */
export type BrokenStore = (sound: VaultStore) => VaultStore

/** Opens a sound store with the fault put in. */
export function openWith(breakIt: BrokenStore): () => OpenStore {
  return () => {
    let now = 1_800_000_000_000
    return {
      store: breakIt(memoryStore({ clock: () => now })),
      elapse: (ms) => {
        now += ms
      },
    }
  }
}

const withCredentials = (sound: VaultStore, change: Partial<VaultStore['credentials']>): VaultStore => ({
  ...sound,
  credentials: { ...sound.credentials, ...change },
})

/** Each fault, and a rule that has to catch it. */
export const brokenStores: Readonly<Record<string, { readonly store: BrokenStore; readonly caughtBy: RegExp }>> = {
  'no compare-and-swap: every update is taken': {
    store: (sound) =>
      withCredentials(sound, {
        update: async (change) => {
          const row = await sound.credentials.get(change.key)
          return sound.credentials.update({ ...change, expect: { version: row?.version ?? 0 } })
        },
      }),
    caughtBy: /update with another version is a conflict/,
  },
  'lost updates: a write between read and write is overwritten': {
    store: (sound) =>
      withCredentials(sound, {
        update: async (change) => {
          const row = await sound.credentials.get(change.key)
          if (!row || (change.expect.version !== undefined && change.expect.version !== row.version))
            return sound.credentials.update(change)
          await new Promise((resolve) => setTimeout(resolve, 0))
          const newest = await sound.credentials.get(change.key)
          return sound.credentials.update({ ...change, expect: { ...change.expect, version: newest?.version ?? 0 } })
        },
      }),
    caughtBy: /100 compare-and-swap increments at once add up/,
  },
  'the fingerprint is not compared': {
    store: (sound) =>
      withCredentials(sound, {
        update: async (change) => {
          const { refreshTokenFingerprint: _, ...expect } = change.expect
          const row = await sound.credentials.get(change.key)
          return sound.credentials.update({ ...change, expect: { version: row?.version ?? 0, ...expect } })
        },
      }),
    caughtBy: /update with another refresh token fingerprint is a conflict/,
  },
  'repeats are not recognised': {
    store: (sound) => {
      let calls = 0
      return withCredentials(sound, {
        update: (change) => sound.credentials.update({ ...change, attemptId: `${change.attemptId}-${++calls}` }),
      })
    },
    caughtBy: /update recognises a repeat/,
  },
  'a claim does not look at the lease': {
    store: (sound) =>
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
    store: (sound) =>
      withCredentials(sound, {
        release: async (key, holder, options) => {
          const row = await sound.credentials.get(key)
          return sound.credentials.release(key, { ...holder, fence: row?.fence ?? 0 }, options)
        },
      }),
    caughtBy: /the fence tells apart two leases of one owner/,
  },
  'a release that frees anybody’s lease': {
    store: (sound) =>
      withCredentials(sound, {
        release: async (key, _holder, options) => {
          const row = await sound.credentials.get(key)
          return sound.credentials.release(key, { owner: row?.lease?.owner ?? '-', fence: row?.fence ?? 0 }, options)
        },
      }),
    caughtBy: /a holder whose lease was taken over can neither mark, renew nor release/,
  },
  'a sent intent is taken over at once': {
    store: (sound) => withCredentials(sound, { claim: (request) => sound.credentials.claim({ ...request, takeOverSentAfterMs: 0 }) }),
    caughtBy: /a sent intent whose lease ran out is taken over only after its time/,
  },
  'a request is marked sent though the lease ran out': {
    store: (sound) =>
      withCredentials(sound, {
        markSent: async (key, holder) => {
          await sound.credentials.renew(key, holder, 1_000)
          return sound.credentials.markSent(key, holder)
        },
      }),
    caughtBy: /markSent is refused once the lease has run out/,
  },
  'keys are folded to lower case': {
    store: (sound) => foldingKeys(sound, (part) => part.toLowerCase()),
    caughtBy: /compared exactly: case/,
  },
  'trailing spaces of keys are dropped': {
    store: (sound) => foldingKeys(sound, (part) => part.trimEnd() || part),
    caughtBy: /compared exactly: a trailing space/,
  },
  'keys are normalised': {
    store: (sound) => foldingKeys(sound, (part) => (part.isWellFormed() ? part.normalize('NFC') : part)),
    caughtBy: /compared exactly: Unicode form/,
  },
  'tickets are taken again and again': {
    store: (sound) => ({
      ...sound,
      tickets: {
        ...sound.tickets,
        take: async (key) => {
          const data = await sound.tickets.take(key)
          if (data) await sound.tickets.create({ ...key, data, ttlMs: 60_000 })
          return data
        },
      },
    }),
    caughtBy: /tickets are taken once/,
  },
  'tickets do not expire': {
    store: (sound) => ({ ...sound, tickets: { ...sound.tickets, create: (ticket) => sound.tickets.create({ ...ticket, ttlMs: 1e12 }) } }),
    caughtBy: /tickets expire by the store’s clock/,
  },
  'a listing counts its pages: it skips when rows go': {
    store: (sound) =>
      withCredentials(sound, {
        list: async ({ cursor, limit, ...query }) => {
          const { items } = await sound.credentials.list({ ...query, limit: 1_000 })
          const from = Number(cursor ?? 0)
          const page = items.slice(from, from + limit)
          return from + limit < items.length ? { items: page, cursor: String(from + limit) } : { items: page }
        },
      }),
    caughtBy: /return each row that stays exactly once while others come and go/,
  },
  'companions are added although the write conflicts': {
    store: (sound) =>
      withCredentials(sound, {
        update: async (change) => {
          const { also, ...rest } = change
          const result = await sound.credentials.update(rest)
          await sound.outbox.add(also?.outbox ?? [])
          await sound.audit.append(also?.audit ?? [])
          return result
        },
      }),
    caughtBy: /are added with an update, and not when it conflicts/,
  },
  'what is due is handed to several callers': {
    store: (sound) =>
      withCredentials(sound, {
        due: async ({ postponeToMs, ...query }) => {
          const rows = await sound.credentials.due(query)
          await new Promise((resolve) => setTimeout(resolve, 0))
          if (postponeToMs !== undefined) await sound.credentials.due({ ...query, postponeToMs })
          return rows
        },
      }),
    caughtBy: /and postponed is handed to one of many callers/,
  },
  'a job is handed out under no lease': {
    store: (sound) => ({ ...sound, outbox: { ...sound.outbox, lease: (query) => sound.outbox.lease({ ...query, leaseMs: 0 }) } }),
    caughtBy: /hands a job out again when its lease has run out/,
  },
  'tenants share what they have': { store: (sound) => foldingTenants(sound), caughtBy: /see nothing of each other’s credentials/ },
  'it goes on after close': { store: (sound) => ({ ...sound, close: async () => undefined }), caughtBy: /refuses every call after close/ },
}

function foldingKeys(sound: VaultStore, fold: (part: string) => string): VaultStore {
  const key = <T extends Pick<CredentialKey, 'userId'>>(given: T): T => ({ ...given, userId: fold(given.userId) })
  const { credentials } = sound
  return withCredentials(sound, {
    get: (given) => credentials.get(key(given)),
    insert: (given, also) => credentials.insert(key(given), also),
    list: (query) => credentials.list(query.userId === undefined ? query : { ...query, userId: fold(query.userId) }),
  })
}

function foldingTenants(sound: VaultStore): VaultStore {
  const { credentials } = sound
  const fold = <T extends { readonly tenant: string }>(given: T): T => ({ ...given, tenant: given.tenant.replace(/-other$/, '') })
  return withCredentials(sound, { get: (key) => credentials.get(fold(key)), list: (query) => credentials.list(fold(query)) })
}
