import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { sqliteStore } from '../src/index.js'
import { KEY, newCredential } from './fixtures/rows.js'
import { temporaryFolder } from './fixtures/temporary-folder.js'

const newFile = temporaryFolder()
const child = `${newFile()}.mjs`
const run = promisify(execFile)

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, 'fixtures/store-task.process.ts')],
    outfile: child,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    conditions: ['@holdfast/source'],
    logLevel: 'silent',
  })
})

/** Runs a task in so many Node processes at once, over one file. */
async function inProcesses(count: number, path: string, task: string): Promise<unknown[]> {
  const runs = Array.from({ length: count }, (_, n) => run(process.execPath, [child, path, task, `process-${n}`], { timeout: 60_000 }))
  return (await Promise.all(runs)).map(({ stdout }): unknown => JSON.parse(stdout))
}

async function seeded(): Promise<string> {
  const path = newFile()
  const store = sqliteStore({ path })
  await store.credentials.insert(newCredential('seed'))
  await store.tickets.create({ tenant: 'default', kind: 'flow', id: 't', data: new Uint8Array([1]), ttlMs: 600_000 })
  await store.close()
  return path
}

describe('several processes over one file', { timeout: 60_000 }, () => {
  it('ten that open it new at once: it is migrated once, and all go on', async () => {
    const path = newFile()
    expect((await inProcesses(10, path, 'open')).every((now) => typeof now === 'number')).toBe(true)
    const database = new DatabaseSync(path)
    expect(database.prepare('select version from holdfast_migrations').all()).toEqual([{ version: 1 }])
    database.close()
  })

  it('compare-and-swap increments add up exactly', async () => {
    const path = await seeded()
    expect(await inProcesses(4, path, 'increment')).toEqual([50, 50, 50, 50])
    const store = sqliteStore({ path })
    expect(await store.credentials.get(KEY)).toMatchObject({ secretRev: 200, version: 201 })
    await store.close()
  })

  it('one inserts, one claims, one takes the ticket', async () => {
    const path = await seeded()
    expect((await inProcesses(6, path, 'claim')).filter((outcome) => outcome === 'claimed')).toHaveLength(1)
    expect((await inProcesses(6, path, 'take')).filter(Boolean)).toHaveLength(1)
    expect((await inProcesses(6, newFile(), 'insert')).filter((outcome) => outcome === 'inserted')).toHaveLength(1)
  })
})
