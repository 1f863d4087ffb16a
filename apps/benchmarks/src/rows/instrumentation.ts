import { openTelemetry } from '@holdfast/vault-opentelemetry'
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { AlwaysOffSampler, BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { alternate } from '../alternate.ts'
import type { Contender } from '../contender.ts'
import { CONNECTION_ID, connectedVault, USER_ID } from '../http/stored-credential.ts'
import { judge, type Row } from '../row.ts'

const NONE = 'no instrumentation'
const NO_SDK = 'openTelemetry(), no SDK'

export const instrumentationRow: Row = {
  name: 'instrumentation',
  title: 'getCredentials of a token that lives, with OpenTelemetry and without',
  fairness:
    'The same call of the same vault over a memory store, which takes little else: over a database the share of OpenTelemetry is smaller. The SDK ' +
    'is the real one, with its batches of spans; they are exported to nowhere, so that no network is measured. Context is kept for all contenders, ' +
    'as applications with an SDK have it.',
  async measure(settings) {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    const dropped = { export: (_spans: unknown, done: (result: { code: 0 }) => void) => done({ code: 0 }), shutdown: async () => undefined }
    const tracerProvider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter: dropped })] })
    const unsampled = new TracerProvider({ sampler: new AlwaysOffSampler() })
    const meterProvider = new MeterProvider()
    const contenders = await Promise.all([
      contender(NONE, undefined),
      contender(NO_SDK, openTelemetry()),
      contender('SDK, metrics', openTelemetry({ meterProvider })),
      contender('SDK, metrics, spans not sampled', openTelemetry({ meterProvider, tracerProvider: unsampled })),
      contender('SDK, metrics and spans', openTelemetry({ meterProvider, tracerProvider })),
    ])
    const lines = await alternate(contenders, [NONE], settings)
    await Promise.all([tracerProvider.shutdown(), unsampled.shutdown(), meterProvider.shutdown()])
    context.disable()
    return { lines, goals: judge([{ of: NO_SDK, against: NONE, atLeast: 0.9 }], lines) }
  },
}

async function contender(name: string, instrumentation: ReturnType<typeof openTelemetry> | undefined): Promise<Contender> {
  const vault = await connectedVault({ background: false, ...(instrumentation && { instrumentation }) })
  const selector = { connectionId: CONNECTION_ID, userId: USER_ID }
  return { name, run: () => vault.getCredentials(selector) }
}
