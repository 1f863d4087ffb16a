import { expect, it } from 'vitest'
import { VaultError } from '../../src/index.js'
import { Secret } from '../../src/secret.js'
import { type VerifyWebhookOptions, verifyWebhook, type WebhookEndpoint, webhooks } from '../../src/webhooks/index.js'
import { signatureHeader } from '../../src/webhooks/webhook-signature.js'
import { RECEIVER } from './faulty-receiver.js'

// The example that the published libraries are tested with.
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
const TIMESTAMP = '1614265330'
const BODY = '{"test": 2432232314}'
const EXAMPLE_SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
const clock = { now: () => 1_614_265_330_000 }

it('signs as the example of the published libraries does', () => {
  expect(signatureHeader([new Secret(SECRET)], { id: ID, timestamp: TIMESTAMP, body: BODY })).toBe(EXAMPLE_SIGNATURE)
})

const event = JSON.stringify({
  type: 'client_frozen',
  timestamp: '2021-02-25T15:02:10.000Z',
  data: { tenant: 'default', clientId: 'sc_ä' },
})
const signed = (body: string): string => signatureHeader([new Secret(SECRET)], { id: ID, timestamp: TIMESTAMP, body })
const good: VerifyWebhookOptions = {
  secret: SECRET,
  headers: { 'webhook-id': ID, 'webhook-timestamp': TIMESTAMP, 'webhook-signature': signed(event) },
  body: event,
  clock,
}
const withHeaders = (headers: Record<string, string | string[] | undefined>): VerifyWebhookOptions => ({
  ...good,
  headers: { ...good.headers, ...headers } as Record<string, string>,
})
const EVENT = { type: 'client_frozen', id: ID, atMs: 1_614_265_330_000, tenant: 'default', clientId: 'sc_ä' }

it.each<[string, VerifyWebhookOptions]>([
  ['as Node has headers', good],
  ['as fetch has headers', { ...good, headers: new Headers(good.headers as Record<string, string>) }],
  [
    'with names in capitals',
    { ...good, headers: Object.fromEntries(Object.entries(good.headers).map(([name, value]) => [name.toUpperCase(), value])) },
  ],
  ['with the body as bytes', { ...good, body: new TextEncoder().encode(event) }],
  ['with other signatures beside', withHeaders({ 'webhook-signature': `v1a,AAAA v1,AAAA v1,%% ${signed(event)}` })],
  ['five minutes late', { ...good, clock: { now: () => clock.now() + 300_000 } }],
  ['five minutes early', { ...good, clock: { now: () => clock.now() - 300_000 } }],
  ['hours late, where that is allowed', { ...good, toleranceMs: 7_200_000, clock: { now: () => clock.now() + 7_200_000 } }],
])('believes a webhook %s', (_name, options) => {
  expect(verifyWebhook(options)).toEqual(EVENT)
})

it.each<[string, unknown]>([
  ['was parsed', JSON.parse(event)],
  ['was parsed to a list', []],
  ['was not read', undefined],
  ['is null', null],
])('says of a body that %s how it is wanted', (_name, body) => {
  expect(() => verifyWebhook({ ...good, body: body as string })).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      message: expect.stringContaining('parses JSON'),
      facts: { fields: { body: expect.any(String) } },
    }),
  )
})

it.each<[string, VerifyWebhookOptions, string]>([
  ['without an id', withHeaders({ 'webhook-id': undefined }), 'webhook_headers'],
  ['without a time', withHeaders({ 'webhook-timestamp': undefined }), 'webhook_headers'],
  ['without a signature', withHeaders({ 'webhook-signature': undefined }), 'webhook_headers'],
  ['with a time that is none', withHeaders({ 'webhook-timestamp': '1614265330.5' }), 'webhook_headers'],
  ['with another id', withHeaders({ 'webhook-id': `${ID}x` }), 'webhook_signature'],
  ['with another time', withHeaders({ 'webhook-timestamp': '1614265331' }), 'webhook_signature'],
  ['with another body', { ...good, body: event.replace('sc_', 'sd_') }, 'webhook_signature'],
  [
    'with a signature of another scheme alone',
    withHeaders({ 'webhook-signature': signed(event).replace('v1,', 'v1a,') }),
    'webhook_signature',
  ],
  ['with half a signature', withHeaders({ 'webhook-signature': signed(event).slice(0, 20) }), 'webhook_signature'],
  ['under another secret', { ...good, secret: `whsec_${btoa('another secret, 24 bytes')}` }, 'webhook_signature'],
  ['too late', { ...good, clock: { now: () => clock.now() + 300_001 } }, 'webhook_timestamp'],
  ['however late, by a tolerance that is no number', { ...good, toleranceMs: Number.NaN }, 'webhook_timestamp'],
  ['too early', { ...good, clock: { now: () => clock.now() - 300_001 } }, 'webhook_timestamp'],
  ...[
    '',
    '[]',
    'null',
    '{"type":"x"}',
    '{"type":"x","timestamp":"then","data":{}}',
    '{"type":1,"timestamp":"2021-02-25T15:02:10Z","data":{}}',
  ].map((body): [string, VerifyWebhookOptions, string] => [
    `whose body is ${body || 'empty'}`,
    { ...withHeaders({ 'webhook-signature': signed(body) }), body },
    'webhook_body',
  ]),
])('does not believe one %s', (_name, options, reason) => {
  expect(() => verifyWebhook(options)).toThrow(expect.objectContaining({ code: 'unauthenticated', facts: { reason } }))
})

