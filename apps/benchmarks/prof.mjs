// usage: prof.mjs memory|memory-open|sqlite
import { memoryStore } from '@holdfast/vault-store-memory'
import { sqliteStore } from '@holdfast/vault-store-sql'
import { storeUsers, vaultOver, CONNECTION_ID } from '/work/main/apps/benchmarks/src/reading/users.ts'
const kind = process.argv[2]
const store = kind.startsWith('sqlite') ? sqliteStore({ path: '/root/prof.db' }) : memoryStore()
const { vault, userIds, keyring } = await storeUsers(store, 1000)
const v = kind.endsWith('open') ? vaultOver(store, keyring, { maxOpenedTokens: 0 }) : vault
const N = kind.endsWith('open') ? 200_000 : 1_000_000
const lane = async (from) => { for (let i = from; i < N; i += 16) await v.getCredentials({ connectionId: CONNECTION_ID, userId: userIds[i % 1000] }) }
const run = () => Promise.all(Array.from({ length: 16 }, (_, i) => lane(i)))
await run()
const t = performance.now(); await run(); console.log(kind, ((performance.now() - t) * 1000 / N).toFixed(2), 'µs')
process.exit(0)
