// A process that refreshes: by the vault's worker over PostgreSQL, or by plain requests of oauth4webapi.
import { localKeyring, type Vault } from '@holdfast/vault-core'
import { createRefreshWorker } from '@holdfast/vault-core/refresh-worker'
import { createVault } from '@holdfast/vault-node'
import { postgresStore } from '@holdfast/vault-store-sql'
import * as oauth from 'oauth4webapi'
import { answer } from '../child-process.ts'
import type { VaultPlace } from '../stampede/vault-callers.process.ts'

export interface WorkerAnswers {
  open(place: VaultPlace): Promise<void>
  /** Works on what is due, and resolves when nothing is. */
  work(concurrency: number): Promise<void>
  /** Refreshes each once, so many at a time. */
  refresh(grants: { readonly refreshTokens: readonly string[]; readonly concurrency: number }): Promise<void>
}

let place: VaultPlace | undefined
let vault: Vault | undefined

const answers: WorkerAnswers = {
  async open(given) {
    const { url, schema, key, issuer, clientId, clientSecret } = given
    place = given
    vault = createVault({
      store: postgresStore({ connectionString: url, schema }),
      keyring: localKeyring([{ id: 'k1', key: Buffer.from(key, 'base64') }]),
      connections: [
        { connectionId: 'demo', issuer, clientId, clientSecret, clientAuthentication: 'client_secret_post', refreshAhead: true },
      ],
      background: false,
      maxConcurrentRefreshes: 64,
    })
    await vault.checkHealth()
  },
  async work(concurrency) {
    if (!vault) throw new Error('There is no vault.')
    await createRefreshWorker({ vault, concurrency, perConnection: concurrency, refreshAhead: false }).runOnce()
  },
  async refresh({ refreshTokens, concurrency }) {
    if (!place) throw new Error('There is no place.')
    const { issuer, clientId, clientSecret } = place
    const server = { issuer, token_endpoint: `${issuer}/token` }
    const waiting = [...refreshTokens]
    const one = async (): Promise<void> => {
      for (let token = waiting.pop(); token !== undefined; token = waiting.pop()) {
        const client = { client_id: clientId }
        const authentication = oauth.ClientSecretPost(clientSecret)
        const response = await oauth.refreshTokenGrantRequest(server, client, authentication, token, {
          [oauth.allowInsecureRequests]: true,
        })
        await oauth.processRefreshTokenResponse(server, client, response)
      }
    }
    await Promise.all(Array.from({ length: concurrency }, one))
  },
}

answer(answers)
