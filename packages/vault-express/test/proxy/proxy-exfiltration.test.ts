import { once } from 'node:events'
import { type AddressInfo, connect, createServer as createTcpServer, isIP, type LookupFunction, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publicFetch } from '../../src/index.js'
import { type ProxyWorld, proxyWorld, recorder } from './proxy-world.js'

// Whatever a caller writes, over a real socket: the token goes to the API that the operator named, by the path that the caller wrote, or nowhere.

let world: ProxyWorld
let thief: Server
let thiefPort: number
let alicesToken: string
/** Whoever connected to the thief. */
const caught: string[] = []
/** Where the vault sent requests. */
const asked = new Set<string>()
const api = recorder((_request, response) => response.end('of the API'))

const recordingFetch: typeof fetch = (input, init) => {
  asked.add(new URL(input instanceof Request ? input.url : String(input)).origin)
  return fetch(input, init)
}

beforeAll(async () => {
  thief = createTcpServer((socket) => {
    caught.push(String(socket.remotePort))
    socket.destroy()
  })
  thief.listen(0, '127.0.0.1')
  await once(thief, 'listening')
  thiefPort = (thief.address() as AddressInfo).port
  world = await proxyWorld(api.listener, { fetch: recordingFetch, accessTokenTtlS: 3_600, proxied: { headers: ['x-asked'] } })
  alicesToken = (await world.vault.getCredentials({ connectionId: 'demo', userId: 'alice' })).accessToken
})
afterAll(async () => {
  thief.close()
  await world.close()
})

const PROXY = '/v1/connections/demo/users/alice/proxy'

interface RawAnswer {
  readonly status: number
  readonly isOfApi: boolean
  readonly text: string
}

/** Sends a request as it is written, with whatever bytes. */
async function raw(line: string, headers: readonly string[] = []): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(world.origin)
  const socket = connect(Number(port), hostname)
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += String(chunk)
  })
  socket.on('error', () => undefined)
  const all = [`Authorization: ${world.token}`, 'Connection: close', ...headers]
  if (!headers.some((header) => /^host:/i.test(header))) all.unshift(`Host: ${host}`)
  socket.write(Buffer.from(`${line} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n`))
  await once(socket, 'close')
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), isOfApi: /^holdfast-answered-by: api\r$/im.test(text), text }
}

const hosts = (): readonly string[] => [
  'evil.example',
  `127.0.0.1:${thiefPort}`,
  `localhost:${thiefPort}`,
  `2130706433:${thiefPort}`,
  `0x7f000001:${thiefPort}`,
  `0177.0.0.1:${thiefPort}`,
  `127.1:${thiefPort}`,
  `[::1]:${thiefPort}`,
  `[::ffff:127.0.0.1]:${thiefPort}`,
  `user:password@127.0.0.1:${thiefPort}`,
  '169.254.169.254',
  'metadata.google.internal',
]

/** Ways in which a path might be read as another host, another origin or another path. */
const FORMS: readonly ((host: string) => string)[] = [
  (host) => `//${host}/x`,
  (host) => `///${host}/x`,
  (host) => `////${host}/x`,
  (host) => `/\\${host}/x`,
  (host) => `\\\\${host}\\x`,
  (host) => `/\\/${host}/x`,
  (host) => `/http://${host}/x`,
  (host) => `/https:/${host}/x`,
  (host) => `/http:${host}/x`,
  (host) => `/http:\\\\${host}/x`,
  (host) => `@${host}/x`,
  (host) => `/@${host}/x`,
  (host) => `:80@${host}/x`,
  (host) => `.${host}/x`,
  (host) => `/.${host}/x`,
  (host) => `/%2f%2f${host}/x`,
  (host) => `/%2F${host}/x`,
  (host) => `%2f%2f${host}/x`,
  (host) => `/%5c%5c${host}/x`,
  (host) => `/%40${host}/x`,
  (host) => `/%3a//${host}/x`,
  (host) => `/..//${host}/x`,
  (host) => `/../../../../../..//${host}/x`,
  (host) => `/..%2f..%2f..%2f${host}/x`,
  (host) => `/%2e%2e/%2e%2e//${host}/x`,
  (host) => `/%2e%2e%2f%2e%2e%2f${host}/x`,
  (host) => `/.%2e/${host}/x`,
  (host) => `/x/..;/${host}/x`,
  (host) => `/;@${host}/x`,
  (host) => `/x?url=http://${host}/&origin=http://${host}&base_url=//${host}`,
  (host) => `?//${host}/x`,
  (host) => `/x#@${host}/x`,
  (host) => `#//${host}/x`,
  (host) => `/%00//${host}/x`,
  (host) => `/%09/${host}/x`,
  (host) => `/\t/${host}/x`,
  (host) => `/%0d%0aHost:%20${host}`,
  (host) => `/x%20HTTP/1.1%0d%0aHost:%20${host}%0d%0a%0d%0a`,
  (host) => `/％２ｆ${host}/x`,
  (host) => `/／／${host}/x`,
  (host) => `/%ef%bc%8f%ef%bc%8f${host}/x`,
  (host) => `/%25%32%66%25%32%66${host}/x`,
  (host) => `/{${host}}/x`,
  (host) => `/x/%zz/${host}`,
]

