import { expect, it } from 'vitest'
import type { SweepReport, Vault } from '../../../src/index.js'
import { createRefreshWorker, type WorkerReport } from '../../../src/refresh-worker/index.js'
import { json } from '../../fixtures/faulty-provider.js'
import { settle } from '../../fixtures/manual-clock.js'
import { ALICE, type VaultWorld } from '../../fixtures/vault-world.js'
import { S, setScene } from '../failure-matrix/scene.js'

const KEY = { ...ALICE, tenant: 'default', accountId: 'default' }

// A function that a timer starts is paid for by the second, and may be ended before a provider is back.
it.each([
  ['a sweep by hand', (vault: Vault) => vault.sweep()],
  ['one run of a worker', (vault: Vault) => createRefreshWorker({ vault }).runOnce()],
] as const)('%s does not wait for the end of a pause that comes too late for it', async (_name, run) => {
  const { world, vault, process } = await setScene('ended', { connection: { refreshAhead: true } })
  world.provider.failNext({ when: 'before', respond: () => json(401, { error: 'invalid_client' }) })
  await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'provider_rejected_client' })
  await letBeDue(world)

  let report: SweepReport | WorkerReport | undefined
  void run(process()).then((ended) => {
    report = ended
  })
  await settle()
  await world.clock.advance(S)
  expect(report).toMatchObject({ due: 1, refreshed: 0, failed: 0 })
  expect(world.provider.refreshes()).toBe(1)

  await world.clock.advance(60 * S)
  await expect(run(process())).resolves.toMatchObject({ due: 1, refreshed: 1 })
})

async function letBeDue({ store }: VaultWorld): Promise<void> {
  const row = await store.credentials.get(KEY)
  await store.credentials.update({ key: KEY, attemptId: 'due', expect: { version: row?.version ?? 0 }, set: { dueAtMs: 1 } })
}
