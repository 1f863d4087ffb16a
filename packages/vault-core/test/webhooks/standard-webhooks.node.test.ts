import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'
import { verifyWebhook } from '../../src/webhooks/index.js'
import { webhooks } from '../../src/webhooks/webhooks.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'
import { SECRET } from './faulty-receiver.js'

it('a receiver that knows the published library alone takes what is sent, and refuses what was changed', async () => {
  const arrived: { readonly headers: IncomingHttpHeaders; readonly body: string; readonly url: string | undefined }[] = []
  const server = createServer(async (request, response) => {
    arrived.push({ headers: request.headers, body: await text(request), url: request.url })
    // A body that nobody reads, and a redirect's target that nobody asks.
    response.writeHead(arrived.length === 1 ? 307 : 200, { location: '/elsewhere' }).end('x'.repeat(100_000))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const world = vaultWorld()
  const endpoint = { id: 'app', url: `http://127.0.0.1:${port}/webhooks`, secret: SECRET }
  const hooks = webhooks({ endpoints: [endpoint], retryDelaysMs: [0, 0] })
  const vault = world.vault({
    webhooks: hooks,
    // The published library goes by the real time.
    clock: { ...world.clock, now: () => Date.now() },
    fetch: (input, init) => (String(input).startsWith(endpoint.url) ? fetch(input, init) : world.provider.fetch(input, init)),
  })
  try {
    await world.connect(vault)
    while (arrived.length < 2) await vault.sweep()
    await vault.disconnect(ALICE)
    await vault.sweep()
    const library = new Webhook(SECRET)
    expect(arrived.map(({ url }) => url)).toEqual(['/webhooks', '/webhooks', '/webhooks'])
    expect(arrived.map(({ headers, body }) => library.verify(body, headers as Record<string, string>))).toMatchObject([
      { type: 'connected', data: { userId: 'alice' } },
      { type: 'connected' },
      { type: 'disconnected', data: { reason: 'requested' } },
    ])
    const [{ headers, body } = expect.fail('Nothing came.')] = arrived
    expect(() => library.verify(body.replace('alice', 'mallory'), headers as Record<string, string>)).toThrow()
    // And the other way round: what the library signs is believed here.
    const signedAt = new Date()
    const signature = library.sign('msg_1', signedAt, body)
    const theirs = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(signedAt.getTime() / 1000)),
      'webhook-signature': signature,
    }
    expect(verifyWebhook({ secret: SECRET, headers: theirs, body })).toMatchObject({ id: 'msg_1', type: 'connected' })
  } finally {
    await vault.close()
    server.closeAllConnections()
    server.close()
  }
})
