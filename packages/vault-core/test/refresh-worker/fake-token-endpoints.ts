import type { Scheduler } from '../simulation/scheduler.js'
import type { Seeded } from '../simulation/seeded.js'
import type { SimulatedProcess } from '../simulation/simulated-process.js'

/** What a token endpoint does to requests. */
export interface EndpointManners {
  readonly slowestMs: number
  readonly lifetimeS: number
  /** `down`: answers 503. `silent`: takes requests, and never answers. */
  readonly mood: 'well' | 'down' | 'silent'
  /** For so long a refresh token that was used works on. */
  readonly graceMs: number
}

export interface EndpointRequest {
  readonly connectionId: string
  readonly userId: string
  readonly atMs: number
  readonly process: string
  readonly answer: 'rotated' | 'again' | 'reused' | 'down' | 'none'
}

/** Token endpoints that rotate, one for each connection, in virtual time. Refresh requests are noted. */
export interface FakeTokenEndpoints {
  fetchFor(process: SimulatedProcess): typeof globalThis.fetch
  readonly requests: readonly EndpointRequest[]
  readonly revocations: readonly string[]
  /** Changes the manners of one connection's endpoint. */
  set(connectionId: string, manners: Partial<EndpointManners>): void
  /** Whether the API would take this access token now. */
  takes(accessToken: string): boolean
}

const MANNERS: EndpointManners = { slowestMs: 200, lifetimeS: 3_600, mood: 'well', graceMs: 0 }
const ORIGIN = 'https://provider.example'

export const endpointsOf = (connectionId: string) => ({
  authorizationEndpoint: `${ORIGIN}/${connectionId}/authorize`,
  tokenEndpoint: `${ORIGIN}/${connectionId}/token`,
  revocationEndpoint: `${ORIGIN}/${connectionId}/revoke`,
})

export function fakeTokenEndpoints(time: Scheduler, random: Seeded): FakeTokenEndpoints {
  const requests: EndpointRequest[] = []
  const revocations: string[] = []
  const manners = new Map<string, EndpointManners>()
  /** By connection and user: the number of the newest tokens, and when they were made. */
  const grants = new Map<string, { readonly newest: number; readonly sinceMs: number }>()
  /** When each access token ends. */
  const ends = new Map<string, number>()
  const mannersOf = (connectionId: string): EndpointManners => manners.get(connectionId) ?? MANNERS

  const tokens = (connectionId: string, userId: string, number: number): Response => {
    const { lifetimeS } = mannersOf(connectionId)
    const accessToken = `at/${connectionId}/${userId}/${number}`
    grants.set(`${connectionId}/${userId}`, { newest: number, sinceMs: time.now() })
    ends.set(accessToken, time.now() + lifetimeS * 1_000)
    return json(200, {
      access_token: accessToken,
      refresh_token: `rt/${connectionId}/${userId}/${number}`,
      token_type: 'Bearer',
      expires_in: lifetimeS,
    })
  }

  const refresh = (connectionId: string, refreshToken: string, process: string): Response | undefined => {
    const { mood, graceMs } = mannersOf(connectionId)
    const [, , userId = '', number = ''] = refreshToken.split('/')
    const grant = grants.get(`${connectionId}/${userId}`)
    const note = (answer: EndpointRequest['answer']): void =>
      void requests.push({ connectionId, userId, atMs: time.now(), process, answer })
    if (mood === 'silent') return void note('none')
    if (mood === 'down') {
      note('down')
      return json(503, { error: 'temporarily_unavailable' })
    }
    const isNewest = grant?.newest === Number(number)
    const isForgiven = grant?.newest === Number(number) + 1 && time.now() - grant.sinceMs <= graceMs
    note(isNewest ? 'rotated' : isForgiven ? 'again' : 'reused')
    if (isNewest) return tokens(connectionId, userId, Number(number) + 1)
    return isForgiven ? tokens(connectionId, userId, Number(number) + 1) : json(400, { error: 'invalid_grant' })
  }

  const answer = (request: Request, form: URLSearchParams, process: string): Response | undefined => {
    const [, connectionId = '', what] = new URL(request.url).pathname.split('/')
    if (what === 'revoke') {
      revocations.push(form.get('token') ?? '')
      return new Response(null, { status: 200 })
    }
    const code = form.get('code')
    return code === null ? refresh(connectionId, form.get('refresh_token') ?? '', process) : tokens(connectionId, code, 0)
  }

  return {
    requests,
    revocations,
    set: (connectionId, some) => void manners.set(connectionId, { ...mannersOf(connectionId), ...some }),
    takes: (accessToken) => time.now() < (ends.get(accessToken) ?? 0),
    fetchFor: (process) => async (input, init) => {
      const request = new Request(input, init)
      const form = new URLSearchParams(await request.text())
      const [, connectionId = ''] = new URL(request.url).pathname.split('/')
      const takesMs = 1 + random.next() * mannersOf(connectionId).slowestMs
      return new Promise((resolve, reject) => {
        request.signal.addEventListener('abort', () => process.deliver(() => reject(request.signal.reason)))
        // What has left a process arrives, whatever becomes of it.
        time.after(takesMs / 2, () => {
          const response = answer(request, form, process.name)
          if (response) time.after(takesMs / 2, () => process.deliver(() => resolve(response)))
        })
      })
    },
  }
}

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
}
