import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Fault, swallows } from './faults.ts'
import { type TokenExchange, type TokenGenealogy, tokenGenealogy } from './token-exchanges.ts'

/** Stands before the token endpoint of a real provider, and does to requests and answers what networks and gateways do. */
export interface FaultyTokenProxy {
  /** The token endpoint of one asker. Whose request it was is told by its path. */
  endpointFor(asker: string): string
  /** What the next refresh requests meet. Undefined: nothing, and whoever is held up goes on at once. */
  misbehave(deal: (() => Fault | undefined) | undefined): void
  /** All refresh requests that are over, in the order of their arrival. */
  exchanges(): readonly TokenExchange[]
  readonly genealogy: TokenGenealogy
  /** Resolves when no request is under way. */
  idle(): Promise<void>
  close(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly body: string
}

/** @param pastCapMs - Longer than the vault lets a request run. */
export async function faultyTokenProxy(tokenEndpoint: string, pastCapMs: number): Promise<FaultyTokenProxy> {
  const genealogy = tokenGenealogy()
  const exchanges = new Map<number, TokenExchange>()
  const underWay = new Set<Promise<void>>()
  const failures: unknown[] = []
  let deal: (() => Fault | undefined) | undefined
  let healed = new AbortController()
  let arrivals = 0

  async function forward({ headers }: IncomingMessage, body: string): Promise<Answer> {
    const passedOn = { authorization: headers.authorization ?? '', 'content-type': headers['content-type'] ?? '' }
    const response = await fetch(tokenEndpoint, { method: 'POST', headers: passedOn, body })
    return { status: response.status, body: await response.text() }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrival = { number: ++arrivals, ms: Date.now() }
    const body = await textOf(request)
    // The asker died over it.
    if (body === undefined) return
    const refreshToken = new URLSearchParams(body).get('refresh_token')
    if (refreshToken === null) {
      const answer = await forward(request, body)
      if (answer.status === 200) genealogy.born(answer.body, undefined)
      await respond(response, answer)
      return
    }
    const fault = deal?.()
    const origin = genealogy.ofRefreshToken(refreshToken)
    const asker = decodeURIComponent(request.url?.split('/')[1] ?? '')
    const noted = { asker, ...origin, fault, arrivedMs: arrival.ms }
    if (fault?.endsWith('before')) {
      exchanges.set(arrival.number, { ...noted, answer: undefined, isDelivered: false })
      return misdeliver(response, fault, { status: 0, body: '' })
    }
    // As a server does: whether the asker still waits makes no difference to it.
    const answer = await forward(request, body)
    if (answer.status === 200) genealogy.born(answer.body, origin)
    const isDelivered = await deliver(response, answer, fault)
    exchanges.set(arrival.number, { ...noted, answer: answer.status === 200 ? 'rotated' : 'refused', isDelivered })
  }

  async function deliver(response: ServerResponse, answer: Answer, fault: Fault | undefined): Promise<boolean> {
    const held = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal: healed.signal }).catch(() => undefined)
    if (fault === 'stall') await held(STALL_MS)
    else if (fault === 'drip') return drip(response, answer, () => held(DRIP_EVERY_MS))
    else if (fault === 'held past the cap') await held(pastCapMs)
    else if (swallows(fault)) {
      await misdeliver(response, fault, answer)
      return false
    }
    return respond(response, answer)
  }

  const server = createServer((request, response) => {
    const work = serve(request, response)
    underWay.add(work)
    work.catch((error: unknown) => failures.push(error)).finally(() => underWay.delete(work))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('The proxy listens on no port.')

  return {
    genealogy,
    endpointFor: (asker) => `http://127.0.0.1:${address.port}/${encodeURIComponent(asker)}/token`,
    misbehave(dealing) {
      deal = dealing
      if (dealing) return
      healed.abort()
      healed = new AbortController()
    },
    exchanges: () => [...exchanges].sort(([a], [b]) => a - b).map(([, exchange]) => exchange),
    async idle() {
      while (underWay.size > 0) await Promise.allSettled(underWay)
      if (failures.length > 0) throw new AggregateError(failures, 'The proxy itself failed.')
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Well below the vault's cap, and above a caller's patience. */
const STALL_MS = 2_500
const DRIP_EVERY_MS = 20
const DRIP_CHARACTERS = 16

async function textOf(request: IncomingMessage): Promise<string | undefined> {
  let text = ''
  try {
    for await (const chunk of request) text += String(chunk)
    return text
  } catch {
    return undefined
  }
}

/** Tells whether all of it went out. */
async function respond(response: ServerResponse, { status, body }: Answer): Promise<boolean> {
  if (response.destroyed) return false
  response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  return hasGoneOut(response)
}

async function drip(response: ServerResponse, { status, body }: Answer, pause: () => Promise<unknown>): Promise<boolean> {
  response.writeHead(status, { 'content-type': 'application/json' })
  for (let at = 0; at < body.length; at += DRIP_CHARACTERS) {
    await pause()
    if (response.destroyed) return false
    response.write(body.slice(at, at + DRIP_CHARACTERS))
  }
  response.end()
  return hasGoneOut(response)
}

function hasGoneOut(response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    response.once('finish', () => resolve(true))
    response.once('close', () => resolve(response.writableFinished))
  })
}

async function misdeliver(response: ServerResponse, fault: Fault | undefined, { body }: Answer): Promise<void> {
  if (fault?.startsWith('500')) response.writeHead(500).end('Internal Server Error')
  else if (fault?.startsWith('HTML')) response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><h1>Please sign in</h1>')
  else if (fault === 'cut off') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
    response.write(body.slice(0, body.length / 2), () => response.destroy())
  } else response.destroy()
}
