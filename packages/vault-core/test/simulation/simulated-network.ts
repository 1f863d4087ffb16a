import { VaultError, type VaultStore } from '../../src/index.js'
import type { Ledger, TokenRequestFacts } from './ledger.js'
import type { Scheduler } from './scheduler.js'
import type { Seeded } from './seeded.js'
import type { SimulatedProcess } from './simulated-process.js'
import type { Answer, ProviderFault, SimulatedProvider } from './simulated-provider.js'

/** How the network and what is behind it behave at a moment, for one process. */
export interface Weather {
  /** The store cannot be reached, or fails. */
  storeFails(process: SimulatedProcess): 'no' | 'before' | 'after'
  storeDelayMs(): number
  /** What happens to a request on its way to the provider. */
  request(process: SimulatedProcess): {
    readonly connects: boolean
    /** Lost after it was sent and before it arrived; or its answer was. */
    readonly lost: 'no' | 'request' | 'answer'
    readonly toProviderMs: number
    readonly fromProviderMs: number
    readonly fault: ProviderFault
  }
}

/** A step of a process that goes outside: where it may be made to crash. */
export type OnStep = (process: SimulatedProcess, when: 'before' | 'after', what: string) => void

const METHODS_OF = ['credentials', 'documents', 'tickets', 'outbox', 'audit'] as const

/** The store as one process sees it: with delays, with failures before and after the work, and silent to the dead. */
export function storeFor(
  process: SimulatedProcess,
  store: VaultStore,
  parts: { readonly time: Scheduler; readonly weather: Weather; readonly onStep: OnStep },
): VaultStore {
  const { time, weather, onStep } = parts
  const call = (name: string, work: () => Promise<unknown>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      onStep(process, 'before', name)
      if (!process.isAlive()) return
      const fault = weather.storeFails(process)
      if (fault !== 'no') process.noteStoreTrouble()
      const answer = (settle: () => void): void =>
        time.after(weather.storeDelayMs(), () =>
          process.deliver(() => {
            onStep(process, 'after', name)
            // It may die there, or be suspended.
            process.deliver(settle)
          }),
        )
      const fail = (): void => answer(() => reject(new VaultError('store_unavailable', 'The simulated store is away.')))
      time.after(weather.storeDelayMs(), () => {
        if (fault === 'before') return fail()
        work().then(
          (value) => (fault === 'after' ? fail() : answer(() => resolve(value))),
          (error: unknown) => answer(() => reject(error)),
        )
      })
    })
  const wrapped: Record<string, unknown> = {
    capabilities: store.capabilities,
    now: () => call('now', () => store.now()),
    // The store itself goes on: other processes use it.
    close: async () => undefined,
  }
  for (const part of METHODS_OF) {
    const methods = store[part] as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>
    wrapped[part] = Object.fromEntries(
      Object.keys(methods).map((method) => [
        method,
        (...args: readonly unknown[]) => call(`${part}.${method}`, () => methods[method]?.(...args) ?? Promise.resolve()),
      ]),
    )
  }
  return wrapped as unknown as VaultStore
}

/** `fetch` as one process has it, to the simulated provider. */
export function fetchFor(
  process: SimulatedProcess,
  provider: SimulatedProvider,
  parts: {
    readonly time: Scheduler
    readonly weather: Weather
    readonly onStep: OnStep
    readonly ledger: Ledger
    readonly random: Seeded
    readonly note: (text: string) => void
    readonly onRefresh: (request: TokenRequestFacts) => void
    readonly onGivingUp: (request: TokenRequestFacts) => void
  },
): typeof globalThis.fetch {
  const { time, weather, onStep, ledger, note, onRefresh, onGivingUp } = parts
  return (input, init) =>
    new Promise((resolve, reject) => {
      const form = init?.body as URLSearchParams
      const isRefresh = form.get('grant_type') === 'refresh_token'
      onStep(process, 'before', 'fetch')
      if (!process.isAlive()) return
      const { connects, lost, toProviderMs, fromProviderMs, fault } = isRefresh ? weather.request(process) : CALM
      const request: TokenRequestFacts = {
        process,
        refreshToken: form.get('refresh_token') ?? '',
        sentAtMs: time.now(),
        reachedProvider: false,
        rotated: false,
        answerLost: false,
        answeredAtMs: undefined,
        endedAtMs: undefined,
        connects,
        wasAnswered: false,
        isJournaled: false,
        isAbandoned: false,
        issued: undefined,
      }
      const settle = (delayMs: number, run: () => void): void =>
        time.after(delayMs, () =>
          process.deliver(() => {
            onStep(process, 'after', 'fetch')
            process.deliver(() => {
              request.endedAtMs = time.now()
              run()
            })
          }),
        )
      const failWith = (code: string): void => reject(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }))
      if (isRefresh) {
        onRefresh(request)
        ledger.requests.push(request)
      }
      init?.signal?.addEventListener('abort', () => {
        if (request.endedAtMs !== undefined) return
        request.isAbandoned = true
        onGivingUp(request)
      })
      if (!connects) return settle(toProviderMs, () => failWith('ECONNREFUSED'))
      time.after(toProviderMs, () => {
        if (lost === 'request') return settle(fromProviderMs, () => failWith('ECONNRESET'))
        const answer = answerOf(String(input), form, provider, request, fault)
        note(
          `${process.name} ${request.refreshToken || form.get('token') || 'code'} reaches the provider: ${answer.status} ${fault} ${lost}, ${request.issued ?? 'no new one'}`,
        )
        if (lost === 'answer') {
          request.answerLost = request.rotated
          return settle(fromProviderMs, () => failWith('ECONNRESET'))
        }
        settle(fromProviderMs, () => {
          request.wasAnswered = !request.isAbandoned
          if (!request.isAbandoned && !request.answerLost) request.answeredAtMs = time.now()
          resolve(new Response(answer.body, { status: answer.status, ...(answer.headers && { headers: answer.headers }) }))
        })
      })
    })
}

const CALM = { connects: true, lost: 'no', toProviderMs: 5, fromProviderMs: 5, fault: 'none' } as const

function answerOf(
  url: string,
  form: URLSearchParams,
  provider: SimulatedProvider,
  request: TokenRequestFacts,
  fault: ProviderFault,
): Answer {
  if (url.endsWith('/revoke')) {
    provider.revoke(form.get('token') ?? '')
    return { status: 200, body: '' }
  }
  if (form.get('grant_type') === 'authorization_code') return provider.consent(form.get('code') ?? '')
  return provider.refresh(request.refreshToken, fault, request)
}
