import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isVaultError, type NewCredential, type VaultStore } from '@holdfast/vault-core'
import { describe, expect, it } from 'vitest'
import { type DamageReport, fileStore } from '../src/index.js'
import { seededRandom } from './fixtures/random.js'
import { temporaryFolder } from './fixtures/temporary-folder.js'

const newFolder = temporaryFolder()
const USERS = Array.from({ length: 20 }, (_, n) => `user-${n}`)
const DAMAGES = 800

const keyOf = (userId: string) => ({ tenant: 'default', connectionId: 'drive', userId, accountId: 'default' })

function credentialOf(userId: string): NewCredential {
  const bytes = new TextEncoder().encode(`sealed token of ${userId} `.repeat(10))
  const content = { accessToken: bytes, refreshToken: bytes, refreshTokenFingerprint: null, expiresAtMs: 1, dueAtMs: 2, data: '{}' }
  return { ...keyOf(userId), ...content, attemptId: 'first', epoch: 1, secretRev: 1, status: 'active' }
}

/** A data file with rows that were written once and rows that were written twice. The last line is a document's. */
async function soundFile(): Promise<Buffer> {
  const path = newFolder()
  const store = fileStore({ path })
  for (const userId of USERS) await store.credentials.insert(credentialOf(userId))
  for (const userId of USERS.slice(0, 10))
    await store.credentials.update({ key: keyOf(userId), attemptId: 'second', expect: { version: 1 }, set: { data: 'second' } })
  await store.documents.put({ tenant: 'default', kind: 'k', id: 'i', data: 'document', expect: 'absent', attemptId: 'a' })
  await store.close()
  return readFileSync(join(path, 'data'))
}

interface Found {
  readonly path: string
  readonly store: VaultStore
  readonly reports: DamageReport[]
}

/** A store in whose folder these bytes are found. */
function storeOver(bytes: Buffer): Found {
  const path = newFolder()
  mkdirSync(path, { mode: 0o700 })
  writeFileSync(join(path, 'data'), bytes, { mode: 0o600 })
  const reports: DamageReport[] = []
  return { path, reports, store: fileStore({ path, onDamage: (report) => reports.push(report) }) }
}

/** The row's data; `refused` where the store says that it is damaged, and where its bytes are. */
async function read({ store }: Found, userId: string): Promise<string> {
  try {
    const row = await store.credentials.get(keyOf(userId))
    if (row && Buffer.from(row.accessToken ?? []).toString() !== `sealed token of ${userId} `.repeat(10)) return 'wrong'
    return row?.data ?? 'gone'
  } catch (error) {
    if (isVaultError(error, 'store_unavailable') && /damaged\/record-\d+\.json/.test(error.message)) return 'refused'
    throw error
  }
}

