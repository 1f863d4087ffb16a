import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { verifyWebhook } from '@holdfast/vault-core/webhooks'
import type { Arrival, ReceiverSetup } from './messages.ts'

// The program that events are sent to. It tells of each before it answers, so that none is counted on the word of the sender.
const setup: ReceiverSetup = JSON.parse(process.argv[2] ?? '')
const server = createServer(async (request, response) => {
  try {
    const event = verifyWebhook({ secret: setup.webhookSecret, headers: request.headers, body: await text(request) })
    const arrival: Arrival = { eventId: event.id, type: event.type, userId: 'userId' in event ? event.userId : undefined }
    process.send?.(arrival, undefined, undefined, () => response.writeHead(204).end())
  } catch {
    response.writeHead(400).end()
  }
})
server.listen(setup.port, '127.0.0.1', () => process.send?.('up'))
process.on('disconnect', () => process.exit(0))
