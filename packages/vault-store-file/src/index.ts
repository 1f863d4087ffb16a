export type { DamageReport } from './damage.js'
export { type FileStoreOptions, fileStore } from './file-store.js'
export type { RecordName } from './line.js'
