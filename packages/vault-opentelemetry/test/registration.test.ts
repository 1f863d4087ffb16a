import type { Instrumentation } from '@holdfast/vault-core'
import { metrics, trace } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { openTelemetry } from '../src/index.js'
import { realTelemetry, type Telemetry } from './fixtures/telemetry.js'

const work = { name: 'refresh', connectionId: 'demo', userId: 'alice', accountId: 'default' } as const

function register(): Telemetry {
  const telemetry = realTelemetry()
  trace.setGlobalTracerProvider(telemetry.tracerProvider)
  metrics.setGlobalMeterProvider(telemetry.meterProvider)
  return telemetry
}

async function told(telemetry: Telemetry): Promise<readonly string[]> {
  const points = await telemetry.metrics()
  return [...telemetry.spans().map(({ name }) => name), ...new Set(points.map(({ name }) => name))]
}

const refresh = (instrumentation: Instrumentation): Promise<string> => instrumentation.measure(work, async () => 'done')

afterEach(() => {
  trace.disable()
  metrics.disable()
})

describe('openTelemetry without providers of its own', () => {
  it('does nothing but the work while no SDK is registered: it makes no span and keeps no note', async () => {
    const instrumentation = openTelemetry()
    const before = trace.getActiveSpan()
    let note: unknown
    expect(
      await instrumentation.measure(work, async (given) => {
        note = given
        return trace.getActiveSpan()
      }),
    ).toBe(before)
    let second: unknown
    await instrumentation.measure(work, async (given) => {
      second = given
    })
    // One function for all: nothing is made for the call.
    expect(second).toBe(note)
    await expect(instrumentation.measure(work, () => Promise.reject(new Error('its own')))).rejects.toThrow('its own')
  })

  it('tells the SDK that is registered, also when it comes after the vault', async () => {
    const instrumentation = openTelemetry()
    instrumentation.observe?.({
      tenant: 'default',
      closing: new AbortController().signal,
      credentialCounts: async () => [{ status: 'active', hasRefreshToken: true, count: 2 }],
      outboxDepths: async () => [],
      pausedConnections: () => [],
    })
    await refresh(instrumentation)
    const telemetry = register()
    expect(await refresh(instrumentation)).toBe('done')
    expect(await told(telemetry)).toEqual(['holdfast.refresh', 'holdfast.refresh.duration', 'holdfast.credentials'])
    await telemetry.shutdown()
  })

  it('tells of spans alone, or of metrics alone, where that is all that is registered', async () => {
    const [first, second] = [realTelemetry(), realTelemetry()]
    trace.setGlobalTracerProvider(first.tracerProvider)
    await refresh(openTelemetry())
    expect(await told(first)).toEqual(['holdfast.refresh'])
    trace.disable()
    metrics.setGlobalMeterProvider(second.meterProvider)
    await refresh(openTelemetry())
    expect(await told(second)).toEqual(['holdfast.refresh.duration'])
    await Promise.all([first.shutdown(), second.shutdown()])
  })
})
