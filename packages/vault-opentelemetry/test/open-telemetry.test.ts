import { type DemoProvider, startDemoProvider } from '@holdfast/demo-provider'
import { localKeyring } from '@holdfast/vault-core'
import { context, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type OpenTelemetryOptions, openTelemetry } from '../src/index.js'
import { ALICE, type MeasuredVault, measuredVault, USER } from './fixtures/measured-vault.js'
import { lasts, ofMetric, realTelemetry, type Telemetry } from './fixtures/telemetry.js'

let provider: DemoProvider
const ends: (() => Promise<void>)[] = []

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  provider = await startDemoProvider({ redirectUris: ['http://127.0.0.1:4999/connect/demo/callback'] })
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})
afterAll(async () => {
  await provider.close()
  context.disable()
})

async function measured(options: OpenTelemetryOptions = {}): Promise<MeasuredVault & { readonly telemetry: Telemetry }> {
  const telemetry = realTelemetry()
  const { tracerProvider, meterProvider } = telemetry
  const world = measuredVault(provider, { instrumentation: openTelemetry({ tracerProvider, meterProvider, ...options }) })
  ends.push(async () => {
    await world.vault.close()
    await telemetry.shutdown()
  })
  await world.connect()
  return { ...world, telemetry }
}

const named = (telemetry: Telemetry, name: string): ReadableSpan | undefined => telemetry.spans().findLast((span) => span.name === name)
const parentOf = (telemetry: Telemetry, span: ReadableSpan | undefined): string | undefined =>
  telemetry.spans().find((each) => each.spanContext().spanId === span?.parentSpanContext?.spanId)?.name

describe('spans', () => {
  it('of a call that refreshes hang together: the call, the refresh, the request to the provider', async () => {
    const { vault, expire, telemetry } = await measured()
    expire()
    await vault.getCredentials(ALICE)
    const call = named(telemetry, 'holdfast.get_credentials')
    const refresh = named(telemetry, 'holdfast.refresh')
    const request = named(telemetry, 'POST')
    expect(call?.attributes).toEqual({
      'holdfast.tenant': 'default',
      'holdfast.connection.id': 'demo',
      'holdfast.credentials.source': 'refreshed',
    })
    expect(refresh?.attributes).toEqual({ 'holdfast.tenant': 'default', 'holdfast.connection.id': 'demo' })
    expect(parentOf(telemetry, refresh)).toBe('holdfast.get_credentials')
    expect(parentOf(telemetry, request)).toBe('holdfast.refresh')
    const { origin, hostname, port } = new URL(provider.issuer)
    expect(request).toMatchObject({ kind: SpanKind.CLIENT, status: { code: SpanStatusCode.UNSET } })
    expect(request?.attributes).toEqual({
      'holdfast.tenant': 'default',
      'holdfast.connection.id': 'demo',
      'holdfast.request.purpose': 'token',
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'server.address': hostname,
      'server.port': Number(port),
      'url.full': `${origin}/token`,
      'url.scheme': 'http',
    })
    for (const span of [call, refresh, request]) expect(lasts(span?.duration ?? [0, 0])).toBe(true)
  })

  it('of an authorization are two, with what was asked of the provider below them', async () => {
    const { telemetry } = await measured()
    const start = named(telemetry, 'holdfast.authorization.start')
    const complete = named(telemetry, 'holdfast.authorization.complete')
    expect(start?.attributes).toMatchObject({ 'holdfast.connection.id': 'demo', 'holdfast.authorization.step': 'start' })
    expect(complete?.attributes).toMatchObject({ 'holdfast.connection.id': 'demo', 'holdfast.authorization.step': 'complete' })
    const below = telemetry.spans().filter((span) => span.kind === SpanKind.CLIENT)
    expect(below.map((span) => [parentOf(telemetry, span), span.attributes['holdfast.request.purpose']])).toEqual([
      ['holdfast.authorization.start', 'metadata'],
      ['holdfast.authorization.complete', 'token'],
      ['holdfast.authorization.complete', 'metadata'],
    ])
  })

  it('of what fails have the code of the error and no message, which may name people', async () => {
    const { vault, telemetry } = await measured()
    await expect(vault.getCredentials({ ...ALICE, userId: 'somebody-else' })).rejects.toMatchObject({ code: 'credential_not_found' })
    const failed = named(telemetry, 'holdfast.get_credentials')
    expect(failed).toMatchObject({ status: { code: SpanStatusCode.ERROR }, events: [] })
    expect(failed?.status.message).toBeUndefined()
    expect(failed?.attributes).toMatchObject({ 'error.type': 'credential_not_found' })
    await expect(vault.getCredentials(ALICE, { signal: AbortSignal.abort() })).rejects.toThrow()
    expect(named(telemetry, 'holdfast.get_credentials')?.attributes).toMatchObject({ 'error.type': 'aborted' })
    expect(await telemetry.everything()).not.toContain('somebody-else')
  })

  it('name users only when asked to, and paths of APIs neither', async () => {
    const quiet = await measured()
    const url = new URL(`files?about=${USER}`, provider.apiUrl)
    expect((await quiet.vault.fetch(ALICE, url)).status).toBe(200)
    expect(named(quiet.telemetry, 'GET')?.attributes).toMatchObject({
      'url.full': url.origin,
      'http.response.status_code': 200,
      'holdfast.request.purpose': 'api',
    })
    expect(await quiet.telemetry.everything()).not.toContain(USER)

    const open = await measured({ userIdsInSpans: true })
    await open.vault.fetch({ ...ALICE, accountId: 'default' }, url)
    expect(named(open.telemetry, 'holdfast.get_credentials')?.attributes).toMatchObject({
      'user.id': USER,
      'holdfast.account.id': 'default',
    })
    expect(named(open.telemetry, 'GET')?.attributes['url.full']).toBe(url.origin + url.pathname)
    expect(JSON.stringify(await open.telemetry.metrics())).not.toContain(USER)
  })
})

