import type { Log } from '../log.js'
import type { VaultEvent } from './vault-event.js'

/** Called after each event. What it throws, also later if it is asynchronous, is logged and goes no further. Nobody waits for it. */
export type EventListener = (event: VaultEvent) => void

/** Calls the listener and keeps what it throws away from the work that the event tells of. */
export function safeListener(listener: EventListener, log: Log): EventListener {
  return (event) => {
    const complain = (error: unknown): void => log.error({ type: event.type, err: error }, 'The event listener threw. The vault goes on.')
    try {
      // An async function is one, too, and a rejection that nobody takes ends the process.
      const running: unknown = listener(event)
      if (running instanceof Promise) running.catch(complain)
    } catch (error) {
      complain(error)
    }
  }
}