const endpoint = { id: 'app', url: RECEIVER, secret: SECRET }
it.each<[string, unknown, readonly string[]]>([
  ['nothing', undefined, ['endpoints']],
  ['no endpoint', { endpoints: [] }, ['endpoints']],
  ['an endpoint that is none', { endpoints: [undefined] }, ['endpoints[0].id', 'endpoints[0].url', 'endpoints[0].secret']],
  ['an id with a colon', { endpoints: [{ ...endpoint, id: 'a:b' }] }, ['endpoints[0].id']],
  ['an id twice', { endpoints: [endpoint, endpoint] }, ['endpoints[1].id']],
  ['http', { endpoints: [{ ...endpoint, url: 'http://app.example/' }] }, ['endpoints[0].url']],
  ['another scheme', { endpoints: [{ ...endpoint, url: 'ftp://app.example/', allowInsecure: true }] }, ['endpoints[0].url']],
  ['a password in the URL', { endpoints: [{ ...endpoint, url: 'https://a:canary@app.example/' }] }, ['endpoints[0].url']],
  ['a secret without its beginning', { endpoints: [{ ...endpoint, secret: SECRET.slice(6) }] }, ['endpoints[0].secret']],
  ['a short secret', { endpoints: [{ ...endpoint, secret: `whsec_${btoa('canary-of-23-bytes-only')}` }] }, ['endpoints[0].secret']],
  ['a long secret', { endpoints: [{ ...endpoint, secret: `whsec_${btoa('x'.repeat(65))}` }] }, ['endpoints[0].secret']],
  ['no secret', { endpoints: [{ ...endpoint, secret: [] }] }, ['endpoints[0].secret']],
  ['an unknown event', { endpoints: [{ ...endpoint, events: ['connectd'] }] }, ['endpoints[0].events']],
  ['what is told in the process alone', { endpoints: [{ ...endpoint, events: ['refresh_started'] }] }, ['endpoints[0].events']],
  ['a name misspelt', { endpoints: [{ ...endpoint, event: ['connected'] }], timeout: 1 }, ['timeout', 'endpoints[0].event']],
  ['no event', { endpoints: [{ ...endpoint, events: [] }] }, ['endpoints[0].events']],
  [
    'numbers',
    { endpoints: [endpoint], concurrency: 0, timeoutMs: 60_000, retryDelaysMs: [-1] },
    ['concurrency', 'timeoutMs', 'retryDelaysMs'],
  ],
])('refuses the options with %s, naming each bad field and no secret', (_name, options, fields) => {
  let refusal: unknown
  try {
    webhooks(options as never)
  } catch (error) {
    refusal = error
  }
  expect(refusal).toBeInstanceOf(VaultError)
  expect(refusal).toMatchObject({ code: 'invalid_configuration' })
  expect(Object.keys((refusal as VaultError).facts.fields ?? {})).toEqual(fields)
  expect(JSON.stringify(refusal) + String(refusal)).not.toMatch(/canary|MfKQ/)
})

it.each<[string, Partial<WebhookEndpoint>]>([
  ['http on loopback', { url: 'http://127.0.0.1:3000/webhooks' }],
  ['http where that is allowed', { url: 'http://app.internal/webhooks', allowInsecure: true }],
  ['a query', { url: 'https://app.example/webhooks?team=a' }],
])('takes an endpoint with %s', (_name, more) => {
  expect(webhooks({ endpoints: [{ ...endpoint, ...more }] }).bind).toBeTypeOf('function')
})