describe('metrics', () => {
  it('count hand-outs by where the token came from, and what stood opened in memory', async () => {
    const { vault, expire, telemetry } = await measured()
    for (let call = 0; call < 3; call += 1) await vault.getCredentials(ALICE)
    expire()
    await Promise.all([vault.getCredentials(ALICE), vault.getCredentials(ALICE)])
    await expect(vault.getCredentials({ ...ALICE, userId: 'nobody' })).rejects.toThrow()
    await expect(vault.getCredentials({ ...ALICE, connectionId: 'made-up' })).rejects.toThrow()
    const points = await telemetry.metrics()
    const demo = { 'holdfast.connection.id': 'demo' }
    expect(ofMetric(points, 'holdfast.get_credentials.duration')).toEqual([
      [{ ...demo, 'holdfast.credentials.source': 'live', 'holdfast.cache.hit': false }, 1],
      [{ ...demo, 'holdfast.credentials.source': 'live', 'holdfast.cache.hit': true }, 2],
      [{ ...demo, 'holdfast.credentials.source': 'refreshed' }, 2],
      [{ ...demo, 'error.type': 'credential_not_found' }, 1],
      // What anybody may ask for makes no time series.
      [{ 'error.type': 'connection_not_found' }, 1],
    ])
    expect(ofMetric(points, 'holdfast.refresh.duration')).toEqual([[demo, 1]])
    expect(points.find(({ name }) => name === 'holdfast.refresh.duration')?.unit).toBe('s')
  })

  it('time requests as the semantic conventions for HTTP clients have it', async () => {
    const { telemetry } = await measured()
    const { hostname, port } = new URL(provider.issuer)
    const at = { 'server.address': hostname, 'server.port': Number(port), 'url.scheme': 'http', 'http.response.status_code': 200 }
    expect(ofMetric(await telemetry.metrics(), 'http.client.request.duration')).toEqual([
      [{ ...at, 'http.request.method': 'GET', 'holdfast.request.purpose': 'metadata' }, 2],
      [{ ...at, 'http.request.method': 'POST', 'holdfast.request.purpose': 'token' }, 1],
    ])
  })

  it('tell a refresh that another process made, and for how long it was waited for', async () => {
    const { vault, another, isRefreshed, expire, telemetry } = await measured()
    expire()
    provider.delayTokenResponses(300)
    const theirs = another().getCredentials(ALICE)
    await isRefreshed()
    const ours = await vault.getCredentials(ALICE)
    expect(ours.accessToken).toBe((await theirs).accessToken)
    provider.delayTokenResponses(0)
    const points = await telemetry.metrics()
    const demo = { 'holdfast.connection.id': 'demo' }
    expect(ofMetric(points, 'holdfast.refresh.duration')).toEqual([[{ ...demo, 'holdfast.refresh.by_other_process': true }, 1]])
    expect(ofMetric(points, 'holdfast.lease_wait.duration')).toEqual([[demo, 1]])
    expect(parentOf(telemetry, named(telemetry, 'holdfast.lease_wait'))).toBe('holdfast.refresh')
  })

  it('tell a refresh that failed, by the code of its error', async () => {
    const { vault, expire, telemetry } = await measured()
    await provider.revokeGrantsOf('alice')
    expire()
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'reauthorization_required' })
    const points = await telemetry.metrics()
    const failed = { 'holdfast.connection.id': 'demo', 'error.type': 'reauthorization_required' }
    expect(ofMetric(points, 'holdfast.refresh.duration')).toEqual([[failed, 1]])
    expect(ofMetric(points, 'holdfast.get_credentials.duration')).toEqual([[failed, 1]])
    expect(ofMetric(points, 'http.client.request.duration').at(-1)?.[0]).toMatchObject({
      'http.response.status_code': 400,
      'error.type': '400',
    })
  })

  it('count credentials by status as a user interface shows them, and what waits to be sent', async () => {
    const { vault, connect, telemetry } = await measured({ countIntervalMs: 1 })
    await connect('second')
    const byStatus = async (): Promise<object> =>
      Object.fromEntries(
        ofMetric(await telemetry.metrics(), 'holdfast.credentials').map(([attributes, value]) => [
          attributes['holdfast.credential.status'],
          value,
        ]),
      )
    const none = { active: 0, expiring: 0, reauthorization_required: 0, quarantined: 0 }
    expect(await byStatus()).toEqual({ ...none, active: 2 })
    await vault.disconnect(ALICE)
    await pause()
    expect(await byStatus()).toEqual({ ...none, active: 1 })
    const points = await telemetry.metrics()
    expect(ofMetric(points, 'holdfast.outbox.jobs').map(([attributes]) => attributes)).toEqual([{ 'holdfast.outbox.topic': 'revocation' }])
    expect(ofMetric(points, 'holdfast.outbox.oldest_job.age')).toHaveLength(1)
  })

  it('ask the store no more often than they may, and not at all when told so', async () => {
    const seldom = await measured({ countIntervalMs: 3_600_000 })
    expect(ofMetric(await seldom.telemetry.metrics(), 'holdfast.credentials')[0]?.[1]).toBe(1)
    await seldom.connect('second')
    expect(ofMetric(await seldom.telemetry.metrics(), 'holdfast.credentials')[0]?.[1]).toBe(1)
    const never = await measured({ countIntervalMs: 0 })
    const names = (await never.telemetry.metrics()).map(({ name }) => name)
    expect(names).toContain('http.client.request.duration')
    expect(names.filter((name) => name.startsWith('holdfast.credentials') || name.startsWith('holdfast.outbox'))).toEqual([])
  })

  it('tell which connections pause, and that they do no more', async () => {
    const { another, connection, advance, expire, telemetry } = await measured()
    const { tracerProvider, meterProvider, metrics, shutdown } = realTelemetry()
    ends.push(shutdown)
    const misconfigured = another({
      connections: [{ ...connection, clientSecret: 'another one' }],
      instrumentation: openTelemetry({ tracerProvider, meterProvider }),
    })
    const paused = async (): Promise<unknown> => ofMetric(await metrics(), 'holdfast.connection.paused')
    expect(await paused()).toEqual([])
    expire()
    await expect(misconfigured.getCredentials(ALICE)).rejects.toMatchObject({ code: 'provider_rejected_client' })
    expect(await paused()).toEqual([[{ 'holdfast.connection.id': 'demo' }, 1]])
    advance(3 * 3_600_000)
    expect(await paused()).toEqual([[{ 'holdfast.connection.id': 'demo' }, 0]])
    expect(ofMetric(await telemetry.metrics(), 'holdfast.connection.paused')).toEqual([])
  })

  it('are looked at no more once the vault is closed, and one that fails keeps no other back', async () => {
    const { meterProvider, metrics, shutdown } = realTelemetry()
    ends.push(shutdown)
    const closing = new AbortController()
    const looks: string[] = []
    openTelemetry({ meterProvider, countIntervalMs: 0.001 }).observe?.({
      tenant: 'default',
      closing: closing.signal,
      credentialCounts: async () => {
        looks.push('counts')
        throw new Error('The store is away.')
      },
      outboxDepths: async () => {
        looks.push('depths')
        return [{ topic: 'revocation', jobs: 3, oldestAgeMs: 1_500 }]
      },
      pausedConnections: () => {
        looks.push('paused')
        return []
      },
    })
    const points = await metrics()
    expect(ofMetric(points, 'holdfast.outbox.jobs')).toEqual([[{ 'holdfast.outbox.topic': 'revocation' }, 3]])
    expect(ofMetric(points, 'holdfast.outbox.oldest_job.age')).toEqual([[{ 'holdfast.outbox.topic': 'revocation' }, 1.5]])
    expect(looks.splice(0).sort()).toEqual(['counts', 'depths', 'paused'])
    closing.abort()
    await metrics()
    expect(looks).toEqual([])
  })
})

