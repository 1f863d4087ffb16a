import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { manualClock, settle } from '../../../vault-core/test/fixtures/manual-clock.js'
import { systemClock } from '../../src/service/clock.js'
import { createServiceClient, type ServiceClientOptions } from '../../src/service/index.js'
import { apiThat } from './api-that.js'
import { ALICE, type Fault, failure, faultyVault, token } from './faulty-vault.js'

const refused: Fault = () => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) })
}

/** Reads under a clock that the test moves, and tells when each request was sent, milliseconds since the beginning. */
function reading(answer: Fault, options: Partial<ServiceClientOptions> = {}, signal?: AbortSignal) {
  const clock = manualClock()
  const beganMs = clock.now()
  const sentAtMs: number[] = []
  const vault = faultyVault((request, n) => {
    sentAtMs.push(clock.now() - beganMs)
    return answer(request, n)
  })
  const outcome: { value?: unknown; error?: unknown } = {}
  const done = vault
    .client({ clock, ...options })
    .getCredentials(ALICE, signal && { signal })
    .then(
      (credentials) => void (outcome.value = credentials.accessToken),
      (error: unknown) => void (outcome.error = error),
    )
  return { clock, vault, sentAtMs, outcome, done }
}

describe('getCredentials asks again', () => {
  it.each([
    ['429', () => failure(429, 'rate_limited')],
    ['502 of a proxy', () => new Response('<html>Bad gateway</html>', { status: 502 })],
    ['503', () => failure(503, 'store_unavailable')],
    ['504', () => new Response(null, { status: 504 })],
    ['a connection that is refused', refused],
    [
      'an answer that ends in the middle',
      () => new Response(new ReadableStream({ start: (body) => body.error(new TypeError('terminated')) })),
    ],
  ] satisfies [string, Fault][])('after %s', async (_name, fault) => {
    const { clock, outcome, sentAtMs } = reading((request, n) => (n < 3 ? fault(request, n) : token('good')))
    await clock.advance(10_000)
    expect(outcome).toEqual({ value: 'good' })
    expect(sentAtMs).toEqual([0, 100, 300])
  })

  it.each([
    [0, [0, 0, 0, 0]],
    [0.5, [0, 100, 300, 700]],
    [0.999_999, [0, 200, 600, 1_400]],
  ])('with full jitter: at the random number %d after %j ms, and then no more', async (random, expected) => {
    const { clock, outcome, sentAtMs } = reading(() => failure(503, 'provider_unavailable'), { random: () => random })
    await clock.advance(60_000)
    expect(sentAtMs).toEqual(expected)
    expect(outcome.error).toMatchObject({ code: 'provider_unavailable', status: 503, errorId: 'e1' })
  })

  it('never more than 5 s later, and as often as it is told', async () => {
    const { clock, sentAtMs } = reading(refused, { attempts: 12, random: () => 0.999_999 })
    await clock.advance(120_000)
    const waits = sentAtMs.slice(1).map((at, index) => at - (sentAtMs[index] ?? 0))
    expect(waits).toHaveLength(11)
    expect(Math.max(...waits)).toBe(5_000)
  })

  it('not at all where one attempt is allowed', async () => {
    const { clock, outcome, sentAtMs } = reading(refused, { attempts: 1 })
    await clock.advance(60_000)
    expect(sentAtMs).toEqual([0])
    expect(outcome.error).toMatchObject({ code: 'vault_unreachable', status: undefined, message: expect.stringContaining('ECONNREFUSED') })
  })

  it.each([400, 401, 403, 404, 409, 424, 500])('not after %i', async (status) => {
    const { clock, outcome, sentAtMs } = reading(() => failure(status, 'some_code'))
    await clock.advance(60_000)
    expect(sentAtMs).toEqual([0])
    expect(outcome.error).toMatchObject({ code: 'some_code', status })
  })
})

describe('Retry-After', () => {
  const DATE = 'Fri, 15 Jan 2027 08:00:00 GMT'
  beforeAll(() => void vi.stubEnv('TZ', 'America/New_York'))
  afterAll(() => void vi.unstubAllEnvs())

  it.each([
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['a date, by the server’s clock', { 'retry-after': 'Fri, 15 Jan 2027 08:00:04 GMT', date: DATE }, 4_000],
    [
      'a date by the server’s clock, whatever ours shows',
      { 'retry-after': 'Mon, 01 Jan 2001 00:00:04 GMT', date: 'Mon, 01 Jan 2001 00:00:00 GMT' },
      4_000,
    ],
    ['a date of an answer that has none itself', { 'retry-after': 'Fri, 15 Jan 2027 08:00:03 GMT' }, 3_000],
    ['a date in the oldest form, which names no zone', { 'retry-after': 'Fri Jan 15 08:00:04 2027', date: DATE }, 4_000],
    [
      'a date in that form, by a server that writes it',
      { 'retry-after': 'Fri, 15 Jan 2027 08:00:04 GMT', date: 'Fri Jan 15 08:00:00 2027' },
      4_000,
    ],
    ['a date that is over', { 'retry-after': 'Fri, 15 Jan 2027 07:00:00 GMT', date: DATE }, 0],
    ['no seconds', { 'retry-after': '0' }, 0],
  ])('as %s is waited for, with a little jitter on top', async (_name, headers, waitMs) => {
    const { clock, sentAtMs, outcome } = reading((_request, n) => (n < 2 ? failure(503, 'provider_unavailable', headers) : token('good')))
    expect(clock.now()).toBe(Date.parse(DATE))
    await clock.advance(30_000)
    expect(sentAtMs).toEqual([0, waitMs + 100])
    expect(outcome).toEqual({ value: 'good' })
  })

  it.each(['soon', '-3', '1.5', '2027-01-15', ''].map((value) => [value]))('%j is no wait that anybody could mean', async (value) => {
    const { clock, sentAtMs } = reading((_request, n) =>
      n < 2 ? failure(503, 'provider_unavailable', { 'retry-after': value }) : token('good'),
    )
    await clock.advance(30_000_000)
    expect(sentAtMs).toEqual([0, 100])
  })

  it('of ages ends the call, in a number that can be counted with', async () => {
    const { clock, outcome } = reading(() => failure(503, 'provider_unavailable', { 'retry-after': '9'.repeat(400) }))
    await clock.advance(0)
    expect(outcome.error).toMatchObject({ retryAfterMs: 2 ** 31 * 1000 })
  })

  it('that is longer than the caller’s patience ends the call at once, and is told', async () => {
    const { clock, sentAtMs, outcome } = reading(() => failure(429, 'rate_limited', { 'retry-after': '11' }))
    await clock.advance(0)
    expect(outcome.error).toMatchObject({ code: 'rate_limited', retryAfterMs: 11_000 })
    expect(sentAtMs).toEqual([0])
  })

  it('may be as long as the caller says', async () => {
    const answer: Fault = (_request, n) => (n < 2 ? failure(429, 'rate_limited', { 'retry-after': '300' }) : token('good'))
    const { clock, outcome } = reading(answer, { maxRetryAfterMs: 300_000 })
    await clock.advance(301_000)
    expect(outcome).toEqual({ value: 'good' })
  })
})

