import { isVaultError, type VaultStore } from '@holdfast/vault-core'
import { faultyStore } from '../faulty-store.js'
import { bytesOf, claimOf, keyOf, newCredential, rowOf } from '../rows.js'
import type { StoreSubject } from '../store-subject.js'

/** What fails and is asked again under the same attempt id leaves the same as what did not fail. */
export function faultRules({ describe, rule, expect }: StoreSubject): void {
  describe('faults', () => {
    for (const when of ['before', 'after'] as const) {
      rule(
        `each call failing once ${when} its work, and repeated: the end is the same`,
        async ({ store, tenant }) => {
          const undisturbed = await liveThrough(store, `${tenant}-0`)
          for (let failAt = 1; ; failAt++) {
            const faulty = faultyStore(store, { failAt, when })
            const content = await liveThrough(faulty.store, `${tenant}-${failAt}`)
            expect({ failAt, content }).toEqual({ failAt, content: undisturbed })
            if (faulty.calls() < failAt) break
          }
        },
        60_000,
      )
    }
  })
}

/** The life of a credential, a document and a job; returns what is left of it, without times. */
async function liveThrough(store: VaultStore, tenant: string): Promise<unknown> {
  const { credentials, documents, outbox, audit } = store
  const also = (id: string) => ({
    outbox: [{ tenant, id, topic: 't', orderingKey: 'k', data: bytesOf(id) }],
    audit: [{ tenant, id, subject: 's', data: '{}' }],
  })
  const { row } = await insistently(() => credentials.insert(newCredential(tenant), also('insert')))
  const key = keyOf(row)
  const claimed = rowOf(await insistently(() => credentials.claim(claimOf(row))))
  const holder = { owner: 'owner-a', fence: claimed.fence }
  await insistently(() => credentials.markSent(key, holder))
  await insistently(() => credentials.renew(key, holder, 10_000))
  await insistently(() => credentials.touch({ keys: [key], atMs: 5_000 }))
  await insistently(() =>
    credentials.update({ key, attemptId: 'write', expect: { epoch: 1 }, set: { data: 'new' }, release: holder, also: also('update') }),
  )
  await insistently(() => documents.put({ tenant, kind: 'k', id: 'i', data: 'one', expect: 'absent', attemptId: 'd1', also: also('put') }))
  await insistently(() => documents.put({ tenant, kind: 'k', id: 'i', data: 'two', expect: 1, attemptId: 'd2' }))
  await insistently(() => audit.append([{ tenant, id: 'own', data: '{}' }]))
  await insistently(() => credentials.insert(newCredential(tenant, { userId: 'gone' })))
  await insistently(() => credentials.delete(keyOf(newCredential(tenant, { userId: 'gone' })), 1))
  await insistently(() => outbox.complete({ tenant, id: 'insert', attempt: 0 }))
  const rows = (await insistently(() => credentials.list({ tenant, limit: 10 }))).items
  return {
    rows: rows.map(({ userId, version, fence, lease, intent, unresolvedSends, lastUsedAtMs, data }) => ({
      userId,
      version,
      fence,
      lease,
      intent,
      unresolvedSends,
      lastUsedAtMs,
      data,
    })),
    document: (await insistently(() => documents.get({ tenant, kind: 'k', id: 'i' })))?.data,
    entries: (await insistently(() => audit.list({ tenant, limit: 10 }))).map(({ id }) => id),
    about: (await insistently(() => audit.list({ tenant, subject: 's', limit: 10 }))).map(({ id }) => id),
    // A lease of no time: asked again, it is handed out again.
    next: (await insistently(() => outbox.lease({ tenant, topics: ['t'], limit: 10, leaseMs: 0 }))).map(({ id }) => id),
    depth: (await insistently(() => outbox.depth({ tenant, topics: ['t'] }))).jobs,
    isRevised: (await insistently(() => documents.revision({ tenant, kind: 'k' }))) > 1,
  }
}

/** Asks again after a fault, once: faults come alone. */
async function insistently<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!isVaultError(error, 'store_unavailable')) throw error
    return ask()
  }
}
