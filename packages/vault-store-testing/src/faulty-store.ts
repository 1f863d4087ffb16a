import { VaultError, type VaultStore } from '@holdfast/vault-core'

/** A store of which one call fails, to inject a fault. */
export interface FaultyStore {
  readonly store: VaultStore
  /** How many calls there were. */
  calls(): number
}

/**
 * Wraps a store so that its `failAt`-th call, of all methods together, fails with `store_unavailable`: before the work, or
 * after it was done, so that only its acknowledgement is lost.
 */
export function faultyStore(
  real: VaultStore,
  { failAt, when }: { readonly failAt: number; readonly when: 'before' | 'after' },
): FaultyStore {
  let calls = 0
  const fail = (): never => {
    throw new VaultError('store_unavailable', 'A fault was injected.')
  }
  const faulty = <Part extends object>(part: Part): Part =>
    new Proxy(part, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name)
        if (typeof method !== 'function') return method
        return async (...args: unknown[]): Promise<unknown> => {
          calls += 1
          const isTheOne = calls === failAt
          if (isTheOne && when === 'before') fail()
          const result: unknown = await Reflect.apply(method, target, args)
          if (isTheOne) fail()
          return result
        }
      },
    })
  return {
    store: {
      capabilities: real.capabilities,
      credentials: faulty(real.credentials),
      documents: faulty(real.documents),
      tickets: faulty(real.tickets),
      outbox: faulty(real.outbox),
      audit: faulty(real.audit),
      now: () => faulty({ now: () => real.now() }).now(),
      close: () => real.close(),
    },
    calls: () => calls,
  }
}
