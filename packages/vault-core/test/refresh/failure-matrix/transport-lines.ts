import { type Fault, json, PROVIDER } from '../../fixtures/faulty-provider.js'
import { networkFailure } from '../../oauth/faulty-token-endpoint.js'
import type { MatrixLine } from './matrix-line.js'
import { S } from './scene.js'

const html = (status: number) => () => new Response('<h1>canary</h1>', { status, headers: { 'content-type': 'text/html' } })
const text = (body: string) => () => new Response(body, { status: 200, headers: { 'content-type': 'application/json' } })
const fails = (code: string) => (): never => {
  throw networkFailure(code)
}

/** Rows 12 to 14, and 37: answers that are none, and requests that do not arrive. */
export const transportLines: readonly MatrixLine[] = [
  passing(12, '500', 'http_500', html(500)),
  passing(12, '502 with an HTML page', 'http_502', html(502)),
  passing(12, '200 with an HTML page', 'not_json', html(200)),
  passing(12, '200 without a body', 'empty', text('')),
  passing(12, '200 with JSON that breaks off', 'not_json', text('{"access_token":"canary-access-2","refr')),
  passing(12, '200 with an unknown `error`', 'bad_weather', () => json(200, { error: 'bad_weather' })),
  {
    row: 12,
    event: '500 after the provider had rotated; asked again after a second',
    lives: 'the old token',
    ended: { code: 'reauthorization_required', reason: 'rotation_outcome_unknown' },
    requests: 2,
    status: 'reauthorization_required (rotation_outcome_unknown)',
    events: ['refresh_failed', 'reauthorization_required', 'refresh_failed'],
    async happen({ world, ask }) {
      world.provider.failNext({ when: 'after', respond: html(500) })
      await ask()
      await world.clock.advance(S)
      return ask()
    },
  },
  {
    row: 12,
    event: 'Good tokens under a wrong content type',
    lives: 'a new token',
    ended: 'a new token',
    requests: 1,
    status: 'active',
    events: ['refreshed'],
    async happen({ world, ask }) {
      const tokens = { access_token: 'canary-access-2', refresh_token: 'canary-refresh-2', token_type: 'Bearer', expires_in: 3_600 }
      world.provider.failNext({ when: 'after', respond: () => json(200, tokens, { 'content-type': 'text/html' }) })
      return ask()
    },
  },
  passing(13, 'The host has no address', 'network', fails('ENOTFOUND')),
  passing(13, 'Nobody listens', 'network', fails('ECONNREFUSED')),
  passing(13, 'The certificate is refused', 'network', fails('CERT_HAS_EXPIRED')),
  {
    row: 13,
    event: 'An answer that drips, and never ends, `strict`',
    lives: 'the old token',
    ended: { code: 'provider_unavailable', reason: 'refresh_in_progress', retryAfterMs: 1_000 },
    requests: 1,
    status: 'active',
    events: ['refresh_failed'],
    async happen({ world, ask }) {
      world.provider.failNext({ when: 'before', respond: () => new Response(endless(1, world.clock.sleep)) })
      const call = await ask()
      await world.clock.advance(121 * S)
      return call
    },
  },
  passing(
    14,
    'A redirect: it is not followed',
    'redirect',
    () => new Response(null, { status: 307, headers: { location: `${PROVIDER}/elsewhere` } }),
  ),
  passing(37, 'An answer of more than 1 MB', 'too_large', text(JSON.stringify({ padding: 'x'.repeat(1_048_577) }))),
  passing(37, 'An answer that never ends', 'too_large', () => new Response(endless(65_536, async () => undefined))),
]

/** A failure that passes: the provider did nothing, or nobody knows, and it is asked again soon. */
function passing(row: number, event: string, reason: string, respond: Fault['respond']): MatrixLine {
  return {
    row,
    event,
    lives: 'the old token',
    ended: { code: 'provider_unavailable', reason, retryAfterMs: [100, 1_000] },
    requests: 1,
    status: `active (${reason})`,
    events: ['refresh_failed'],
    async happen({ world, ask }) {
      world.provider.failNext({ when: 'before', respond })
      return ask()
    },
  }
}

/** A body that goes on as long as it is read, with a second between its pieces. */
function endless(pieceBytes: number, sleep: (ms: number) => Promise<void>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      await sleep(S)
      controller.enqueue(new Uint8Array(pieceBytes).fill(0x20))
    },
  })
}
