import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NewCredential, VaultStore } from '@holdfast/vault-core'
import { describe, expect, it } from 'vitest'
import { fileStore } from '../src/index.js'
import { temporaryFolder } from './fixtures/temporary-folder.js'

const newFolder = temporaryFolder()
const isWindows = process.platform === 'win32'

const credential: NewCredential = {
  tenant: 'default',
  connectionId: 'drive',
  userId: 'alice',
  accountId: 'default',
  attemptId: 'a',
  epoch: 1,
  secretRev: 1,
  status: 'active',
  accessToken: new Uint8Array([1]),
  refreshToken: null,
  refreshTokenFingerprint: null,
  expiresAtMs: null,
  dueAtMs: null,
  data: '{}',
}

const modeOf = (path: string): number => statSync(path).mode & 0o777

describe.skipIf(isWindows)('the folder', () => {
  it('and all in it are for their owner alone, whatever the umask, also after checkpoints', async () => {
    const path = join(newFolder(), 'made', 'as', 'needed')
    const before = process.umask(0)
    try {
      const store = fileStore({ path })
      for (let n = 0; n < 30; n++) await store.credentials.insert({ ...credential, userId: `user-${n}`, data: 'x'.repeat(100_000) })
      await store.close()
    } finally {
      process.umask(before)
    }
    expect(modeOf(path)).toBe(0o700)
    expect(readdirSync(path).sort()).toEqual(['data', 'lock'])
    for (const name of readdirSync(path)) expect([name, modeOf(join(path, name))]).toEqual([name, 0o600])
  })

  it('of a relative path stays where it was, though the working directory changes', async () => {
    const [first, second] = [newFolder(), newFolder()]
    for (const folder of [first, second]) mkdirSync(folder)
    const before = process.cwd()
    try {
      process.chdir(first)
      const store = fileStore({ path: 'vault' })
      await store.credentials.insert(credential)
      process.chdir(second)
      expect(await store.credentials.get(credential)).toMatchObject({ data: '{}' })
      await store.credentials.insert({ ...credential, userId: 'bob' })
      await store.close()
    } finally {
      process.chdir(before)
    }
    expect([readdirSync(first), readdirSync(second)]).toEqual([['vault'], []])
  })

  it('that is there and open to others is closed to them', async () => {
    const path = newFolder()
    mkdirSync(path)
    chmodSync(path, 0o755)
    const store = fileStore({ path })
    await store.credentials.insert(credential)
    await store.close()
    expect(modeOf(path)).toBe(0o700)
  })

  it.each<readonly [string, (path: string) => void]>([
    [
      'itself',
      (path) => {
        mkdirSync(`${path}-real`)
        symlinkSync(`${path}-real`, path)
      },
    ],
    ['data', (path) => linkIn(path, 'data')],
    ['lock', (path) => linkIn(path, 'lock')],
    ['damaged', (path) => linkIn(path, 'damaged')],
  ])('is refused when it is a symbolic link, or one is in it: %s', async (_name, prepare) => {
    const path = newFolder()
    prepare(path)
    const store = fileStore({ path })
    await expect(store.credentials.insert(credential)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('symbolic link'),
    })
    await store.close()
  })
})

describe('a path that cannot be', () => {
  it.each<readonly [string, (path: string) => string]>([
    ['a file', (path) => file(path)],
    ['below a file', (path) => join(file(path), 'vault')],
  ])('%s: one clear error', async (_name, prepare) => {
    const store = fileStore({ path: prepare(newFolder()) })
    await expect(store.credentials.insert(credential)).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('is a file'),
    })
    await store.close()
  })

  it.each([
    ['an empty path', { path: '' }],
    ['a path with NUL', { path: 'a\0b' }],
    ['no path', {} as never],
    ['a patience that is none', { path: 'x', lockTimeoutMs: Number.NaN }],
  ])('%s is a configuration to mend', (_name, options) => {
    expect(() => fileStore(options)).toThrow(expect.objectContaining({ code: 'invalid_configuration' }))
  })
})

describe('a disk that is really full', () => {
  const small = smallDisk()
  it.skipIf(small === undefined)('refuses the write, loses nothing, and takes writes again once there is room', async () => {
    const path = join(small ?? '', 'vault')
    const store = fileStore({ path })
    await store.credentials.insert(credential)
    const failure = await fill(store)
    expect(failure).toMatchObject({ code: 'store_unavailable', message: expect.stringContaining('disk is full') })
    expect(await store.credentials.get(credential)).toMatchObject({ version: 1 })
    execFileSync('mount', ['-o', 'remount,size=8m', small ?? ''])
    expect((await store.credentials.insert({ ...credential, userId: 'after' })).outcome).toBe('inserted')
    await store.close()
    const again = fileStore({ path })
    expect(await again.credentials.get(credential)).toMatchObject({ version: 1 })
    expect(await again.credentials.get({ ...credential, userId: 'after' })).toMatchObject({ version: 1 })
    await again.close()
    execFileSync('umount', [small ?? ''])
  })
})

async function fill(store: VaultStore): Promise<unknown> {
  try {
    for (let n = 0; n < 100; n++) await store.credentials.insert({ ...credential, userId: `user-${n}`, data: 'x'.repeat(100_000) })
    return undefined
  } catch (error) {
    return error
  }
}

/** A file system of two megabytes, where we may mount one. */
function smallDisk(): string | undefined {
  const path = newFolder()
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path], { stdio: 'ignore' })
    return path
  } catch {
    return undefined
  }
}

function linkIn(path: string, name: string): void {
  mkdirSync(path, { mode: 0o700 })
  mkdirSync(`${path}-elsewhere`)
  symlinkSync(name === 'damaged' ? `${path}-elsewhere` : file(join(`${path}-elsewhere`, 'x')), join(path, name))
}

function file(path: string): string {
  if (!existsSync(path)) writeFileSync(path, '')
  return path
}
