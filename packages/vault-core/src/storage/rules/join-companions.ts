import type { Companions } from '../companions.js'

/** All of them in one; undefined when there is nothing, so that nothing is added to a write. */
export function joinCompanions(...parts: readonly (Companions | undefined)[]): Companions | undefined {
  const outbox = parts.flatMap((part) => part?.outbox ?? [])
  const audit = parts.flatMap((part) => part?.audit ?? [])
  if (outbox.length === 0 && audit.length === 0) return undefined
  return { ...(outbox.length > 0 && { outbox }), ...(audit.length > 0 && { audit }) }
}
