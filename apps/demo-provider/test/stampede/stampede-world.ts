import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Vault } from '@holdfast/vault-core'
import { type DemoProvider, startDemoProvider } from '../../src/index.ts'
import { connectUser, REDIRECT_URI } from './connect-user.ts'
import type { NewPlace } from './places.ts'
import { vaultOver } from './vault-over.ts'
import type { WorkerSetup } from './worker-messages.ts'
import { buildWorker, startWorker, type Worker } from './workers.ts'

/** A provider, a store, and processes over it. */
export interface StampedeWorld {
  readonly provider: DemoProvider
  readonly vault: Vault
  readonly workers: readonly Worker[]
  /** A process in the place of one that ended. */
  replace(worker: Worker): void
  /** Lets the user consent, and returns which grant came of it. */
  connect(userId: string): Promise<string>
  /** Lets all clocks of this process and of tasks given from now on run on. Returns by how much they are ahead. */
  elapse(ms: number): number
  close(): Promise<void>
}

export async function stampedeWorld(
  made: NewPlace,
  options: { readonly processes: number; readonly callerWaitMs: number },
): Promise<StampedeWorld> {
  const provider = await startDemoProvider({ redirectUris: [REDIRECT_URI] })
  const setup: WorkerSetup = {
    place: made.place,
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    key: randomBytes(32).toString('base64'),
    callerWaitMs: options.callerWaitMs,
  }
  let aheadMs = 0
  const vault = vaultOver(setup, () => aheadMs)
  // The provider's clock does not run ahead: its ID tokens would be too old.
  const connecting = vaultOver(
    setup,
    () => aheadMs,
    () => 0,
  )
  const program = join(tmpdir(), `holdfast-worker-${process.pid}-${made.place.kind}.mjs`)
  await buildWorker(program)
  const workers = Array.from({ length: options.processes }, () => startWorker(program, setup))
  return {
    provider,
    vault,
    workers,
    replace(worker) {
      const index = workers.indexOf(worker)
      workers[index] = startWorker(program, setup)
    },
    async connect(userId) {
      await connectUser(connecting, userId)
      const grantId = provider.tokenRequests.findLast(({ grantType }) => grantType === 'authorization_code')?.grantId
      if (grantId === undefined) throw new Error('The provider names no grant.')
      return grantId
    },
    elapse(ms) {
      aheadMs += ms
      return aheadMs
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.end()))
      await Promise.all([vault.close(), connecting.close()])
      await provider.close()
      await made.remove()
      rmSync(program, { force: true })
    },
  }
}

/** How the provider answered refreshes of a grant. */
export function refreshesOf({ tokenRequests }: DemoProvider, grantId: string): { readonly rotated: number; readonly refused: number } {
  const own = tokenRequests.filter((request) => request.grantType === 'refresh_token' && request.grantId === grantId)
  return { rotated: own.filter(({ ok }) => ok).length, refused: own.filter(({ ok }) => !ok).length }
}
