import type { VaultWork } from '@holdfast/vault-core'
import { type Attributes, createNoopMeter, type Histogram, type Meter, type MeterProvider, metrics } from '@opentelemetry/api'

/** The instruments of one meter. */
export interface Instruments {
  readonly meter: Meter
  /** Takes note of a piece of work. */
  record(work: VaultWork, seconds: number, attributes: Attributes): void
}

export const SCOPE = '@holdfast/vault-opentelemetry'

/** Upper bounds that the semantic conventions give for HTTP, seconds: token endpoints and stores answer within them. */
const SECONDS = {
  unit: 's',
  advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] },
}
/** Most of these take well under a millisecond. */
const SHORT = {
  unit: 's',
  advice: { explicitBucketBoundaries: [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1, 2.5, 10] },
}

/**
 * Tells the instruments of now: those of the provider that is registered. Undefined while none is, so that nothing is reckoned for nobody.
 *
 * @param given - Default: the global one.
 * @param onMeter - Called with each new meter.
 */
export function createInstrumentsOf(given: MeterProvider | undefined, onMeter: (meter: Meter) => void): () => Instruments | undefined {
  let known: MeterProvider | undefined
  let instruments: Instruments | undefined
  return () => {
    const provider = given ?? metrics.getMeterProvider()
    if (provider === known) return instruments
    known = provider
    const meter = provider.getMeter(SCOPE)
    instruments = meter === createNoopMeter() ? undefined : createInstruments(meter)
    if (instruments) onMeter(meter)
    return instruments
  }
}

function createInstruments(meter: Meter): Instruments {
  const authorization = meter.createHistogram('holdfast.authorization.duration', {
    ...SECONDS,
    description: 'Beginning an authorization, and completing it when the user comes back.',
  })
  const durations: Readonly<Record<VaultWork['name'], Histogram>> = {
    get_credentials: meter.createHistogram('holdfast.get_credentials.duration', { ...SHORT, description: 'Calls for an access token.' }),
    refresh: meter.createHistogram('holdfast.refresh.duration', {
      ...SECONDS,
      description: 'Refreshes, from the claim to the answer that is stored.',
    }),
    lease_wait: meter.createHistogram('holdfast.lease_wait.duration', {
      ...SECONDS,
      description: 'Waits for another process that refreshes the same credential.',
    }),
    authorization_start: authorization,
    authorization_complete: authorization,
    request: meter.createHistogram('http.client.request.duration', { ...SECONDS, description: 'HTTP requests to providers and webhooks.' }),
  }
  return {
    meter,
    record: (work, seconds, attributes) => durations[work.name].record(seconds, attributes),
  }
}
