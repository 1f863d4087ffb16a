import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { fileStore } from '../src/index.js'
import { processes, type StoreProcess } from './fixtures/processes.js'
import { temporaryFolder } from './fixtures/temporary-folder.js'

const newFolder = temporaryFolder()
const start = processes('store-writer.process.ts')
const KILL_CYCLES = Number(process.env.HOLDFAST_FILE_KILL_CYCLES ?? 60)
const keyOf = (userId: string) => ({ tenant: 'default', connectionId: 'drive', userId, accountId: 'default' })

const many = (count: number, path: string, task: string, times?: number): Promise<StoreProcess[]> => {
  const started = Array.from({ length: count }, (_, n) => start(path, task, `process-${n}`, times))
  return Promise.all(started.map(async (each) => ((await each.ended) === 0 ? each : Promise.reject(new Error('A process failed.')))))
}

describe('several processes over one folder', { timeout: 60_000 }, () => {
  it('eight that open it new at once: one makes it, and all go on', async () => {
    const opened = await many(8, newFolder(), 'open')
    expect(opened.map(({ said }) => said)).toEqual(Array.from({ length: 8 }, () => [1]))
  })

  it('compare-and-swap increments add up exactly', async () => {
    const path = newFolder()
    await many(4, path, 'increment', 50)
    const store = fileStore({ path })
    expect(await store.credentials.get(keyOf('alice'))).toMatchObject({ secretRev: 200, version: 201 })
    await store.close()
  })

  it('one claims', async () => {
    const path = newFolder()
    await many(1, path, 'open')
    const claims = await many(6, path, 'claim')
    expect(claims.flatMap(({ said }) => said).sort()).toEqual(['busy', 'busy', 'busy', 'busy', 'busy', 'claimed'])
  })
})

describe('writers that are killed', () => {
  it(`${KILL_CYCLES} times: all that was acknowledged is there, nothing is unreadable, and nobody waits for the dead`, {
    timeout: KILL_CYCLES * 1_000 + 60_000,
  }, async () => {
    const path = newFolder()
    const versions = new Map<string, number>()
    for (let cycle = 0; cycle < KILL_CYCLES; cycle++) {
      // Every third time two at once, so that one dies with the other at the lock.
      const names = cycle % 3 === 0 ? ['a', 'b'] : ['a']
      const writers = names.map((name) => start(path, 'write', name))
      await Promise.all(writers.map((writer) => writer.next()))
      await sleep(Math.random() * 25)
      for (const { child } of writers) child.kill('SIGKILL')
      await Promise.all(writers.map(({ ended }) => ended))

      const store = fileStore({ path, onDamage: ({ reason, records }) => expect({ reason, records }).toMatchObject({ records: [] }) })
      for (const [index, name] of names.entries()) {
        const acknowledged = writers[index]?.said.map((said) => (said as { readonly version: number }).version).at(-1) ?? 0
        const row = await store.credentials.get(keyOf(name))
        // One more may have been written and not acknowledged any more.
        expect([acknowledged, acknowledged + 1]).toContain(row?.version)
        expect(acknowledged).toBeGreaterThanOrEqual(versions.get(name) ?? 0)
        versions.set(name, row?.version ?? 0)
      }
      await store.close()
    }
    expect(Math.min(...versions.values())).toBeGreaterThan(KILL_CYCLES / 10)
    expect(readdirSync(path).filter((name) => !['data', 'lock', 'data.new', 'damaged'].includes(name))).toEqual([])
    console.log(
      `${KILL_CYCLES} cycles: ${[...versions.values()].reduce((sum, version) => sum + version, 0)} writes acknowledged, none lost.`,
    )
  })
})

describe.skipIf(process.platform === 'win32')('a writer that is stopped in the middle', () => {
  it('lets others read what is there; their writes fail in time if it holds the lock, and go on once it does', {
    timeout: 60_000,
  }, async () => {
    const path = newFolder()
    const reader = fileStore({ path, lockTimeoutMs: 300 })
    const writer = start(path, 'write', 'a')
    await writer.next()
    let refusals = 0
    for (let tries = 0; tries < 40 && refusals === 0; tries++) {
      await sleep(5)
      writer.child.kill('SIGSTOP')
      try {
        await reader.tickets.create({ tenant: 'default', kind: 'k', id: `t-${tries}`, data: new Uint8Array(), ttlMs: 1_000 })
      } catch (error) {
        expect(error).toMatchObject({ code: 'store_unavailable', message: expect.stringContaining('held the lock') })
        refusals += 1
      }
      writer.child.kill('SIGCONT')
    }
    expect(refusals).toBe(1)
    await writer.next()
    expect(await reader.tickets.create({ tenant: 'default', kind: 'k', id: 'after', data: new Uint8Array(), ttlMs: 1_000 })).toBe('created')
    writer.child.kill('SIGKILL')
    await writer.ended
    await reader.close()
    expect(existsSync(join(path, 'data'))).toBe(true)
  })
})