describe('what is told', () => {
  it('holds no token and no secret, whatever happens', async () => {
    const { vault, expire, telemetry } = await measured({ userIdsInSpans: true })
    const tokens = [(await vault.getCredentials(ALICE)).accessToken]
    expire()
    tokens.push((await vault.getCredentials(ALICE)).accessToken)
    await vault.fetch(ALICE, new URL('files', provider.apiUrl))
    await provider.revokeGrantsOf('alice')
    expire()
    await vault.getCredentials(ALICE).catch(() => undefined)
    await vault.disconnect(ALICE)
    await vault.close()
    const told = await telemetry.everything()
    expect(told.length).toBeGreaterThan(5_000)
    for (const secret of [...tokens, provider.clientSecret, btoa(`${provider.clientId}:${provider.clientSecret}`)]) {
      expect(told).not.toContain(secret)
    }
  })

  it('has the attributes that are given besides', async () => {
    const { telemetry } = await measured({ attributes: { 'app.region': 'eu' } })
    expect(telemetry.spans().every(({ attributes }) => attributes['app.region'] === 'eu')).toBe(true)
    expect((await telemetry.metrics()).every(({ attributes }) => attributes['app.region'] === 'eu')).toBe(true)
  })
})

describe('openTelemetry', () => {
  it('serves one vault, and refuses wrong options', async () => {
    const instrumentation = openTelemetry()
    const one = measuredVault(provider, { instrumentation })
    expect(() =>
      measuredVault(provider, { instrumentation, keyring: localKeyring([{ id: 'k', key: new Uint8Array(32).fill(1) }]) }),
    ).toThrow(/serves a vault already/)
    await one.vault.close()
    for (const countIntervalMs of [-1, Number.NaN, '60' as never]) expect(() => openTelemetry({ countIntervalMs })).toThrow(TypeError)
  })
})

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5))
}
