import { createServer, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EndpointRecord } from './endpoint-records.ts'

// A token endpoint that takes each refresh token once, and so many requests a second, whoever sends them. It keeps a record of each.
const LIMIT = 200
const WINDOW_MS = 1_000
/** As long as the endpoints of large providers take, give or take. */
const TAKES_MS = 40
const TOKEN_LIFE_S = 3_600

const records: EndpointRecord[] = []
/** The one refresh token of each grant that is good, by its generation. */
const generations = new Map<number, number>()
const dead = new Set<number>()
const recent: number[] = []

function judge(grant: number, generation: number, nowMs: number): EndpointRecord['answer'] {
  while ((recent[0] ?? nowMs) <= nowMs - WINDOW_MS) recent.shift()
  if (recent.length >= LIMIT) return 'limited'
  recent.push(nowMs)
  if (dead.has(grant) || generation !== (generations.get(grant) ?? 0)) {
    // Reuse is theft: the grant is over.
    dead.add(grant)
    return 'reused'
  }
  generations.set(grant, generation + 1)
  return 'rotated'
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

const server = createServer(async (request, response) => {
  const json = (status: number, body: unknown, headers = {}): void =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  if (request.method === 'GET') return json(200, request.url === '/count' ? records.length : records)
  const arrivedMs = performance.timeOrigin + performance.now()
  const [, grant, generation] = /^refresh-(\d+)-(\d+)$/.exec(new URLSearchParams(await textOf(request)).get('refresh_token') ?? '') ?? []
  const answer = judge(Number(grant), Number(generation), arrivedMs)
  records.push({ grant: Number(grant), arrivedMs, answer })
  if (answer === 'limited') return json(429, { error: 'slow_down' }, { 'retry-after': '1' })
  await sleep(TAKES_MS * (0.5 + Math.random()))
  if (answer === 'reused') return json(400, { error: 'invalid_grant' })
  const next = Number(generation) + 1
  json(200, {
    access_token: `access-${grant}-${next}`,
    refresh_token: `refresh-${grant}-${next}`,
    token_type: 'Bearer',
    expires_in: TOKEN_LIFE_S,
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object') process.stdout.write(`${address?.port}\n`)
})
// It goes with whoever started it.
process.stdin.resume().on('end', () => process.exit())
