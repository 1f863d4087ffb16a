import type { Log } from '../log.js'
import type { VaultEvent } from './vault-event.js'

/** Called after each event. What it throws is logged and goes no further. */
export type EventListener = (event: VaultEvent) => void

/** Calls the listener and keeps what it throws away from the work that the event tells of. */
export function safeListener(listener: EventListener, log: Log): EventListener {
  return (event) => {
    try {
      listener(event)
    } catch (error) {
      log.error({ type: event.type, err: error }, 'The event listener threw. The vault goes on.')
    }
  }
}
