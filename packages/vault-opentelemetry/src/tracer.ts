import { type Tracer, type TracerProvider, trace } from '@opentelemetry/api'
import { SCOPE } from './instruments.js'

/** Tells the tracer of now; undefined while nobody traces, as far as that can be known. @param given - Default: the global one. */
export function createTracerOf(given: TracerProvider | undefined): () => Tracer | undefined {
  let known: TracerProvider | undefined
  let tracer: Tracer | undefined
  return () => {
    const provider = given ?? trace.getTracerProvider()
    if (provider === known && tracer) return tracer
    known = provider
    tracer = isDelegating(provider) ? provider.getDelegateTracer(SCOPE) : provider.getTracer(SCOPE)
    return tracer
  }
}

/** What the API has in place of a provider until one is registered. Its own tracers would do nothing for each span, which also takes time. */
function isDelegating(provider: TracerProvider): provider is TracerProvider & { getDelegateTracer(name: string): Tracer | undefined } {
  return 'getDelegateTracer' in provider && typeof provider.getDelegateTracer === 'function'
}
