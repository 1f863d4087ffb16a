// `@holdfast/vault-core/refresh-worker`: refreshes what is due before anybody waits for it.
export { createRefreshWorker, type RefreshWorker, type WorkerReport } from './refresh-worker.js'
export type { RefreshWorkerOptions } from './worker-options.js'
export type { ConnectionProgress, WorkerProgress } from './worker-progress.js'