/** The path and query that the API must have got for what was sent, if it got anything. */
const expectedUrl = (target: string): string => target.slice(PROXY.length).replace(/#.*$/, '') || '/'

async function check(line: string, headers: readonly string[] = []): Promise<RawAnswer> {
  const before = api.seen.length
  const answer = await raw(line, headers)
  const what = JSON.stringify([line, headers])
  expect(caught, what).toEqual([])
  expect(
    [...asked].filter((origin) => origin !== world.api.origin && origin !== world.provider.issuer),
    what,
  ).toEqual([])
  expect(answer.text, what).not.toContain(alicesToken)
  const seen = api.seen.slice(before)
  expect(seen.length, what).toBe(answer.isOfApi ? 1 : 0)
  for (const { url, headers: got } of seen) {
    expect(url, what).toBe(expectedUrl(line.replace(/^\S+ /, '')))
    expect(got.host, what).toBe(new URL(world.api.origin).host)
    expect(got.authorization, what).toBe(`Bearer ${alicesToken}`)
    expect(JSON.stringify({ ...got, authorization: '' }), what).not.toContain(world.token.slice(7))
  }
  if (!answer.isOfApi) expect([400, 404, 405], what).toContain(answer.status)
  return answer
}

describe('a path', () => {
  it('leads to the declared API or nowhere, however another host is written into it', async () => {
    let passed = 0
    let refused = 0
    for (const host of hosts()) {
      for (const form of FORMS) {
        const { isOfApi } = await check(`GET ${PROXY}${form(host)}`)
        if (isOfApi) passed += 1
        else refused += 1
      }
    }
    expect(passed + refused).toBeGreaterThan(500)
    // Odd, and still a path of the API: an at-sign, a colon, an encoded slash.
    expect(passed).toBeGreaterThan(100)
    expect(refused).toBeGreaterThan(200)
  })

  it('in the form of a whole URL, or of an authority, is none of the vault’s', async () => {
    for (const host of hosts()) {
      for (const target of [
        `http://${host}${PROXY}/x`,
        `https://${host}${PROXY}/x`,
        `//${host}${PROXY}/x`,
        `/\\${host}${PROXY}/x`,
        host,
        `*`,
      ]) {
        for (const method of ['GET', 'POST']) expect((await check(`${method} ${target}`)).isOfApi).toBe(false)
      }
    }
  })

  it.each([
    '/v1/connections/demo/users/alice/proxy',
    '/v1/connections/demo/users/alice%2Fproxy%2Fx',
    '/v1/connections/demo/users//proxy/x',
    '/v1/connections//users/alice/proxy/x',
    '/v1/connections/../connections/demo/users/alice/proxy/x',
    '/v1/connections/demo%2Fusers%2Falice/proxy/x',
    '/v1/connections/demo/users/alice/Proxy/x',
    '/v1/connections/demo/users/alice/proxy%2Fx',
    '/v1/connections/demo/users/alice/%70roxy/x',
    '/v1/connections/demo/users/%zz/proxy/x',
    '/V1/connections/demo/users/alice/proxy/x',
    '/v1/connections/other/users/alice/proxy/x',
    '/v1/connections/demo%00/users/alice/proxy/x',
    '/v1/connections/*/users/alice/proxy/x',
    '/v1/connections/demo/users/*/proxy/x',
    '/v1/connections/demo/users/bob/proxy/x',
    '/v1/connections/demo/users/alice%00/proxy/x',
  ])('that names no proxied credential reaches nothing: %s', async (path) => {
    expect((await check(`GET ${path}`)).isOfApi).toBe(false)
  })
})

describe('a header', () => {
  it('moves the request to no other host, and brings nobody else’s right', async () => {
    let made = 0
    for (const host of hosts()) {
      const values = [
        `Host: ${host}`,
        `X-Forwarded-Host: ${host}`,
        `X-Forwarded-Server: ${host}`,
        `X-Forwarded-Proto: gopher`,
        `Forwarded: host=${host};proto=http`,
        `X-Original-URL: http://${host}/`,
        `X-Rewrite-URL: //${host}/`,
        `X-Host: ${host}`,
        `X-Base-Url: http://${host}`,
        `X-Api-Origin: http://${host}`,
        `Origin: http://${host}`,
        `Referer: http://${host}/`,
        `Via: 1.1 ${host}`,
        `Connection: authorization, host, x-asked`,
        `Proxy-Connection: ${host}`,
        `Proxy-Authorization: Basic ${host}`,
        `Authorization: Bearer of-${host}`,
        `X-Authorization: Bearer of-${host}`,
        `Cookie: token=${host}`,
        `TE: ${host}`,
        `Trailer: Authorization`,
        `Upgrade: ${host}`,
        `Destination: http://${host}/`,
        `X-HTTP-Method-Override: DELETE`,
        `Holdfast-Answered-By: ${host}`,
      ]
      for (const header of values) {
        const before = api.seen.length
        const { isOfApi, status } = await check(`GET ${PROXY}/x`, [header, 'X-Asked: passed'])
        made += 1
        // The parser of the server itself refuses some.
        expect(isOfApi || status === 400, header).toBe(true)
        const [seen] = api.seen.slice(before)
        if (seen)
          expect(Object.keys(seen.headers).toSorted(), header).toEqual([
            'accept',
            'accept-encoding',
            'accept-language',
            'authorization',
            'connection',
            'host',
            'sec-fetch-mode',
            'user-agent',
            'x-asked',
          ])
      }
    }
    expect(made).toBeGreaterThan(250)
  })
})

describe('a name that the operator declared', () => {
  it('gets nothing when it leads to a private address a moment later', async () => {
    const listened = recorder((_request, response) => response.writeHead(200, { connection: 'close' }).end('of the API'))
    let address = '127.0.0.1'
    const lookup: LookupFunction = (_hostname, options, callback) => {
      if (options.all) callback(null, [{ address, family: isIP(address) }])
      else callback(null, address, isIP(address))
    }
    // 127.0.0.1 stands for a public address.
    const guarded = publicFetch({ lookup, allow: (reached) => reached === '127.0.0.1' })
    const rebinding = await proxyWorld(listened.listener, {
      fetch: (input, init) => (String(input).startsWith('http://api.example') ? guarded(String(input), init) : fetch(input, init)),
      connection: (origin) => ({ allowInsecureRequests: true, apiOrigins: [origin.replace('127.0.0.1', 'api.example')] }),
    })
    try {
      for (const rebound of REBOUND) {
        address = '127.0.0.1'
        expect((await rebinding.call('/x')).status).toBe(200)
        address = rebound
        const refused = await rebinding.call('/x')
        expect([rebound, refused.status, await refused.json()]).toMatchObject([rebound, 424, { errorCode: 'invalid_configuration' }])
      }
      expect(listened.seen).toHaveLength(REBOUND.length)
    } finally {
      await rebinding.close()
    }
  })
})

const REBOUND = [
  '127.0.0.2',
  '10.0.0.5',
  '169.254.169.254',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:a9fe:a9fe',
  '0.0.0.0',
  '64:ff9b::7f00:1',
  '100.64.0.1',
  'fd00:ec2::254',
]