describe('a data file that was damaged', () => {
  it(`${DAMAGES} times, anywhere: no wrong value is ever returned, and no row is silently old or gone`, { timeout: 120_000 }, async () => {
    const sound = await soundFile()
    const lastLine = sound.subarray(0, -1).lastIndexOf(10) + 1
    const random = seededRandom(5)
    const told = { refused: 0, whole: 0 }
    for (let n = 0; n < DAMAGES; n++) {
      const { bytes, to } = damage(sound, random)
      if (bytes.equals(sound)) continue
      const found = storeOver(bytes)
      try {
        const values = await Promise.all(USERS.map((userId) => read(found, userId)))
        const expected = USERS.map((_, index) => (index < 10 ? 'second' : '{}'))
        const wrong = values.filter((value, index) => value !== 'refused' && value !== expected[index])
        // What reaches into the last line may look like a write that nobody was told of.
        if (to <= lastLine) expect({ n, to, wrong }).toEqual({ n, to, wrong: [] })
        if (values.includes('refused')) expect(found.reports.some(({ records }) => records === undefined || records.length > 0)).toBe(true)
        told[values.includes('refused') ? 'refused' : 'whole'] += 1
      } catch (error) {
        // Nothing in it can be read any more: it may be anybody's file.
        if (!isVaultError(error, 'invalid_configuration')) throw error
      }
      await found.store.close()
      rmSync(found.path, { recursive: true })
    }
    expect(told.refused).toBeGreaterThan(50)
    expect(told.whole).toBeGreaterThan(50)
  })

  it('in one record: that one is refused, for reading and for writing, and the others go on; once its bytes are removed it can be made anew', async () => {
    const sound = (await soundFile()).toString()
    const lines = sound.split('\n')
    const index = lines.findIndex((line) => line.includes('user-15'))
    const line = lines[index] ?? ''
    const at = line.indexOf('\t') + 60
    const bytes = Buffer.from(lines.with(index, `${line.slice(0, at)}#${line.slice(at + 1)}`).join('\n'))
    const found = storeOver(bytes)
    const { store, path, reports } = found
    expect(await read(found, 'user-15')).toBe('refused')
    expect(await read(found, 'user-14')).toBe('{}')
    expect(reports).toMatchObject([{ movedTo: 'record-1.json', records: [{ table: 'credentials' }] }])
    expect(JSON.parse(readFileSync(join(path, 'damaged', 'record-1.json'), 'utf8'))).toMatchObject({
      bytes: Buffer.from(bytes.toString().split('\n')[index] ?? '').toString('base64'),
    })
    for (const write of [
      () => store.credentials.insert(credentialOf('user-15')),
      () => store.credentials.update({ key: keyOf('user-15'), attemptId: 'x', expect: { epoch: 1 }, set: {} }),
    ])
      await expect(write()).rejects.toMatchObject({ code: 'store_unavailable', message: expect.stringContaining('damaged/record-1.json') })
    expect((await store.credentials.list({ tenant: 'default', limit: 100 })).items).toHaveLength(19)
    expect(await store.credentials.due({ tenant: 'default', dueBeforeMs: 9, limit: 100 })).toHaveLength(19)
    await store.credentials.update({ key: keyOf('user-14'), attemptId: 'y', expect: { version: 1 }, set: { data: 'goes on' } })

    // Another process, later, says the same; and it knows what was written since.
    const later: Found = { ...found, store: fileStore({ path, onDamage: () => undefined }) }
    expect([await read(later, 'user-15'), await read(later, 'user-14')]).toEqual(['refused', 'goes on'])

    rmSync(join(path, 'damaged', 'record-1.json'))
    expect([await read(found, 'user-15'), await read(later, 'user-15')]).toEqual(['gone', 'gone'])
    expect((await store.credentials.insert(credentialOf('user-15'))).outcome).toBe('inserted')
    await store.close()
    await later.store.close()
  })

  it('in a line that a later one of the same record makes good: nothing is lost, and nothing refused', async () => {
    const lines = (await soundFile()).toString().split('\n')
    const index = lines.findIndex((line) => line.includes('user-3'))
    const line = lines[index] ?? ''
    const found = storeOver(Buffer.from(lines.with(index, `${line.slice(0, 200)}#${line.slice(201)}`).join('\n')))
    expect(await read(found, 'user-3')).toBe('second')
    expect(found.reports).toMatchObject([{ records: [], movedTo: 'harmless-1.json' }])
    await found.store.close()
  })

  it.each(['first', 'second'])('in the %s of the two heads of a line: its records stand, and the line is written anew', async (head) => {
    const lines = (await soundFile()).toString().split('\n')
    const index = lines.findIndex((line) => line.includes('user-15'))
    const line = lines[index] ?? ''
    const at = head === 'first' ? 3 : line.length - 3
    const found = storeOver(Buffer.from(lines.with(index, `${line.slice(0, at)}#${line.slice(at + 1)}`).join('\n')))
    expect(await read(found, 'user-15')).toBe('{}')
    expect(found.reports).toMatchObject([{ records: [], movedTo: 'harmless-1.json' }])
    expect(readFileSync(join(found.path, 'data'), 'utf8')).not.toContain('#')
    await found.store.close()
  })

  it('so that nobody can tell whose line it was: all is refused, until the operator has looked', async () => {
    const lines = (await soundFile()).toString().split('\n')
    const index = lines.findIndex((line) => line.includes('user-15'))
    const found = storeOver(Buffer.from(lines.with(index, 'nothing that can be read').join('\n')))
    expect(await read(found, 'user-1')).toBe('refused')
    await expect(found.store.credentials.list({ tenant: 'default', limit: 10 })).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(found.reports).toMatchObject([{ records: undefined }])
    rmSync(join(found.path, 'damaged', 'record-1.json'))
    expect([await read(found, 'user-1'), await read(found, 'user-15')]).toEqual(['second', 'gone'])
    await found.store.close()
  })

  it('at its end: the unfinished write is kept aside, and all before it stands', async () => {
    const sound = await soundFile()
    const found = storeOver(sound.subarray(0, sound.length - 40))
    expect(await read(found, 'user-1')).toBe('second')
    expect(await found.store.documents.get({ tenant: 'default', kind: 'k', id: 'i' })).toBeNull()
    expect(readdirSync(join(found.path, 'damaged'))).toEqual(['harmless-1.json'])
    expect(found.reports).toMatchObject([{ records: [] }])
    await found.store.documents.put({ tenant: 'default', kind: 'k', id: 'i', data: 'again', expect: 'absent', attemptId: 'b' })
    await found.store.close()
    const again = fileStore({ path: found.path, onDamage: (report) => found.reports.push(report) })
    expect(await again.documents.get({ tenant: 'default', kind: 'k', id: 'i' })).toMatchObject({ data: 'again' })
    expect(found.reports).toHaveLength(1)
    await again.close()
  })
})

