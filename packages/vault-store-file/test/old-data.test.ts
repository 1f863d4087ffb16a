import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { VaultStore } from '@holdfast/vault-core'
import { describe, expect, it } from 'vitest'
import { fileStore } from '../src/index.js'
import { writeLine } from '../src/line.js'
import { temporaryFolder } from './fixtures/temporary-folder.js'

const newFolder = temporaryFolder()
const key = { tenant: 'default', connectionId: 'drive', userId: 'alice', accountId: 'default' }

/** A row as the first version of the code wrote it. */
const row = {
  ...key,
  epoch: 1,
  secretRev: 1,
  status: 'active',
  accessToken: new Uint8Array([1]),
  refreshToken: new Uint8Array([2]),
  refreshTokenFingerprint: null,
  expiresAtMs: 5_000,
  dueAtMs: 4_000,
  data: '{}',
  version: 1,
  lastAttemptId: 'first',
  fence: 0,
  lease: null,
  intent: null,
  unresolvedSends: 0,
  createdAtMs: 1_000,
  updatedAtMs: 1_000,
}
const job = { tenant: 'default', id: 'job', topic: 't', data: new Uint8Array([3]), attempt: 0, sequence: 1, availableAtMs: 0 }
const entry = { tenant: 'default', id: 'entry', data: '{}', sequence: 1, atMs: 1_000 }

/** A store over a data file of the first version: rows without a time of use, jobs without an ordering key, entries without a subject. */
function oldStore(): VaultStore {
  const records = [
    [{ table: 'format', key: 'holdfast-file-store', record: { version: 1 } }],
    [
      { table: 'credentials', key: '["default","alice","drive","default"]', record: row },
      { table: 'jobs', key: '["default","job"]', record: job },
      { table: 'audit', key: '["default","0000000000000001"]', record: entry },
      { table: 'counters', key: '["outbox","default"]', record: { value: 1 } },
      { table: 'counters', key: '["audit","default"]', record: { value: 1 } },
    ],
  ]
  let file = Buffer.alloc(0)
  for (const writes of records) file = Buffer.concat([file, writeLine(writes, file.length)])
  const path = newFolder()
  mkdirSync(path, { mode: 0o700 })
  writeFileSync(join(path, 'data'), file, { mode: 0o600 })
  return fileStore({ path })
}

describe('a data file of the first version', () => {
  it('reads on: rows that were never used, free jobs, entries about nothing', async () => {
    const store = oldStore()
    const now = { ...row, lastUsedAtMs: null }
    expect(await store.credentials.get(key)).toEqual(now)
    expect(await store.credentials.getMany([key])).toEqual([now])
    expect((await store.credentials.list({ tenant: 'default', hasRefreshToken: true, limit: 1 })).items).toEqual([now])
    expect(await store.credentials.due({ tenant: 'default', dueBeforeMs: 4_000, limit: 1 })).toEqual([now])
    expect(await store.audit.list({ tenant: 'default', limit: 1 })).toEqual([entry])
    expect(await store.audit.list({ tenant: 'default', subject: 's', limit: 1 })).toEqual([])
    expect(await store.outbox.depth({ tenant: 'default', topics: ['t'] })).toEqual({ jobs: 1, oldestAtMs: null })
    await store.close()
  })

  it('takes what is new beside it', async () => {
    const store = oldStore()
    await store.credentials.touch({ keys: [key], atMs: 3_000 })
    expect(await store.credentials.update({ key, attemptId: 'u', expect: { version: 1 }, set: {} })).toMatchObject({
      outcome: 'updated',
      row: { lastUsedAtMs: 3_000 },
    })
    await store.outbox.add(['a', 'b'].map((id) => ({ tenant: 'default', id, topic: 't', orderingKey: 'k', data: new Uint8Array([4]) })))
    const leased = await store.outbox.lease({ tenant: 'default', topics: ['t'], limit: 10, leaseMs: 60_000 })
    expect(leased.map(({ id }) => id)).toEqual(['job', 'a'])
    await store.audit.append([{ tenant: 'default', id: 'next', subject: 's', data: '{}' }])
    expect(await store.audit.list({ tenant: 'default', subject: 's', limit: 9 })).toMatchObject([{ id: 'next', sequence: 2 }])
    expect(await store.audit.prune({ tenant: 'default', throughSequence: 1 })).toBe(1)
    await store.close()
  })
})