describe('a caller’s signal', () => {
  it('ends the wait between two attempts, with its reason, and no request follows', async () => {
    const caller = new AbortController()
    const { clock, vault, outcome } = reading(() => failure(503, 'provider_unavailable', { 'retry-after': '9' }), {}, caller.signal)
    await clock.advance(1_000)
    caller.abort(new Error('enough'))
    await settle()
    expect(outcome.error).toEqual(new Error('enough'))
    await clock.advance(60_000)
    expect(vault.requests).toHaveLength(1)
  })

  it('ends a request under way', async () => {
    const caller = new AbortController()
    const { vault, outcome, clock } = reading(() => new Promise(() => undefined), {}, caller.signal)
    await clock.advance(1_000)
    caller.abort(new Error('enough'))
    await settle()
    expect(outcome.error).toEqual(new Error('enough'))
    expect(vault.requests[0]?.signal.aborted).toBe(true)
  })

  it('that is aborted already lets nothing be sent', async () => {
    const { vault, outcome, done } = reading(() => token('good'), {}, AbortSignal.abort(new Error('enough')))
    await done
    expect(outcome.error).toEqual(new Error('enough'))
    expect(vault.requests).toHaveLength(0)
  })
})

describe('a vault that does not answer', () => {
  it('is asked again after the time of one attempt, and then given up', async () => {
    const { clock, sentAtMs, outcome } = reading(() => new Promise(() => undefined), { attempts: 2 })
    await clock.advance(40_000)
    expect(sentAtMs).toEqual([0, 15_100])
    expect(outcome.error).toMatchObject({ code: 'vault_unreachable', message: expect.stringContaining('15000 ms') })
  })
})

describe('an answer that is no vault’s', () => {
  it.each([
    ['a page', () => new Response('<html>Welcome</html>')],
    ['nothing', () => new Response(null)],
    ['JSON of something else', () => Response.json({ hello: 'world' })],
    ['a token that no header can hold', () => token('tok\nen')],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://elsewhere.example.com/' } })],
    ['JSON of another service’s error', () => Response.json({ errorCode: 'such a\nthing' }, { status: 404 })],
  ])('such as %s is invalid_response, and is not asked for again', async (_name, answer) => {
    const { clock, vault, outcome } = reading(answer)
    await clock.advance(60_000)
    expect(outcome.error).toMatchObject({ code: 'invalid_response' })
    expect(vault.requests).toHaveLength(1)
  })
})

describe('the client’s own token', () => {
  it('goes to the vault alone: a redirect is not followed', async () => {
    const other = await apiThat((_request, response) =>
      response.setHeader('content-type', 'application/json').end('{"accessToken":"theirs"}'),
    )
    const moved = await apiThat((_request, response) => response.writeHead(307, { location: other.url }).end())
    const { accessKey } = faultyVault(() => token('unused'))
    const reading = createServiceClient({ url: moved.url, accessKey }).getCredentials(ALICE)
    await expect(reading).rejects.toMatchObject({ code: 'invalid_response', status: 307 })
    expect(moved.requests[0]?.headers.authorization).toMatch(/^Bearer ey/)
    expect(other.requests).toEqual([])
  })
})

describe('after a call', () => {
  it.each<[string, Fault]>([
    ['that succeeded', () => token('good')],
    ['that failed', () => failure(404, 'credential_not_found')],
  ])('%s no timer is left', async (_name, answer) => {
    const sleeping = new Set<unknown>()
    const clock = {
      ...systemClock,
      sleep: async (ms: number, signal?: AbortSignal) => {
        sleeping.add(signal)
        await systemClock.sleep(ms, signal)
        sleeping.delete(signal)
      },
    }
    await faultyVault(answer)
      .client({ clock })
      .getCredentials(ALICE)
      .catch(() => undefined)
    await settle()
    expect(sleeping.size).toBe(0)
  })
})
