import type { VaultEventType } from '../events/vault-event.js'
import { unknownFields } from '../model/unknown-field.js'
import { refuseOptions } from '../refuse-fields.js'

export interface AuditLogOptions {
  /** Days that entries are kept, 1 to 36,500; they go within a day after. Default: for ever. */
  readonly retentionDays?: number
  /** What is kept. Default: all events but `refresh_started`, which comes before what it tells of. */
  readonly events?: readonly VaultEventType[]
}

const KNOWN: readonly (keyof AuditLogOptions)[] = ['retentionDays', 'events']
const DAY_MS = 86_400_000
const MAX_DAYS = 36_500

/** All types, and whether each is kept unless the options say otherwise. */
const KEPT: Readonly<Record<VaultEventType, boolean>> = {
  connected: true,
  scope_changed: true,
  refresh_started: false,
  refreshed: true,
  refresh_failed: true,
  reauthorization_required: true,
  disconnected: true,
  accessed: true,
  access_refused: true,
  user_forgotten: true,
  refresh_token_expiring: true,
  connection_paused: true,
  connection_resumed: true,
  client_frozen: true,
  client_unfrozen: true,
  keys_rotated: true,
  access_denied: true,
  administered: true,
}

export function isEventType(type: unknown): type is VaultEventType {
  return typeof type === 'string' && Object.hasOwn(KEPT, type)
}

/** @throws {VaultError} `invalid_configuration`, naming each bad option. */
export function parseAuditLogOptions(options: AuditLogOptions): {
  readonly types: ReadonlySet<VaultEventType>
  readonly retentionMs: number | undefined
} {
  const { retentionDays, events } = options
  const fields = unknownFields(options, KNOWN, 'audit log')
  if (retentionDays !== undefined && !(Number.isInteger(retentionDays) && retentionDays >= 1 && retentionDays <= MAX_DAYS))
    fields['retentionDays'] = 'must be a whole number of days from 1 to 36,500'
  if (events !== undefined && !(Array.isArray(events) && events.every(isEventType))) fields['events'] = 'must be a list of types of events'
  refuseOptions('The options of the audit log', fields)
  const types = events ?? Object.keys(KEPT).filter((type) => isEventType(type) && KEPT[type])
  return { types: new Set(types.filter(isEventType)), retentionMs: retentionDays === undefined ? undefined : retentionDays * DAY_MS }
}
