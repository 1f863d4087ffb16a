import type { CredentialRow, VaultStore } from '@holdfast/vault-core'
import { bytesOf, insertOne, keyOf } from '../rows.js'
import type { StoreSubject } from '../store-subject.js'

/** What one process writes, the others read. */
export function connectionRules({ describe, rule, expect }: StoreSubject): void {
  const readAll = async ({ credentials, documents, outbox, audit }: VaultStore, row: CredentialRow): Promise<unknown> => {
    const { tenant } = row
    const key = keyOf(row)
    return {
      row: (await credentials.get(key))?.version,
      shared: (await credentials.get(key, { copy: false }))?.version,
      many: (await credentials.getMany([key])).map((row) => row?.version),
      listed: (await credentials.list({ tenant, limit: 9 })).items.map(({ version }) => version),
      due: (await credentials.due({ tenant, dueBeforeMs: 9, limit: 9 })).length,
      counts: (await credentials.counts({ tenant })).map(({ status, count }) => [status, count]),
      document: (await documents.get({ tenant, kind: 'k', id: 'i' }))?.version,
      documents: (await documents.list({ tenant, kind: 'k', limit: 9 })).items.map(({ version }) => version),
      isRevised: (await documents.revision({ tenant, kind: 'k' })) > 1,
      jobs: (await outbox.depth({ tenant, topics: ['t'] })).jobs,
      entries: (await audit.list({ tenant, limit: 9 })).length,
    }
  }
  const seen = (n: 1 | 2, status: string) => {
    const versions = { row: n, shared: n, many: [n], listed: [n], document: n, documents: [n] }
    return { ...versions, due: n - 1, counts: [[status, 1]], isRevised: n > 1, jobs: n, entries: n }
  }

  describe('another connection', () => {
    rule('sees at once what was written, in every way of reading, though it read before', async ({ store, tenant, another }) => {
      const other = await another()
      const put = { tenant, kind: 'k', id: 'i', data: 'd' }
      const also = (id: string) => ({ outbox: [{ tenant, id, topic: 't', data: bytesOf(id) }], audit: [{ tenant, id, data: '{}' }] })
      const row = await insertOne(store, tenant)
      await store.documents.put({ ...put, expect: 'absent', attemptId: 'a', also: also('first') })
      expect(await readAll(other, row)).toEqual(seen(1, 'active'))
      const set = { status: 'quarantined', dueAtMs: 1 } as const
      await store.credentials.update({ key: keyOf(row), attemptId: 'u', expect: { version: 1 }, set })
      await store.documents.put({ ...put, expect: 1, attemptId: 'b', also: also('second') })
      expect(await readAll(other, row)).toEqual(seen(2, 'quarantined'))
    })
  })
}
