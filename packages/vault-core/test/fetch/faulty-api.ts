import type { ConnectionInput, VaultOptions } from '../../src/index.js'
import { PROVIDER } from '../fixtures/faulty-provider.js'
import { ALICE, type VaultWorld, vaultWorld } from '../fixtures/vault-world.js'

export const API = 'https://api.example'

export interface SentToApi {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Whether it went through the `fetch` that reaches public addresses alone. */
  readonly isGuarded: boolean
}

export interface FaultyApiWorld extends VaultWorld {
  /** What came to the API, and to whatever other place a request was led to. */
  readonly sent: SentToApi[]
  /** A vault whose user Alice has connected. */
  connected(options?: Partial<VaultOptions>): Promise<ReturnType<VaultWorld['vault']>>
}

/** A provider whose API, behind an injected `fetch`, answers as it is told: what a real one cannot be made to do. */
export function faultyApi(
  answer: (sent: SentToApi, times: number) => Response | Promise<Response> = () => new Response('fine'),
  overrides: Partial<ConnectionInput> = {},
): FaultyApiWorld {
  const world = vaultWorld({ apiOrigins: [API], ...overrides })
  const sent: SentToApi[] = []
  const fetchOf =
    (isGuarded: boolean): typeof fetch =>
    async (input, init) => {
      if (String(input).startsWith(PROVIDER)) return world.provider.fetch(input, init)
      // A browser's own Request would drop some headers.
      const { signal, body, ...rest } = init ?? {}
      signal?.throwIfAborted()
      const request = {
        url: String(input),
        method: rest.method ?? 'GET',
        headers: Object.fromEntries(new Headers(rest.headers)),
        body: await new Response(body ?? null).text(),
        isGuarded,
      }
      sent.push(request)
      return answer(request, sent.length)
    }
  return {
    ...world,
    sent,
    async connected(options = {}) {
      const vault = world.vault({ fetch: fetchOf(false), fetchForStoredConnections: fetchOf(true), ...options })
      await world.connect(vault, ALICE.userId)
      return vault
    },
  }
}

export const redirectTo = (location: string, status = 302): Response => new Response(null, { status, headers: { location } })
