import type { Instrumentation, Note, VaultState, VaultWork, WorkFacts } from '@holdfast/vault-core'
import { type Attributes, type MeterProvider, type Span, SpanStatusCode, type Tracer, type TracerProvider } from '@opentelemetry/api'
import { CONNECTION_ID, TENANT } from './attributes.js'
import { attributesOf, endAttributesOf, failureOf, isRealConnection, spanAttributesOf, spanKindOf, spanNameOf } from './describe-work.js'
import { createInstrumentsOf, type Instruments } from './instruments.js'
import { observeState } from './observe-state.js'
import { createTracerOf } from './tracer.js'

export interface OpenTelemetryOptions {
  /** Puts ids of users and of their accounts into spans, and paths of API requests. Never into metrics. Default false. */
  readonly userIdsInSpans?: boolean
  /** Stand on every span and every metric, besides what the vault tells. */
  readonly attributes?: Attributes
  /**
   * How often at most the store is asked how many credentials and jobs there are, milliseconds. Default 60,000. 0: never, for a store that is too large
   * to be counted through.
   */
  readonly countIntervalMs?: number
  /** Default: the global ones, also when they are registered later. */
  readonly tracerProvider?: TracerProvider
  readonly meterProvider?: MeterProvider
}

/**
 * Spans and metrics of a vault, for the option `instrumentation` of `createVault`. One object serves one vault. Where no SDK is registered it does
 * nothing. No token, secret or message of an error stands in what it tells.
 *
 * @throws {TypeError} When it is given to a second vault, or an option is wrong.
 * @example
 * ```ts
 * const vault = createVault({ store, keyring, connections, instrumentation: openTelemetry() })
 * ```
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Instrumentation {
  const { userIdsInSpans = false, countIntervalMs = 60_000, tracerProvider, meterProvider } = options
  if (!(Number.isFinite(countIntervalMs) && countIntervalMs >= 0)) throw new TypeError('`countIntervalMs` must be milliseconds, 0 or more.')
  let common: Attributes = options.attributes ?? {}
  let state: VaultState | undefined

  const tracerOf = createTracerOf(tracerProvider)
  const instrumentsOf = createInstrumentsOf(meterProvider, (meter) => {
    if (state) observeState(meter, state, common, countIntervalMs)
  })

  return {
    measure<T>(work: VaultWork, run: (note: Note) => Promise<T>): Promise<T> {
      const tracer = tracerOf()
      const instruments = instrumentsOf()
      if (!tracer && !instruments) return run(noteNothing)
      const measured: Measured<T> = { work, run, attributes: { ...common, ...attributesOf(work) } }
      if (!tracer) return record(measured, undefined, instruments)
      const attributes = { ...measured.attributes, ...spanAttributesOf(work, { userIds: userIdsInSpans }) }
      return startSpan(tracer, work, attributes, (span) => record(measured, span, instruments))
    },

    observe(observed) {
      if (state) throw new TypeError('This openTelemetry() serves a vault already. Make another one for another vault.')
      const instruments = instrumentsOf()
      state = observed
      common = { ...common, [TENANT]: observed.tenant }
      if (instruments) observeState(instruments.meter, state, common, countIntervalMs)
    },
  }
}

interface Measured<T> {
  readonly work: VaultWork
  readonly run: (note: Note) => Promise<T>
  readonly attributes: Attributes
}

const noteNothing: Note = () => undefined

function startSpan<T>(tracer: Tracer, work: VaultWork, attributes: Attributes, run: (span: Span) => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(spanNameOf(work), { kind: spanKindOf(work), attributes }, run)
}

async function record<T>(measured: Measured<T>, span: Span | undefined, instruments: Instruments | undefined): Promise<T> {
  const { work, run } = measured
  const startedAtMs = performance.now()
  let facts: WorkFacts = {}
  const end = (error: unknown): void => {
    const failure = failureOf(facts, error)
    const ended = endAttributesOf(facts, failure)
    span?.setAttributes(ended)
    // No message and no exception: they may name the user.
    if (failure !== undefined) span?.setStatus({ code: SpanStatusCode.ERROR })
    span?.end()
    if (!instruments) return
    const attributes = { ...measured.attributes, ...ended }
    if (!isRealConnection(error)) delete attributes[CONNECTION_ID]
    instruments.record(work, (performance.now() - startedAtMs) / 1_000, attributes)
  }
  let value: T
  try {
    value = await run((more) => {
      facts = { ...facts, ...more }
    })
  } catch (error) {
    end(error ?? 'unknown')
    throw error
  }
  end(undefined)
  return value
}