describe('a file that is not ours, one', () => {
  it.each([
    ['of lines', 'Dear diary,\n'.repeat(50)],
    ['of one line', 'Dear diary,\n'],
    ['without lines', '\0'.repeat(2_000)],
    ['that is empty', ''],
  ])('%s is refused, and left as it is', async (_what, text) => {
    const foreign = Buffer.from(text)
    const { store, path } = storeOver(foreign)
    await expect(store.now()).resolves.toBeTypeOf('number')
    await expect(store.credentials.get(keyOf('a'))).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringContaining('folder of its own'),
    })
    expect(readFileSync(join(path, 'data'))).toEqual(foreign)
    await store.close()
  })

  it('that is newer than the code is refused, and left as it is', async () => {
    const { writeLine } = await import('../src/line.js')
    const newer = Buffer.from(writeLine([{ table: 'format', key: 'holdfast-file-store', record: { version: 2 } }], 0))
    const { store, path } = storeOver(newer)
    await expect(store.credentials.get(keyOf('a'))).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringContaining('Update'),
    })
    expect(readFileSync(join(path, 'data'))).toEqual(newer)
    await store.close()
  })
})

/** Flips a bit, zeroes or removes a stretch, or puts something in. */
function damage(sound: Buffer, random: () => number): { readonly bytes: Buffer; readonly to: number } {
  const from = Math.floor(random() * sound.length)
  const length = 1 + Math.floor(random() ** 3 * 600)
  const to = Math.min(sound.length, from + length)
  const bytes = Buffer.from(sound)
  const kind = random()
  if (kind < 0.4) bytes[from] = (bytes[from] ?? 0) ^ (1 << Math.floor(random() * 8))
  else if (kind < 0.7) bytes.fill(0, from, to)
  else if (kind < 0.85) return { to, bytes: Buffer.concat([sound.subarray(0, from), sound.subarray(to)]) }
  else return { to, bytes: Buffer.concat([sound.subarray(0, from), Buffer.from('\n?\t'.repeat(length % 9)), sound.subarray(from)]) }
  return { bytes, to }
}
