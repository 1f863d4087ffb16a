import type { CredentialKey, DocumentKey, LeaseHolder, VaultStore } from '@holdfast/vault-core'
import { type CredentialInput, callStore, FOREVER_MS } from './credential-history.js'
import { callDocuments, type DocumentInput } from './document-history.js'
import type { Call } from './linearizable.js'
import { seededRandom } from './random.js'

export interface HistoryOptions {
  readonly seed: number
  /** One for each client; several clients may share a connection. */
  readonly clients: readonly VaultStore[]
  readonly callsPerClient: number
}

/** What clients did to one credential and one document at the same time. */
export interface History {
  readonly credential: readonly Call<CredentialInput>[]
  readonly document: readonly Call<DocumentInput>[]
}

/** Lets all clients work at once, each on what it last saw, and notes every call. */
export async function recordHistory(key: CredentialKey, documentKey: DocumentKey, options: HistoryOptions): Promise<History> {
  let moment = 0
  const history = { credential: [] as Call<CredentialInput>[], document: [] as Call<DocumentInput>[] }
  const record = async <I>(calls: Call<I>[], input: I, call: () => Promise<unknown>): Promise<unknown> => {
    const invokedAt = ++moment
    const output = await call()
    calls.push({ input, output, invokedAt, returnedAt: ++moment })
    return output
  }
  const client = async (store: VaultStore, index: number): Promise<void> => {
    const random = seededRandom(options.seed * 1_000 + index)
    const seen = { version: 1, holder: { owner: `client-${index}`, fence: 1 }, documentVersion: 0 }
    for (let n = 0; n < options.callsPerClient; n++) {
      const attemptId = `${index}-${n}`
      if (random() < 0.65) {
        const input = drawCredentialCall(random, seen, attemptId)
        learn(seen, await record(history.credential, input, () => callStore(store, key, input)))
      } else {
        const input = drawDocumentCall(random, seen.documentVersion, attemptId)
        const output = await record(history.document, input, () => callDocuments(store, documentKey, input))
        if (typeof output === 'object') seen.documentVersion = versionIn(output)
      }
    }
  }
  await Promise.all(options.clients.map(client))
  return history
}

function drawCredentialCall(random: () => number, seen: { version: number; holder: LeaseHolder }, attemptId: string): CredentialInput {
  const { version, holder } = seen
  const leaseMs = random() < 0.6 ? 0 : FOREVER_MS
  const draws: readonly (readonly [weight: number, CredentialInput])[] = [
    [3, { call: 'get' }],
    [2, { call: 'insert', attemptId }],
    [4, { call: 'update', attemptId, version, release: random() < 0.5 ? holder : undefined }],
    [1, { call: 'updateByEpoch', attemptId }],
    [0.5, { call: 'delete', version }],
    [5, { call: 'claim', attemptId, owner: holder.owner, version, leaseMs }],
    [2, { call: 'markSent', holder }],
    [1, { call: 'renew', holder, leaseMs }],
    [1, { call: 'touch', atMs: Math.floor(random() * 100) }],
    [2, { call: 'release', holder }],
    [1, { call: 'releaseKeepingIntent', holder }],
  ]
  let point = random() * draws.reduce((sum, [weight]) => sum + weight, 0)
  return draws.find(([weight]) => (point -= weight) < 0)?.[1] ?? { call: 'get' }
}

function drawDocumentCall(random: () => number, version: number, attemptId: string): DocumentInput {
  const point = random()
  if (point < 0.2) return { call: 'get' }
  if (point < 0.55) return { call: 'put', attemptId, expect: version === 0 ? 'absent' : version }
  if (point < 0.65) return { call: 'delete', version }
  return { call: point < 0.82 ? 'create' : 'take' }
}

/** What a client knows after a call: the version and the fence that it acts upon next. */
function learn(seen: { version: number; holder: LeaseHolder }, output: unknown): void {
  const row = typeof output === 'object' && output !== null && 'row' in output ? output.row : output
  if (typeof row !== 'object' || row === null || !('version' in row && 'fence' in row)) return
  seen.version = Number(row.version)
  seen.holder = { owner: seen.holder.owner, fence: Number(row.fence) }
}

function versionIn(output: object | null): number {
  if (output === null) return 0
  if ('version' in output) return Number(output.version)
  return 'current' in output && typeof output.current === 'object' ? versionIn(output.current) : 0
}
