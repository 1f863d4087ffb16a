import { setTimeout as sleep } from 'node:timers/promises'
import type { VaultStore } from '@holdfast/vault-core'
import { openStore } from '../stampede/vault-over.ts'
import { ELAPSED_MS, type SenderSetup, type SenderTask } from './messages.ts'
import { vaultThatSends } from './vault-that-sends.ts'

// One of several processes over one store: makes events, and sends whatever waits.
const setup: SenderSetup = JSON.parse(process.argv[2] ?? '')
let { aheadMs } = setup
const store = openStore(setup.place, () => aheadMs)
const { vault } = vaultThatSends(setup.diesBeforeSending ? deadlyStore(store) : store, setup)

/** The real store; asked for what is to be sent it ends the process as a power cut would. */
function deadlyStore(real: VaultStore): VaultStore {
  const { outbox } = real
  return {
    ...real,
    outbox: {
      add: (jobs) => outbox.add(jobs),
      depth: (query) => outbox.depth(query),
      complete: (job) => outbox.complete(job),
      retry: (job) => outbox.retry(job),
      lease(query) {
        if (query.topics.includes('webhook:app')) process.kill(process.pid, 'SIGKILL')
        return outbox.lease(query)
      },
    },
  }
}

async function work({ id, what, userIds }: SenderTask): Promise<void> {
  if (what === 'elapse') aheadMs += ELAPSED_MS
  const selectors = userIds.map((userId) => ({ connectionId: 'demo', userId }))
  await Promise.allSettled(
    selectors.map((selector) =>
      what === 'disconnect' ? vault.disconnect(selector) : vault.getCredentials(selector, { forceRefresh: true }),
    ),
  )
  process.send?.({ id })
}

process.on('message', (task: SenderTask) => void work(task))
process.on('disconnect', () => void vault.close().then(() => process.exit(0)))
process.send?.({ id: 0 })
while (!setup.diesBeforeSending) {
  await vault.sweep()
  await sleep(50)
}
