import { generateKeyPairSync } from 'node:crypto'
import { createServiceClient, type ServiceClient, type ServiceClientOptions } from '../../src/service/index.js'

/** One answer, or a throw, to the n-th request (from 1) of a client; a promise keeps the client waiting. */
export type Fault = (request: Request, n: number) => Response | Promise<Response>

/** A vault that answers as it is told, to inject what a real one does not do on demand. */
export interface FaultyVault {
  readonly requests: Request[]
  readonly accessKey: string
  readonly fetch: typeof globalThis.fetch
  client(options?: Partial<ServiceClientOptions>): ServiceClient
}

export const URL_OF_VAULT = 'https://vault.example.com'

export function faultyVault(answer: Fault): FaultyVault {
  const requests: Request[] = []
  const { privateKey } = generateKeyPairSync('ed25519')
  const accessKey = `sc_1.key1.acc_1.${privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')}`
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    requests.push(request)
    const { signal } = request
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason)
      signal.addEventListener('abort', abort)
      if (signal.aborted) abort()
      Promise.resolve(requests.length)
        .then((n) => answer(request, n))
        .then(resolve, reject)
    })
  }
  return {
    requests,
    accessKey,
    fetch,
    client: (options) => createServiceClient({ url: URL_OF_VAULT, accessKey, fetch, random: () => 0.5, ...options }),
  }
}

export const token = (accessToken: string, expiresAtMs?: number): Response =>
  Response.json({ accessToken, tokenType: 'Bearer', ...(expiresAtMs !== undefined && { expiresAt: new Date(expiresAtMs).toISOString() }) })

export const failure = (status: number, errorCode: string, headers: Record<string, string> = {}): Response =>
  Response.json({ title: 'It fails.', errorCode, errorId: 'e1' }, { status, headers })

export const ALICE = { connectionId: 'demo', userId: 'alice' }
export const BOB = { connectionId: 'demo', userId: 'bob' }
