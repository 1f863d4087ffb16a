// A process that refreshes: by the vault's worker over PostgreSQL, by plain requests of oauth4webapi, or by those and what has to be written around them.
import type { Vault } from '@holdfast/vault-core'
import { createRefreshWorker } from '@holdfast/vault-core/refresh-worker'
import * as oauth from 'oauth4webapi'
import { atOnce } from '../at-once.ts'
import { answer } from '../child-process.ts'
import { openVault, type VaultPlace } from '../vault-place.ts'
import { type ByHand, openByHand } from './by-hand.ts'

export interface WorkerAnswers {
  open(place: VaultPlace): Promise<void>
  /** Works on what is due, and resolves when nothing is. */
  work(concurrency: number): Promise<void>
  /** Refreshes each once, so many at a time. */
  refresh(grants: Grants): Promise<void>
  /** Makes the rows of these, for all processes. */
  storeByHand(refreshTokens: readonly string[]): Promise<void>
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
    const { vault } = await openVault(place, { background: false, refreshAhead: true, maxConcurrentRefreshes: 64 })
    opened = { vault, byHand: await openByHand(place.url, place.schema), place }
  },
  async work(concurrency) {
    const { vault } = whatIsOpen()
    await createRefreshWorker({ vault, concurrency, perConnection: concurrency, refreshAhead: false }).runOnce()
  },
  async refresh({ refreshTokens, concurrency }) {
    await atOnce(refreshTokens, concurrency, request)
  },
  storeByHand: (refreshTokens) => whatIsOpen().byHand.add(refreshTokens),
  async refreshByHand({ refreshTokens, concurrency }) {
    const { byHand } = whatIsOpen()
    await atOnce(refreshTokens, concurrency, (token) => byHand.refresh(token, request))
  },
}

function whatIsOpen(): NonNullable<typeof opened> {
  if (!opened) throw new Error('Nothing is open.')
  return opened
}

async function request(refreshToken: string): Promise<oauth.TokenEndpointResponse> {
  const { issuer, clientId, clientSecret } = whatIsOpen().place
  const server = { issuer, token_endpoint: `${issuer}/token` }
  const client = { client_id: clientId }
  const response = await oauth.refreshTokenGrantRequest(server, client, oauth.ClientSecretPost(clientSecret), refreshToken, {
    [oauth.allowInsecureRequests]: true,
  })
  return oauth.processRefreshTokenResponse(server, client, response)
}

answer(answers)
