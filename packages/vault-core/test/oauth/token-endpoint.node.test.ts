import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createSocketServer, type Server } from 'node:net'
import { createGzip } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { explicitConnection, refreshThrough } from './oauth-runtime.js'

const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function') server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function listen(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}`
}

/** Sends a refresh with the runtime's real fetch to a real server, and counts what arrives. */
async function refreshAgainst(respond: (request: IncomingMessage, response: ServerResponse, origin: string) => void, signal?: AbortSignal) {
  const seen: string[] = []
  const origin: string = await listen(
    createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`)
      request.resume()
      request.on('end', () => respond(request, response, origin))
    }),
  )
  const connection = explicitConnection({ tokenEndpoint: `${origin}/token` })
  const outcome = await refreshThrough((input, init) => fetch(input, init), { connection, ...(signal ? { signal } : {}) })
  return { outcome, seen }
}

describe('over a real network', () => {
  it.each([301, 302, 303, 307, 308])('a redirect with status %i is not followed: exactly one request is seen', async (status) => {
    const { outcome, seen } = await refreshAgainst((_request, response, origin) =>
      response.writeHead(status, { location: `${origin}/elsewhere` }).end(),
    )
    expect(outcome).toMatchObject({ kind: 'unusable', status, reason: 'redirect' })
    expect(seen).toEqual(['POST /token'])
  })

  it('an answer without end is cut off', async () => {
    let written = 0
    const { outcome } = await refreshAgainst((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const chunk = Buffer.alloc(65_536, 'x')
      const write = (): void => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length
        response.once('drain', write)
      }
      write()
    })
    expect(outcome).toMatchObject({ kind: 'unusable', status: 200, reason: 'too_large' })
    expect(written).toBeLessThan(64 * 1024 * 1024)
  })

  it('a small answer that unpacks to a gigabyte is cut off', async () => {
    const { outcome } = await refreshAgainst((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      const gzip = createGzip()
      gzip.on('error', () => undefined)
      gzip.pipe(response)
      const zeros = Buffer.alloc(1_048_576)
      let left = 1024
      const write = (): void => {
        while (left-- > 0) if (!gzip.write(zeros)) return void gzip.once('drain', write)
        gzip.end()
      }
      response.on('close', () => gzip.destroy())
      write()
    })
    expect(outcome).toMatchObject({ kind: 'unusable', status: 200, reason: 'too_large' })
  })

  it('an answer that drips ends with the signal', async () => {
    const cap = new AbortController()
    const { outcome } = await refreshAgainst((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"access_token":', () => cap.abort())
    }, cap.signal)
    expect(outcome).toMatchObject({ kind: 'no_answer', notSent: false, reason: 'aborted' })
  })

  it('a connection that breaks after the request leaves the outcome unknown', async () => {
    const { outcome, seen } = await refreshAgainst((_request, response) => response.socket?.destroy())
    expect(outcome).toMatchObject({ kind: 'no_answer', notSent: false, reason: 'network' })
    expect(seen).toHaveLength(1)
  })

  it('a body that breaks off in a 200 leaves the outcome unknown', async () => {
    const { outcome } = await refreshAgainst((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      response.write('{"access_token":"at"', () => response.socket?.destroy())
    })
    expect(outcome).toMatchObject({ kind: 'no_answer', notSent: false, reason: 'network' })
  })

  it('what is no HTTP leaves the outcome unknown', async () => {
    const origin = await listen(
      createSocketServer((socket) => socket.on('error', () => undefined).end('220 mail.example ESMTP\r\n', () => socket.destroySoon())),
    )
    const outcome = await refreshThrough((input, init) => fetch(input, init), {
      connection: explicitConnection({ tokenEndpoint: `${origin}/token` }),
    })
    expect(outcome).toMatchObject({ kind: 'no_answer', notSent: false, reason: 'network' })
  })

  it('nobody listening: surely nothing was sent', async () => {
    const origin = await listen(createSocketServer())
    await new Promise((resolve) => servers.pop()?.close(resolve))
    const outcome = await refreshThrough((input, init) => fetch(input, init), {
      connection: explicitConnection({ tokenEndpoint: `${origin}/token` }),
    })
    expect(outcome).toMatchObject({ kind: 'no_answer', notSent: true, reason: 'network', cause: 'ECONNREFUSED' })
  })

  it('a host that does not exist: surely nothing was sent', async () => {
    const connection = explicitConnection({ tokenEndpoint: 'https://no-such-host.invalid/token' })
    const outcome = await refreshThrough((input, init) => fetch(input, init), { connection })
    expect(outcome).toMatchObject({ kind: 'no_answer', notSent: true, reason: 'network' })
  })
})
