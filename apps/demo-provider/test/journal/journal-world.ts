import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createVault, localKeyring, type Vault, type VaultStore } from '@holdfast/vault-core'
import { fileJournal, fileStore } from '@holdfast/vault-store-file'
import type { DemoProvider } from '../../src/index.ts'
import { refreshesOf } from '../stampede/stampede-world.ts'

/** One store, one folder for the journal, and processes that have nothing else in common. */
export interface JournalWorld {
  readonly store: VaultStore
  readonly journalFolder: string
  /** All that the provider ever gave. */
  readonly tokens: ReadonlySet<string>
  /** How the provider answered refreshes of this world's only grant. */
  refreshes(): { readonly rotated: number; readonly refused: number }
  /** Lets all clocks but the provider's run on. */
  elapse(ms: number): void
  /** @param isDead - A dead process waits for nothing. */
  process(store?: VaultStore, isDead?: () => boolean): Vault
}

export function journalWorld(provider: DemoProvider, folder: string, hasJournal: boolean): JournalWorld {
  let aheadMs = 0
  const now = (): number => Date.now() + aheadMs
  const store = fileStore({ path: join(folder, 'store'), clock: now })
  const journalFolder = join(folder, 'journal')
  const keyring = localKeyring([{ id: 'k1', key: randomBytes(32) }])
  const firstRequest = provider.tokenRequests.length
  const tokens = new Set<string>()
  return {
    store,
    journalFolder,
    tokens,
    refreshes() {
      const own = provider.tokenRequests.slice(firstRequest)
      return refreshesOf(provider, own.find(({ grantType }) => grantType === 'authorization_code')?.grantId ?? '')
    },
    elapse(ms) {
      aheadMs += ms
    },
    process: (over = store, isDead = () => false) =>
      createVault({
        // It outlives its processes.
        store: { ...over, close: async () => undefined },
        keyring,
        ...(hasJournal && { journal: fileJournal({ path: journalFolder }) }),
        background: false,
        connections: [
          {
            connectionId: 'demo',
            issuer: provider.issuer,
            clientId: provider.clientId,
            clientSecret: provider.clientSecret,
            defaultConnectionProperties: { scope: 'openid offline_access files.read', prompt: 'consent' },
          },
        ],
        clock: {
          now,
          monotonic: () => performance.now(),
          sleep: (ms, signal) =>
            new Promise((resolve) => {
              const timer = setTimeout(resolve, isDead() ? 0 : ms)
              signal?.addEventListener('abort', () => {
                clearTimeout(timer)
                resolve()
              })
            }),
        },
        async fetch(input, init) {
          const response = await fetch(input, init)
          for (const token of await tokensIn(response.clone())) tokens.add(token)
          return response
        },
      }),
  }
}

async function tokensIn(response: Response): Promise<readonly string[]> {
  if (!response.headers.get('content-type')?.includes('json')) return []
  const answer: Record<string, unknown> = await response.json()
  return ['access_token', 'refresh_token', 'id_token'].map((name) => answer[name]).filter((token) => typeof token === 'string')
}
