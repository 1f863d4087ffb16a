import type { AuditStore, CredentialStore, DocumentStore, OutboxStore, TicketStore, VaultStore } from '@holdfast/vault-core'
import { bytesOf, claimOf, keyOf, newCredential } from '../rows.js'

type Calls<Part> = Readonly<Record<keyof Part, () => Promise<unknown>>>

/** A sound call of every method; one that is missing here does not compile. */
export function everyCall(store: VaultStore, tenant: string): Readonly<Record<string, () => Promise<unknown>>> {
  const key = keyOf(newCredential(tenant))
  const holder = { owner: 'owner-a', fence: 1 }
  const id = { tenant, kind: 'k', id: 'i' }
  const credentials: Calls<CredentialStore> = {
    get: () => store.credentials.get(key),
    getMany: () => store.credentials.getMany([key]),
    insert: () => store.credentials.insert(newCredential(tenant, { userId: 'another' })),
    update: () => store.credentials.update({ key, attemptId: 'u', expect: { epoch: 1 }, set: { data: 'u' } }),
    delete: () => store.credentials.delete(key, 9),
    list: () => store.credentials.list({ tenant, limit: 10 }),
    due: () => store.credentials.due({ tenant, dueBeforeMs: 1, limit: 10, postponeToMs: 2 }),
    touch: () => store.credentials.touch({ keys: [key], atMs: 1 }),
    counts: () => store.credentials.counts({ tenant }),
    claim: () => store.credentials.claim({ ...claimOf({ ...newCredential(tenant), ...emptyRow }), attemptId: 'c' }),
    markSent: () => store.credentials.markSent(key, holder),
    renew: () => store.credentials.renew(key, holder, 1),
    release: () => store.credentials.release(key, holder),
  }
  const documents: Calls<DocumentStore> = {
    get: () => store.documents.get(id),
    put: () => store.documents.put({ ...id, data: 'd', expect: 'absent', attemptId: 'p' }),
    delete: () => store.documents.delete(id, 9),
    list: () => store.documents.list({ tenant, kind: 'k', limit: 10 }),
    revision: () => store.documents.revision({ tenant, kind: 'k' }),
  }
  const tickets: Calls<TicketStore> = {
    create: () => store.tickets.create({ ...id, data: bytesOf('t'), ttlMs: 1_000 }),
    take: () => store.tickets.take(id),
    purge: () => store.tickets.purge(10),
  }
  const outbox: Calls<OutboxStore> = {
    add: () => store.outbox.add([{ tenant, id: 'j', topic: 't', data: bytesOf('j') }]),
    lease: () => store.outbox.lease({ tenant, topics: ['t'], limit: 10, leaseMs: 1 }),
    depth: () => store.outbox.depth({ tenant, topics: ['t'] }),
    complete: () => store.outbox.complete({ tenant, id: 'j', attempt: 9 }),
    retry: () => store.outbox.retry({ tenant, id: 'j', attempt: 9, delayMs: 1 }),
  }
  const audit: Calls<AuditStore> = {
    append: () => store.audit.append([{ tenant, id: 'e', data: '{}' }]),
    list: () => store.audit.list({ tenant, limit: 10 }),
    prune: () => store.audit.prune({ tenant, throughSequence: 1 }),
  }
  const parts = { credentials, documents, tickets, outbox, audit }
  const named = Object.entries(parts).flatMap(([part, calls]) =>
    Object.entries(calls).map(([method, call]) => [`${part}.${method}`, call] as const),
  )
  return { ...Object.fromEntries(named), now: () => store.now() }
}

const emptyRow = {
  version: 1,
  lastAttemptId: 'attempt-insert',
  fence: 0,
  lease: null,
  intent: null,
  unresolvedSends: 0,
  createdAtMs: 0,
  lastUsedAtMs: null,
  updatedAtMs: 0,
}
