import type { CredentialRow } from '@holdfast/vault-core'
import { keyOf } from '../rows.js'
import { type BrokenStores, nextTurn, withCredentials } from './broken-store.js'

/** Listings that skip, repeat or hand out twice. */
export const brokenListings: BrokenStores = {
  'a listing counts its pages: it skips when rows go': {
    breakIt: (sound) =>
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
  'a listing begins anew under a cursor that is none': {
    breakIt: (sound) =>
      withCredentials(sound, {
        list: async ({ cursor, ...query }) =>
          cursor?.startsWith('[') ? sound.credentials.list({ ...query, cursor }) : sound.credentials.list(query),
      }),
    caughtBy: /refuse a limit that is not a whole number from 1 to 1,000, and a cursor that is none/,
  },
  'what is due is handed to several callers': {
    breakIt: (sound) =>
      withCredentials(sound, {
        due: async ({ postponeToMs, ...query }) => {
          const rows = await sound.credentials.due(query)
          await nextTurn()
          if (postponeToMs !== undefined) await sound.credentials.due({ ...query, postponeToMs })
          return rows
        },
      }),
    caughtBy: /and postponed is handed to one of many callers/,
  },
  'the index of what is due is left behind by an update': {
    breakIt: (sound) => {
      const moved = new Set<string>()
      return withCredentials(sound, {
        update: async (change) => {
          if (change.set.dueAtMs !== undefined) moved.add(JSON.stringify(keyOf(change.key)))
          return sound.credentials.update(change)
        },
        due: async (query) => (await sound.credentials.due(query)).filter((row) => !moved.has(JSON.stringify(keyOf(row)))),
      })
    },
    caughtBy: /is what the newest write says/,
  },
  'what was deleted is due for ever': {
    breakIt: (sound) => {
      const deleted: CredentialRow[] = []
      return withCredentials(sound, {
        delete: async (key, expectVersion) => {
          const row = await sound.credentials.get(key)
          const outcome = await sound.credentials.delete(key, expectVersion)
          if (row && outcome === 'deleted') deleted.push(row)
          return outcome
        },
        due: async (query) => [...(await sound.credentials.due(query)), ...deleted.filter(({ tenant }) => tenant === query.tenant)],
      })
    },
    caughtBy: /is what the newest write says/,
  },
  'many are answered in the order of the index': {
    breakIt: (sound) =>
      withCredentials(sound, {
        getMany: async (keys) =>
          (await sound.credentials.getMany(keys)).toSorted((a, b) => ((a?.userId ?? '') < (b?.userId ?? '') ? -1 : 1)),
      }),
    caughtBy: /getMany answers in the order of the keys/,
  },
  'a listing leaves out the last row of a long page': {
    breakIt: (sound) =>
      withCredentials(sound, {
        list: async (query) => {
          const page = await sound.credentials.list(query)
          return page.items.length > 100 && page.cursor !== undefined ? { ...page, items: page.items.slice(0, -1) } : page
        },
      }),
    caughtBy: /of 10,000 rows return each that stays exactly once/,
  },
  'connections are excluded only after the page was filled': {
    breakIt: (sound) =>
      withCredentials(sound, {
        due: async ({ excludeConnectionIds = [], ...query }) =>
          (await sound.credentials.due(query)).filter(({ connectionId }) => !excludeConnectionIds.includes(connectionId)),
      }),
    caughtBy: /passes over the connections that are excluded/,
  },
  'a listing looks for refresh tokens only after the page was filled': {
    breakIt: (sound) =>
      withCredentials(sound, {
        list: async ({ hasRefreshToken, ...query }) => {
          const page = await sound.credentials.list(query)
          if (hasRefreshToken === undefined) return page
          return { ...page, items: page.items.filter(({ refreshToken }) => (refreshToken !== null) === hasRefreshToken) }
        },
      }),
    caughtBy: /of a filter fill their pages/,
  },
  'counts leave tombstones out': {
    breakIt: (sound) =>
      withCredentials(sound, {
        counts: async (query) => (await sound.credentials.counts(query)).filter(({ status }) => status !== 'disconnected'),
      }),
    caughtBy: /tell how many rows have each status/,
  },
  'connections to exclude are cut off at a thousand': {
    breakIt: (sound) =>
      withCredentials(sound, {
        due: ({ excludeConnectionIds = [], ...query }) =>
          sound.credentials.due({ ...query, excludeConnectionIds: excludeConnectionIds.slice(0, 1_000) }),
      }),
    caughtBy: /refuses more than 1,000 connections to exclude/,
  },
  'a hundred are due at once, and no more': {
    breakIt: (sound) =>
      withCredentials(sound, { due: (query) => sound.credentials.due({ ...query, limit: Math.min(query.limit, 100) || query.limit }) }),
    caughtBy: /of what is due, 1,000 at once/,
  },
}
