// A process that refreshes: by the vault's worker over PostgreSQL, by plain requests of oauth4webapi, or by those and what has to be written around them.
import { localKeyring, type Vault } from '@holdfast/vault-core'
import { createRefreshWorker } from '@holdfast/vault-core/refresh-worker'
import { createVault } from '@holdfast/vault-node'
import { postgresStore } from '@holdfast/vault-store-sql'
import * as oauth from 'oauth4webapi'
import { answer } from '../child-process.ts'
import type { VaultPlace } from '../stampede/vault-callers.process.ts'
import { type ByHand, openByHand } from './by-hand.ts'

export interface WorkerAnswers {
  open(place: VaultPlace): Promise<void>
  /** Works on what is due, and resolves when nothing is. */
  work(concurrency: number): Promise<void>
  /** Refreshes each once, so many at a time. */
  refresh(grants: Grants): Promise<void>
  /** The same, written down before and after as a vault has to. */
  refreshByHand(grants: Grants): Promise<void>
}

interface Grants {
  readonly refreshTokens: readonly string[]
  readonly concurrency: number
}

let opened: { readonly vault: Vault; readonly byHand: ByHand; readonly place: VaultPlace } | undefined

const answers: WorkerAnswers = {
  async open(place) {
    const { url, schema, key, issuer, clientId, clientSecret } = place
    const vault = createVault({
      store: postgresStore({ connectionString: url, schema }),
      keyring: localKeyring([{ id: 'k1', key: Buffer.from(key, 'base64') }]),
      connections: [
        { connectionId: 'demo', issuer, clientId, clientSecret, clientAuthentication: 'client_secret_post', refreshAhead: true },
      ],
      background: false,
      maxConcurrentRefreshes: 64,
    })
    await vault.checkHealth()
    opened = { vault, byHand: await openByHand(url, schema), place }
  },
  async work(concurrency) {
    const { vault } = place()
    await createRefreshWorker({ vault, concurrency, perConnection: concurrency, refreshAhead: false }).runOnce()
  },
  async refresh({ refreshTokens, concurrency }) {
    await atOnce(refreshTokens, concurrency, request)
  },
  async refreshByHand({ refreshTokens, concurrency }) {
    const { byHand } = place()
    await byHand.add(refreshTokens)
    await atOnce(refreshTokens, concurrency, (token) => byHand.refresh(token, request))
  },
}

function place(): NonNullable<typeof opened> {
  if (!opened) throw new Error('Nothing is open.')
  return opened
}

async function atOnce(tokens: readonly string[], concurrency: number, work: (token: string) => Promise<unknown>): Promise<void> {
  const waiting = [...tokens]
  const one = async (): Promise<void> => {
    for (let token = waiting.pop(); token !== undefined; token = waiting.pop()) await work(token)
  }
  await Promise.all(Array.from({ length: concurrency }, one))
}

async function request(refreshToken: string): Promise<oauth.TokenEndpointResponse> {
  const { issuer, clientId, clientSecret } = place().place
  const server = { issuer, token_endpoint: `${issuer}/token` }
  const client = { client_id: clientId }
  const response = await oauth.refreshTokenGrantRequest(server, client, oauth.ClientSecretPost(clientSecret), refreshToken, {
    [oauth.allowInsecureRequests]: true,
  })
  return oauth.processRefreshTokenResponse(server, client, response)
}

answer(answers)
