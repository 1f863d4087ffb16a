import { isVaultError, type VaultStore } from '@holdfast/vault-core'
import { describe, expect, it } from 'vitest'
import { seededRandom } from './fixtures/random.js'
import { randomOperation } from './fixtures/random-operation.js'
import { type Fault, type SimulatedDisk, simulatedDisk } from './fixtures/simulated-disk.js'
import { storeOn } from './fixtures/store-on.js'

const STEPS = 25
/** More than the steps have operations of the disk. */
const MOST_OPERATIONS = 3_000

const errorOf = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code })

// SQLite's way: the first, the second, the third … operation of the disk fails, until none is left to fail.
describe('each operation of the disk fails', () => {
  const cases = (['ENOSPC', 'EIO', 'EROFS', 'EACCES'] as const).flatMap((code) =>
    (['none', 'half', 'whole'] as const).flatMap((effect) => ([false, true] as const).map((lasts) => ({ code, effect, lasts }))),
  )
  it.each(cases)(
    '$code, effect $effect, for good: $lasts: nothing acknowledged is lost, and it goes on once the disk works',
    async ({ code, effect, lasts }) => {
      const undisturbed = await run(simulatedDisk())
      expect(undisturbed.failures).toEqual([])
      let failed = 0
      for (let n = 1; n <= MOST_OPERATIONS; n++) {
        const disk = simulatedDisk()
        const fault: Fault = { error: errorOf(code), effect }
        let isMended = false
        disk.fault = (operation) => (!isMended && (lasts ? operation >= n : operation === n) ? fault : undefined)
        const { content, failures, operations } = await run(disk, () => {
          isMended = true
        })
        expect({ n, content }).toEqual({ n, content: undisturbed.content })
        if (operations < n) break
        failed = n
        for (const failure of failures)
          expect(failure).toMatch(/Make room|Look at its health|Mount it for writing|Give the process write access/)
      }
      expect(failed).toBeGreaterThan(STEPS)
      expect(failed).toBeLessThan(MOST_OPERATIONS)
    },
  )
})

it('a checkpoint for which there is no room gives back what it took', async () => {
  const disk = simulatedDisk()
  const store = storeOn(disk)
  await store.audit.append([{ tenant: 'default', id: 'first', data: 'x'.repeat(6_000) }])
  // Only a checkpoint makes a file.
  let isMade = false
  disk.fault = (_, operation) => {
    isMade ||= operation === 'create'
    return isMade && operation === 'write' ? { error: errorOf('ENOSPC'), effect: 'half' } : undefined
  }
  await store.audit.append([{ tenant: 'default', id: 'second', data: 'x'.repeat(6_000) }])
  expect(isMade).toBe(true)
  expect(await disk.list('/vault')).toEqual(['data'])
  disk.fault = undefined
  expect((await store.audit.list({ tenant: 'default', limit: 9 })).map(({ id }) => id)).toEqual(['first', 'second'])
})

/** Runs the steps; one that fails is repeated, once the disk is mended, under the same attempt id. Returns what is there at the end. */
async function run(
  disk: SimulatedDisk,
  mend: () => void = () => undefined,
): Promise<{ content: unknown; failures: string[]; operations: number }> {
  const store = storeOn(disk)
  const random = seededRandom(3)
  const failures: string[] = []
  for (let n = 1; n <= STEPS; n++) {
    const operation = randomOperation(random, n)
    const before = failures.length
    for (;;) {
      try {
        await operation(store)
        break
      } catch (error) {
        if (!isVaultError(error, 'store_unavailable')) throw error
        failures.push(error.message)
        mend()
      }
    }
    // What is acknowledged after a failure outlives a loss of power at once, whatever the syncs that failed have done.
    if (failures.length > before) expect(await contentOf(storeOn(disk.afterPowerLoss('dropped')))).toEqual(await contentOf(store))
  }
  const operations = disk.operations()
  disk.fault = undefined
  const content = await contentOf(store)
  // What is on the disk is what is in memory.
  expect(await contentOf(storeOn(disk))).toEqual(content)
  return { content, failures, operations }
}

async function contentOf({ credentials, documents, audit }: VaultStore): Promise<unknown> {
  const kinds = await Promise.all(['kind-0', 'kind-1'].map((kind) => documents.list({ tenant: 'default', kind, limit: 100 })))
  const rows = await credentials.list({ tenant: 'default', limit: 100 })
  return {
    rows: rows.items.map(({ userId, connectionId, secretRev, status, accessToken, data }) => ({
      userId,
      connectionId,
      secretRev,
      status,
      accessToken,
      data,
    })),
    documents: kinds.flatMap(({ items }) => items.map(({ kind, id, data, version }) => ({ kind, id, data, version }))),
    audit: (await audit.list({ tenant: 'default', limit: 100 })).map(({ id }) => id),
  }
}
