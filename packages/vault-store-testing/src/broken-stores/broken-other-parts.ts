import type { DocumentKey, DocumentRow, TicketKey } from '@holdfast/vault-core'
import { type BrokenStores, nextTurn, withCredentials, withTickets } from './broken-store.js'

/** Tickets, jobs, audit, documents, and the store itself. */
export const brokenParts: BrokenStores = {
  'tickets are taken again and again': {
    breakIt: (sound) =>
      withTickets(sound, {
        take: async (key) => {
          const data = await sound.tickets.take(key)
          if (data) await sound.tickets.create({ ...key, data, ttlMs: 60_000 })
          return data
        },
      }),
    caughtBy: /tickets are taken once/,
  },
  'documents that are read together are mixed up where one is missing': {
    breakIt: (sound) => {
      let waiting: { readonly key: DocumentKey; readonly resolve: (row: DocumentRow | null) => void }[] = []
      const answer = async (): Promise<void> => {
        await nextTurn()
        const together = waiting
        waiting = []
        const rows = await Promise.all(together.map(({ key }) => sound.documents.get(key)))
        const found = rows.filter((row) => row !== null)
        for (const [index, { resolve }] of together.entries()) resolve(found[index] ?? null)
      }
      const get = (key: DocumentKey): Promise<DocumentRow | null> =>
        new Promise((resolve) => {
          waiting.push({ key, resolve })
          if (waiting.length === 1) void answer()
        })
      return { ...sound, documents: { ...sound.documents, get } }
    },
    caughtBy: /documents that are asked for at the same time come each to who asked/,
  },
  'tickets do not expire': {
    breakIt: (sound) => withTickets(sound, { create: (ticket) => sound.tickets.create({ ...ticket, ttlMs: 1e12 }) }),
    caughtBy: /tickets expire by the store’s clock/,
  },
  'companions are added although the write conflicts': {
    breakIt: (sound) =>
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
  'tickets are looked at and then deleted: two take one': {
    breakIt: (sound) => {
      const live = new Map<string, Uint8Array>()
      return withTickets(sound, {
        create: async (ticket) => {
          const outcome = await sound.tickets.create(ticket)
          if (outcome === 'created') live.set(JSON.stringify([ticket.tenant, ticket.kind, ticket.id]), ticket.data)
          return outcome
        },
        take: async (key) => {
          const name = JSON.stringify([key.tenant, key.kind, key.id])
          const found = live.get(name)
          await nextTurn()
          live.delete(name)
          await sound.tickets.take(key)
          return found ?? null
        },
      })
    },
    caughtBy: /100 takes at once: one gets it/,
  },
  'tickets are purged by the time that they had when they were first made': {
    breakIt: (sound) => {
      const index: { readonly key: TicketKey; readonly expiresAtMs: number }[] = []
      return withTickets(sound, {
        create: async (ticket) => {
          const outcome = await sound.tickets.create(ticket)
          if (outcome === 'created') index.push({ key: ticket, expiresAtMs: (await sound.now()) + ticket.ttlMs })
          return outcome
        },
        purge: async (limit) => {
          const now = await sound.now()
          const expired = index.filter(({ expiresAtMs }) => expiresAtMs <= now).slice(0, limit)
          for (const each of expired) {
            index.splice(index.indexOf(each), 1)
            await sound.tickets.take(each.key)
          }
          return expired.length
        },
      })
    },
    caughtBy: /tickets that were made again live by their last time/,
  },
  'tickets are kept in the bytes that were given': {
    breakIt: (sound) => {
      const given = new Map<string, Uint8Array>()
      return withTickets(sound, {
        create: async (ticket) => {
          const outcome = await sound.tickets.create(ticket)
          if (outcome === 'created') given.set(ticket.id, ticket.data)
          return outcome
        },
        take: async (key) => ((await sound.tickets.take(key)) === null ? null : (given.get(key.id) ?? null)),
      })
    },
    caughtBy: /tickets keep their bytes/,
  },
  'a live ticket is replaced': {
    breakIt: (sound) =>
      withTickets(sound, {
        create: async (ticket) => {
          await sound.tickets.take({ tenant: ticket.tenant, kind: ticket.kind, id: ticket.id })
          return sound.tickets.create(ticket)
        },
      }),
    caughtBy: /tickets that live are not replaced/,
  },
  'companions are added anew with each repeat': {
    breakIt: (sound) => {
      let calls = 0
      return withCredentials(sound, {
        update: async ({ also, ...change }) => {
          const result = await sound.credentials.update(change)
          if (result.outcome === 'updated')
            await sound.audit.append((also?.audit ?? []).map((entry) => ({ ...entry, id: `${entry.id}-${++calls}` })))
          return result
        },
      })
    },
    caughtBy: /are added once, though the write is repeated/,
  },
  'the revision of documents stands still': {
    breakIt: (sound) => ({ ...sound, documents: { ...sound.documents, revision: async () => 0 } }),
    caughtBy: /have a revision by kind/,
  },
  'text is cut off at 65,535 characters': {
    breakIt: (sound) => ({
      ...sound,
      documents: { ...sound.documents, put: (put) => sound.documents.put({ ...put, data: put.data.slice(0, 65_535) }) },
    }),
    caughtBy: /values of the largest size go in and come out/,
  },
  'NUL characters are dropped in silence': {
    breakIt: (sound) => ({
      ...sound,
      documents: { ...sound.documents, put: (put) => sound.documents.put({ ...put, data: put.data.replaceAll('\0', '') }) },
    }),
    caughtBy: /refused whole: NUL in text/,
  },
  'the clock counts seconds': {
    breakIt: (sound) => ({ ...sound, now: async () => Math.floor((await sound.now()) / 1_000) }),
    caughtBy: /has a clock in whole epoch milliseconds/,
  },
  'a call under way hangs when the store is closed': {
    breakIt: (sound) => {
      let isClosed = false
      return {
        ...withCredentials(sound, {
          list: async (query) => {
            await nextTurn()
            return isClosed ? new Promise(() => undefined) : sound.credentials.list(query)
          },
        }),
        close: async () => {
          isClosed = true
          await sound.close()
        },
      }
    },
    caughtBy: /close lets every call that is under way finish or fail/,
  },
  'what is repeated after a fault is done twice': {
    breakIt: (sound) => {
      let calls = 0
      return {
        ...sound,
        documents: {
          ...sound.documents,
          put: (put) => sound.documents.put({ ...put, attemptId: `${put.attemptId}-${++calls}`, expect: put.expect }),
        },
        audit: {
          ...sound.audit,
          append: (entries) => sound.audit.append(entries.map((entry) => ({ ...entry, id: `${entry.id}-${++calls}` }))),
        },
      }
    },
    caughtBy: /each call failing once after its work, and repeated/,
  },
  'it goes on after close': {
    breakIt: (sound) => ({ ...sound, close: async () => undefined }),
    caughtBy: /refuses every call after close/,
  },
}
