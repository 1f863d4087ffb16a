import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { VaultStore } from '@holdfast/vault-core'
import { afterAll, describe, expect, it } from 'vitest'
import { fileStore } from '../src/index.js'
import { kernelLock } from '../src/kernel-lock.js'
import { processes } from './fixtures/processes.js'
import { temporaryFolder } from './fixtures/temporary-folder.js'

const newFolder = temporaryFolder()
const start = processes('store-writer.process.ts')

const put = ({ documents }: VaultStore, id: string) =>
  documents.put({ tenant: 'default', kind: 'k', id, data: '{}', expect: 'absent', attemptId: id })
const get = ({ documents }: VaultStore, id: string) => documents.get({ tenant: 'default', kind: 'k', id })
const lockOf = (path: string) => kernelLock(join(path, 'lock'), { patienceMs: 0, random: () => 0, makeFolder: async () => undefined })

describe('the lock of a folder', { timeout: 60_000 }, () => {
  it.skipIf(process.platform === 'win32')(
    'held by a process that is stopped: others read, their writes fail in time, and go on once it is killed',
    async () => {
      const path = newFolder()
      const store = fileStore({ path, lockTimeoutMs: 100 })
      await put(store, 'before')
      const holder = start(path, 'hold', 'holder')
      expect(await holder.next()).toBe('held')
      holder.child.kill('SIGSTOP')
      expect(await get(store, 'before')).toMatchObject({ version: 1 })
      await expect(put(store, 'meanwhile')).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringContaining('held the lock'),
      })
      holder.child.kill('SIGKILL')
      await holder.ended
      expect(await put(store, 'meanwhile')).toMatchObject({ outcome: 'stored' })
      await store.close()
    },
  )

  it('lets one of several processes take a ticket', async () => {
    const path = newFolder()
    const store = fileStore({ path })
    await store.tickets.create({ tenant: 'default', kind: 'k', id: 't', data: new Uint8Array([1]), ttlMs: 600_000 })
    await store.close()
    const takers = Array.from({ length: 6 }, (_, n) => start(path, 'take', `process-${n}`))
    expect(await Promise.all(takers.map(({ ended }) => ended))).toEqual([0, 0, 0, 0, 0, 0])
    expect(takers.flatMap(({ said }) => said).filter(Boolean)).toHaveLength(1)
  })

  it('comes to whoever waits, though its holder wants it back at once, again and again', async () => {
    const path = join(newFolder(), 'lock')
    mkdirSync(dirname(path), { recursive: true })
    const options = { patienceMs: 60_000, random: Math.random, makeFolder: async () => undefined }
    const [greedy, patient] = [kernelLock(path, options), kernelLock(path, options)]
    let turns = 0
    let hadItsTurn = false
    const waiting = (async () => {
      await sleep(1)
      const release = await patient.acquire()
      hadItsTurn = true
      release()
    })()
    while (!hadItsTurn && turns < 1_000) {
      const release = await greedy.acquire()
      await sleep(2)
      turns += 1
      release()
    }
    await waiting
    expect(turns).toBeLessThan(100)
    greedy.close()
    patient.close()
  })

  it('is that of the folder under this name, also when another one was put in its place', async () => {
    const path = newFolder()
    const store = fileStore({ path, lockTimeoutMs: 50 })
    await put(store, 'x')
    renameSync(path, `${path}-away`)
    await expect(put(store, 'y')).rejects.toMatchObject({ code: 'store_unavailable', message: expect.stringContaining('taken away') })

    renameSync(path, `${path}-empty`)
    const restored = fileStore({ path })
    await put(restored, 'restored')
    const release = await lockOf(path).acquire()
    await expect(put(store, 'y')).rejects.toMatchObject({ message: expect.stringContaining('held the lock') })
    release()
    expect(await get(store, 'x')).toBeNull()
    expect(await get(store, 'restored')).toMatchObject({ version: 1 })
    expect(await put(store, 'y')).toMatchObject({ outcome: 'stored' })
    await store.close()
    await restored.close()
  })

  it('that is somebody else’s file is refused, and left as it is', async () => {
    const path = newFolder()
    mkdirSync(path, { mode: 0o700 })
    writeFileSync(join(path, 'lock'), 'a list of things to do\n'.repeat(50))
    const store = fileStore({ path })
    await expect(put(store, 'x')).rejects.toMatchObject({ code: 'store_unavailable', message: expect.stringContaining('file `lock`') })
    await store.close()
  })
})

describe('a folder on a disk that may only be read', () => {
  const mounted = ownDisk()
  it.skipIf(mounted === undefined)('is told as that, and written once the disk may be', async () => {
    const place = mounted ?? ''
    const path = join(place, 'vault')
    const first = fileStore({ path })
    await put(first, 'x')
    await first.close()
    execFileSync('mount', ['-o', 'remount,ro', place])
    const store = fileStore({ path })
    await expect(put(store, 'y')).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('may only be read'),
    })
    execFileSync('mount', ['-o', 'remount,rw', place])
    expect(await get(store, 'x')).toMatchObject({ version: 1 })
    expect(await put(store, 'y')).toMatchObject({ outcome: 'stored' })
    await store.close()
  })
})

/** A file system of its own, where we may mount one. */
function ownDisk(): string | undefined {
  const path = newFolder()
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path], { stdio: 'ignore' })
    afterAll(() => execFileSync('umount', [path]))
    return path
  } catch {
    return undefined
  }
}
