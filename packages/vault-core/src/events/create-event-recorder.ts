import { randomToken } from '../crypto/random-token.js'
import type { Sealer } from '../crypto/sealer.js'
import type { VaultExtension } from '../extension.js'
import type { Log } from '../log.js'
import type { Runtime } from '../runtime.js'
import type { Companions } from '../storage/contract.js'
import { joinCompanions } from '../storage/rules/join-companions.js'
import { assertCompanions } from '../storage/rules/store-arguments.js'
import type { BoundEventKeeper, EventKeeper } from './event-keeper.js'
import { type EventListener, safeListener } from './event-listener.js'
import type { EventRecorder } from './event-recorder.js'
import type { VaultEvent } from './vault-event.js'

export interface EventRecorderParts {
  readonly tenant: string
  readonly runtime: Pick<Runtime, 'clock' | 'random'>
  readonly log: Log
  readonly sealer: Pick<Sealer, 'prepare'>
  readonly listener: EventListener | undefined
  readonly keepers: readonly EventKeeper[]
}

/** @returns The recorder, and what binds its keepers to the vault: to be called before anything happens. */
export function createEventRecorder(parts: EventRecorderParts): {
  readonly recorder: EventRecorder
  readonly bind: (vault: VaultExtension) => void
} {
  const { tenant, runtime, log, sealer, listener } = parts
  const isKept = parts.keepers.length > 0
  const isUsed = isKept || listener !== undefined
  const tell = listener && safeListener(listener, log)
  const behind = new Set<Promise<void>>()
  /** Events that something was made of, to be kept with their write. */
  const accompanied = new WeakSet<VaultEvent>()
  /** By event, the keepers that could not do so. */
  const owed = new WeakMap<VaultEvent, readonly BoundEventKeeper[]>()
  let keepers: readonly BoundEventKeeper[] = []
  const sweeping = new Map<BoundEventKeeper, Promise<void>>()

  const inBackground = (work: Promise<void>): void => {
    const ended = work.finally(() => behind.delete(ended))
    behind.add(ended)
  }

  const keepOrLog = async (keeper: BoundEventKeeper, events: readonly VaultEvent[]): Promise<void> => {
    try {
      await keeper.keep(events)
    } catch (error) {
      log.error({ events: events.map(({ id, type }) => ({ id, type })), err: error }, 'Events could not be kept. What they tell of stands.')
    }
  }

  const tellAll = (events: readonly VaultEvent[]): void => {
    if (tell) for (const event of events) tell(event)
  }

  const wake = (): void => {
    for (const keeper of keepers) keeper.wake()
  }

  const joined = (events: readonly VaultEvent[], made: readonly Companions[]): Companions | undefined => {
    const companions = joinCompanions(...made)
    if (companions) for (const event of events) accompanied.add(event)
    return companions
  }

  const sweepOrLog = async (keeper: BoundEventKeeper): Promise<void> => {
    try {
      await keeper.sweep()
    } catch (error) {
      log.warn({ err: error }, 'Work on kept events failed. It is done again with the next pass.')
    }
  }

  /** One keeper's long pass keeps no other waiting. */
  const sweepOne = (keeper: BoundEventKeeper): Promise<void> => {
    const running = sweeping.get(keeper) ?? sweepOrLog(keeper).finally(() => sweeping.delete(keeper))
    sweeping.set(keeper, running)
    return running
  }

  const recorder: EventRecorder = {
    isUsed,
    make({ actor, ...fields }, id) {
      const stamp = { id: id ?? (isUsed ? randomToken(runtime.random, 16) : ''), atMs: runtime.clock.now(), tenant }
      return { ...fields, ...stamp, ...(actor && { actor }) }
    },
    async prepare() {
      if (isKept) await Promise.all([sealer.prepare(''), ...keepers.map((keeper) => keeper.prepare?.())])
    },
    async companionsOf(...events) {
      if (!isKept) return undefined
      return joined(events, await Promise.all(keepers.map((keeper) => keeper.companionsOf(events))))
    },
    async companionsOfAnswer(...events) {
      if (!isKept) return undefined
      const made = keepers.map(async (keeper) => {
        try {
          const companions = await keeper.companionsOf(events)
          // What a store would refuse, it would refuse together with the tokens.
          assertCompanions(companions)
          return companions
        } catch (error) {
          log.error({ err: error }, 'Events cannot be kept with the answer that they tell of. They are kept after it.')
          for (const event of events) owed.set(event, [...(owed.get(event) ?? []), keeper])
          return {}
        }
      })
      return joined(events, await Promise.all(made))
    },
    announce(...events) {
      tellAll(events)
      if (!isKept) return
      for (const event of events) for (const keeper of owed.get(event) ?? []) inBackground(keepOrLog(keeper, [event]))
      if (events.some((event) => accompanied.has(event))) wake()
    },
    wake,
    async record(...events) {
      if (isKept) await Promise.all(keepers.map((keeper) => keeper.keep(events)))
      tellAll(events)
    },
    async recordAnyway(...events) {
      if (isKept) await Promise.all(keepers.map((keeper) => keepOrLog(keeper, events)))
      tellAll(events)
    },
    async sweep() {
      await Promise.all(keepers.map(sweepOne))
    },
    async drained() {
      await Promise.all([...behind, ...keepers.map((keeper) => keeper.drained())])
    },
  }
  return {
    recorder,
    bind(vault) {
      keepers = parts.keepers.map((keeper) => keeper.bind(vault))
    },
  }
}
