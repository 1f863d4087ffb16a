import { createRefreshWorker } from '@holdfast/vault-core/refresh-worker'
import { dueStore, dueVault } from './due-vault.ts'

// One of several processes that refresh what is due over one store. When its input ends it stops, and says how far it came.
const setup = JSON.parse(process.argv[2] ?? '')
const vault = dueVault(dueStore(setup), setup)
const worker = createRefreshWorker({ vault })
worker.start()
process.stdin.resume().on('end', async () => {
  await worker.stop()
  process.stdout.write(`${JSON.stringify(worker.progress())}\n`)
  await vault.close()
})
