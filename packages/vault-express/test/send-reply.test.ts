import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Reply } from '@holdfast/vault-http'
import express from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { sendReply } from '../src/send-reply.js'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** What a client gets of this reply, from an application that has set a header of its own. */
async function received(reply: Reply, method = 'GET'): Promise<{ readonly response: Response; readonly bytes: Uint8Array }> {
  const app = express()
  app.use((_request, response) => {
    response.setHeader('x-app', 'café')
    sendReply(reply, response)
  })
  const server = app.listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { method })
  return { response, bytes: new Uint8Array(await response.arrayBuffer()) }
}

describe('a reply', () => {
  it.each([
    ['plain ASCII', '{"accessToken":"abc"}'],
    ['every ASCII character', String.fromCharCode(...Array.from({ length: 128 }, (_, code) => code))],
    ['characters of Latin-1', '{"name":"café"}'],
    ['characters beyond it', '{"name":"名前 🗝 ’"}'],
    ['nothing', ''],
  ])('with a body of %s arrives as UTF-8, with its length, and leaves the headers of the application alone', async (_what, body) => {
    const { response, bytes } = await received({ status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body })
    expect([...bytes]).toEqual([...new TextEncoder().encode(body)])
    expect(response.headers.get('content-length')).toBe(String(bytes.length))
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(response.headers.get('x-app')).toBe('café')
  })

  it('has no body where there is none, or where only the head was asked for', async () => {
    expect((await received({ status: 204, headers: {} })).bytes).toHaveLength(0)
    const { response, bytes } = await received({ status: 200, headers: {}, body: '{}' }, 'HEAD')
    expect([response.status, bytes.length]).toEqual([200, 0])
  })
})
