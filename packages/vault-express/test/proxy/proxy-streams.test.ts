import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { CHUNK_BYTES, chunkOf, countedBody, moment, writeLargeBody } from '../../../vault-node/test/fetch/servers.js'
import { type ProxyWorld, proxyWorld } from './proxy-world.js'

/** More than all buffers on the way together. */
const CHUNKS = 640
const MANY_BYTES = CHUNKS * CHUNK_BYTES

let world: ProxyWorld | undefined
afterEach(() => world?.close())

async function start(...args: Parameters<typeof proxyWorld>): Promise<ProxyWorld> {
  world = await proxyWorld(...args)
  return world
}

/** So much else is sent and answered meanwhile that all could have gone by that anybody would let go by. */
async function letTimePass({ call }: ProxyWorld): Promise<void> {
  for (let times = 0; times < 200; times += 1) await (await call('/small')).text()
}

describe('an answer that is larger than all buffers', () => {
  it('comes whole, and no faster than the caller reads', async () => {
    let writtenBytes = 0
    const through = await start((request, response) => {
      if (request.url === '/small') return void response.end('small')
      return void writeLargeBody(response, CHUNKS, (bytes) => {
        writtenBytes = bytes
      })
    })
    const response = await through.call('/large')
    const reader = response.body?.getReader()
    const body = countedBody()
    const first = await reader?.read()
    body.add(first?.value ?? new Uint8Array())
    await letTimePass(through)
    expect(writtenBytes).toBeLessThan(MANY_BYTES / 2)
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
      if (done) break
      body.add(value)
    }
    expect(body.length).toBe(MANY_BYTES)
  })

  it('is sent on piece by piece, the head first', async () => {
    const [mayWrite, mayEnd] = [moment(), moment()]
    const through = await start(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      await mayWrite.comes
      response.write('one')
      await mayEnd.comes
      response.end('two')
    })
    const response = await through.call('/events')
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    mayWrite.come()
    const reader = response.body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? '').toString()).toBe('one')
    mayEnd.come()
    expect(Buffer.from((await reader?.read())?.value ?? '').toString()).toBe('two')
    expect((await reader?.read())?.done).toBe(true)
  })

  it.each([
    ['before it begins', '/silent'],
    ['in the middle', '/large'],
  ])('is ended at the API when the caller goes away %s', async (_when, path) => {
    const [asked, closed] = [moment(), moment()]
    const through = await start((request, response) => {
      response.on('close', () => closed.come())
      if (request.url === '/large') void writeLargeBody(response, CHUNKS, () => undefined)
      asked.come()
    })
    const caller = new AbortController()
    const calling = through.call(path, { signal: caller.signal })
    calling.catch(() => undefined)
    await asked.comes
    if (path === '/large') await (await calling).body?.getReader().read()
    caller.abort()
    await closed.comes
    const failed = through.logLines.filter((line) => JSON.stringify(line).includes('failed'))
    expect(failed).toEqual([])
  })

  it.each([
    ['whose length was told', { 'content-length': '1000' }],
    ['whose length was not told', {}],
  ])('that breaks off, %s, breaks off for the caller, too', async (_what, headers) => {
    const through = await start((request, response) => {
      response.writeHead(200, headers)
      response.write('begun', () => setImmediate(() => request.socket.destroy()))
    })
    const response = await through.call('/x')
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow()
    // And the application lives.
    expect((await fetch(`${through.origin}/v1/health`)).status).toBe(200)
  })
})

describe('a body that is larger than all buffers', () => {
  const upload = (through: ProxyWorld, body: ReadableStream<Uint8Array>, headers: Record<string, string> = {}): Promise<Response> =>
    through.call('/upload', { method: 'PUT', body, duplex: 'half', headers })

  function largeBody(): { readonly stream: ReadableStream<Uint8Array>; readonly taken: () => number } {
    let taken = 0
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (taken === CHUNKS) return controller.close()
        controller.enqueue(chunkOf(taken++))
      },
    })
    return { stream, taken: () => taken }
  }

  it.each<[string, Record<string, string>]>([
    ['of unknown length', {}],
    ['of known length', { 'content-length': String(MANY_BYTES) }],
  ])('%s goes on no faster than the API reads, and arrives whole', async (_what, headers) => {
    const mayRead = moment()
    const body = countedBody()
    let length: string | undefined
    const through = await start(async (request, response) => {
      if (request.url === '/small') return void response.end('small')
      length = request.headers['content-length']
      await mayRead.comes
      for await (const chunk of request) body.add(chunk as Uint8Array)
      return void response.end('read')
    })
    const { stream, taken } = largeBody()
    const sending = upload(through, stream, headers)
    await letTimePass(through)
    expect(taken()).toBeGreaterThan(0)
    expect(taken()).toBeLessThan(CHUNKS / 2)
    mayRead.come()
    const response = await sending
    expect([response.status, await response.text(), body.length]).toEqual([200, 'read', MANY_BYTES])
    expect(length).toBe(headers['content-length'])
  })

  it('may be answered before it is read', async () => {
    const through = await start((request, response) => {
      response.writeHead(413).end('too much')
      request.resume()
    })
    const response = await upload(through, largeBody().stream)
    expect([response.status, response.headers.get('holdfast-answered-by')]).toEqual([413, 'api'])
  })

  it.each<[string, Record<string, string>]>([
    ['of unknown length', {}],
    ['of known length', { 'content-length': '1000000' }],
    ['that is small', { 'content-length': '1000' }],
  ])('%s that breaks off is not taken for a whole one by the API, nor for a failure of it', async (_what, headers) => {
    const [begun, ended] = [moment(), moment<string>()]
    const through = await start((request) => {
      request.on('data', () => begun.come())
      request.on('end', () => ended.come('whole'))
      request.on('error', () => ended.come('broken'))
    })
    const isSmall = headers['content-length'] === '1000'
    const sent = httpRequest(`${through.origin}/v1/connections/demo/users/alice/proxy/upload`, {
      method: 'PUT',
      headers: { authorization: through.token, ...headers },
    })
    sent.on('error', () => undefined)
    await new Promise<void>((resolve) => sent.write('x'.repeat(500), () => resolve()))
    // A small body is read whole before the API hears of it.
    if (!isSmall) await begun.comes
    sent.destroy()
    if (!isSmall) expect(await ended.comes).toBe('broken')
    // Whatever came of it, it is over when this is answered.
    expect((await fetch(`${through.origin}/v1/health`)).status).toBe(200)
    expect(JSON.stringify(through.logLines)).not.toContain('did not answer a request of the proxy')
  })
})

describe('a caller on a connection of his own', () => {
  it('is asked to wait before he sends, if he asks', async () => {
    const through = await start((request, response) => void request.resume().on('end', () => response.end('read')))
    const sent = httpRequest(`${through.origin}/v1/connections/demo/users/alice/proxy/upload`, {
      method: 'PUT',
      headers: { authorization: through.token, expect: '100-continue', 'content-length': '4' },
    })
    sent.flushHeaders()
    await once(sent, 'continue')
    sent.end('text')
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    expect(response.statusCode).toBe(200)
    response.resume()
  })
})
