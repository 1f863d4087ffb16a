import type { AuditEntry } from '@holdfast/vault-core'
import { type BrokenStores, nextTurn } from './broken-store.js'

/** Logs that lose, repeat or mix what was appended. */
export const brokenAudit: BrokenStores = {
  'audit entries are appended again': {
    breakIt: (sound) => {
      let calls = 0
      return {
        ...sound,
        audit: {
          ...sound.audit,
          append: (entries) => sound.audit.append(entries.map((entry) => ({ ...entry, id: `${entry.id}#${++calls}` }))),
          list: async (query) => (await sound.audit.list(query)).map((entry) => ({ ...entry, id: entry.id.replace(/#\d+$/, '') })),
        },
      }
    },
    caughtBy: /leaves an entry that is there already as it is/,
  },
  'audit sequences are given before they can be seen': {
    breakIt: (sound) => {
      const hidden = new Set<string>()
      return {
        ...sound,
        audit: {
          ...sound.audit,
          append: async (entries) => {
            for (const { id } of entries) hidden.add(id)
            await sound.audit.append(entries)
            if (Math.random() < 0.5) await nextTurn()
            for (const { id } of entries) hidden.delete(id)
          },
          list: async (query) => (await sound.audit.list(query)).filter(({ id }) => !hidden.has(id)),
        },
      }
    },
    caughtBy: /hides no entry from a reader/,
  },
  'the subject of an entry is found in others that begin alike': {
    breakIt: (sound) => ({
      ...sound,
      audit: {
        ...sound.audit,
        list: async ({ subject, ...query }) => {
          const entries = await sound.audit.list({ ...query, limit: 1_000 })
          return entries.filter((entry) => subject === undefined || entry.subject?.startsWith(subject)).slice(0, query.limit)
        },
      },
    }),
    caughtBy: /lists the entries of one subject/,
  },
  'what is pruned can still be listed by its subject': {
    breakIt: (sound) => {
      const gone: AuditEntry[] = []
      return {
        ...sound,
        audit: {
          ...sound.audit,
          prune: async (stretch) => {
            const { tenant, throughSequence } = stretch
            gone.push(...(await sound.audit.list({ tenant, limit: 1_000 })).filter(({ sequence }) => sequence <= throughSequence))
            return sound.audit.prune(stretch)
          },
          list: async (query) => {
            const entries = await sound.audit.list(query)
            return query.subject === undefined ? entries : [...gone.filter(({ subject }) => subject === query.subject), ...entries]
          },
        },
      }
    },
    caughtBy: /prunes up to a sequence/,
  },
  'the log begins again with 1 when all was pruned': {
    breakIt: (sound) => {
      let pruned = 0
      return {
        ...sound,
        audit: {
          ...sound.audit,
          prune: async (stretch) => {
            const last = (await sound.audit.list({ tenant: stretch.tenant, limit: 1_000 })).at(-1)?.sequence ?? 0
            if (last <= stretch.throughSequence) pruned = last
            return sound.audit.prune(stretch)
          },
          list: async ({ afterSequence = 0, ...query }) => {
            const entries = await sound.audit.list({ ...query, afterSequence: afterSequence + pruned })
            return entries.map((entry) => ({ ...entry, sequence: entry.sequence - pruned }))
          },
        },
      }
    },
    caughtBy: /prunes up to a sequence/,
  },
}
