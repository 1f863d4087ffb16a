import type { CredentialRow } from '@holdfast/vault-core'
import { keyOf, newCredential } from '../rows.js'
import { type BrokenStores, nextTurn, withCredentials } from './broken-store.js'

/** Rows written or read wrongly. */
export const brokenCredentials: BrokenStores = {
  'no compare-and-swap: every update is taken': {
    breakIt: (sound) =>
      withCredentials(sound, {
        update: async (change) => {
          const row = await sound.credentials.get(change.key)
          return sound.credentials.update({ ...change, expect: { version: row?.version ?? 0 } })
        },
      }),
    caughtBy: /update with another version is a conflict/,
  },
  'lost updates: a write between read and write is overwritten': {
    breakIt: (sound) =>
      withCredentials(sound, {
        update: async (change) => {
          const row = await sound.credentials.get(change.key)
          if (!row || (change.expect.version !== undefined && change.expect.version !== row.version))
            return sound.credentials.update(change)
          await nextTurn()
          const newest = await sound.credentials.get(change.key)
          return sound.credentials.update({ ...change, expect: { ...change.expect, version: newest?.version ?? 0 } })
        },
      }),
    caughtBy: /100 compare-and-swap increments at once add up/,
  },
  'the fingerprint is not compared': {
    breakIt: (sound) =>
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
    breakIt: (sound) => {
      let calls = 0
      return withCredentials(sound, {
        update: (change) => sound.credentials.update({ ...change, attemptId: `${change.attemptId}-${++calls}` }),
      })
    },
    caughtBy: /update recognises a repeat/,
  },
  'every fourth read is stale': {
    breakIt: (sound) => {
      const seen = new Map<string, CredentialRow | null>()
      let reads = 0
      return withCredentials(sound, {
        get: async (key) => {
          const name = JSON.stringify(key)
          const old = seen.get(name)
          const row = await sound.credentials.get(key)
          seen.set(name, row)
          return ++reads % 4 === 0 && old !== undefined ? old : row
        },
      })
    },
    caughtBy: /of 8 clients at once are linearizable/,
  },
  'an insert does not recognise its repeat': {
    breakIt: (sound) => {
      let calls = 0
      return withCredentials(sound, {
        insert: (credential, also) => sound.credentials.insert({ ...credential, attemptId: `${++calls}` }, also),
      })
    },
    caughtBy: /insert recognises a repeat/,
  },
  'what is handed out is what is kept': {
    breakIt: (sound) => {
      const kept = new Map<string, CredentialRow>()
      return withCredentials(sound, {
        get: async (key) => {
          const row = await sound.credentials.get(key)
          const own = kept.get(JSON.stringify(key))
          if (!row || own?.version === row.version) return own ?? null
          kept.set(JSON.stringify(key), row)
          return row
        },
      })
    },
    caughtBy: /bytes are copies/,
  },
  'a row that was read without a copy changes under its reader': {
    breakIt: (sound) => {
      const kept = new Map<string, CredentialRow>()
      return withCredentials(sound, {
        get: async (key, options) => {
          const row = await sound.credentials.get(key)
          if (!row || options?.copy !== false) return row
          const shared = Object.assign(kept.get(JSON.stringify(key)) ?? row, row)
          kept.set(JSON.stringify(key), shared)
          return shared
        },
      })
    },
    caughtBy: /without a copy/,
  },
  'times are kept in seconds': {
    breakIt: (sound) =>
      withCredentials(sound, {
        insert: (credential, also) =>
          sound.credentials.insert(
            { ...credential, expiresAtMs: credential.expiresAtMs && Math.floor(credential.expiresAtMs / 1_000) * 1_000 },
            also,
          ),
      }),
    caughtBy: /insert stores every field exactly/,
  },
  'zero is kept as null': {
    breakIt: (sound) =>
      withCredentials(sound, {
        insert: (credential, also) =>
          sound.credentials.insert({ ...credential, expiresAtMs: credential.expiresAtMs === 0 ? null : credential.expiresAtMs }, also),
      }),
    caughtBy: /insert keeps zeros as zeros/,
  },
  'null is kept as zero': {
    breakIt: (sound) =>
      withCredentials(sound, {
        insert: (credential, also) => sound.credentials.insert({ ...credential, expiresAtMs: credential.expiresAtMs ?? 0 }, also),
      }),
    caughtBy: /insert keeps nulls as nulls/,
  },
  'the last use told is the one kept, though it was earlier': {
    breakIt: (sound) => {
      const uses = new Map<string, number>()
      const shown = (row: CredentialRow): CredentialRow => ({
        ...row,
        lastUsedAtMs: uses.get(JSON.stringify(keyOf(row))) ?? row.lastUsedAtMs,
      })
      return withCredentials(sound, {
        touch: async (use) => {
          await sound.credentials.touch(use)
          for (const key of use.keys) uses.set(JSON.stringify(keyOf(key)), use.atMs)
        },
        get: async (key, options) => {
          const row = await sound.credentials.get(key, options)
          return row && shown(row)
        },
      })
    },
    caughtBy: /moves the time on, and never back/,
  },
  'a use counts as a write: the version moves on': {
    breakIt: (sound) =>
      withCredentials(sound, {
        touch: async (use) => {
          await sound.credentials.touch(use)
          for (const key of use.keys) await sound.credentials.update({ key, attemptId: `touch-${use.atMs}`, expect: { epoch: 1 }, set: {} })
        },
      }),
    caughtBy: /notes the time of use of each row named, and changes nothing else/,
  },
  'an update forgets when the row was last used': {
    breakIt: (sound) => {
      const updated = new Set<string>()
      const shown = <Row extends CredentialRow>(row: Row): Row =>
        updated.has(JSON.stringify(keyOf(row))) ? { ...row, lastUsedAtMs: null } : row
      return withCredentials(sound, {
        update: async (change) => {
          updated.add(JSON.stringify(keyOf(change.key)))
          const result = await sound.credentials.update(change)
          return result.outcome === 'missing' ? result : { ...result, row: shown(result.row) }
        },
      })
    },
    caughtBy: /stays through updates, claims and releases/,
  },
  'a use makes a row where there is none': {
    breakIt: (sound) =>
      withCredentials(sound, {
        touch: async (use) => {
          for (const key of use.keys) await sound.credentials.insert(newCredential(key.tenant, key))
          await sound.credentials.touch(use)
        },
      }),
    caughtBy: /passes over keys that are not there/,
  },
  'a hundred uses are noted, and no more': {
    breakIt: (sound) =>
      withCredentials(sound, {
        touch: async (use) => {
          await sound.credentials.touch({ ...use, keys: use.keys.slice(0, 100) })
          if (use.keys.length > 1_000) await sound.credentials.touch(use)
        },
      }),
    caughtBy: /touch takes 1,000 keys/,
  },
}
