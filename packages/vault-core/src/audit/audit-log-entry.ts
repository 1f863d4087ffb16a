import type { Actor } from '../events/actor.js'
import type { VaultEvent, VaultEventType } from '../events/vault-event.js'
import { credentialsUri, parseResourceUri } from '../permissions/resource-uri.js'
import type { AuditEntry, NewAuditEntry } from '../storage/contract.js'
import { storeKeyProblem } from '../storage/rules/store-key.js'
import type { MarkedJson } from './marked-json.js'

/** One entry of the audit log: who did what, with which credential, when, and what came of it. No secret in it. */
export interface AuditLogEntry {
  /** Place in the log; only grows, and may leave numbers out. */
  readonly sequence: number
  /** That of the event. */
  readonly id: string
  /** That of the event; `unreadable` for what the vault did not write. */
  readonly type: VaultEventType | 'unreadable'
  /** When it happened, by the clock of the process that it happened in. */
  readonly at: Date
  /** When it was stored, by the store's clock. */
  readonly storedAt: Date
  /** `denied`: the caller had no right to it. `failed`: it was tried, and nothing came of it. */
  readonly outcome: 'done' | 'failed' | 'denied'
  /** Who caused it, as far as the caller said so: user, client and key, address, and the access record that allowed it. */
  readonly actor?: Actor
  readonly connectionId?: string
  readonly userId?: string
  readonly accountId?: string
  /** Why, as a stable word. */
  readonly reason?: string
  /** What else the event says: `fingerprint` of the token that was handed out, `scope`, `permission`, `resource`, … */
  readonly details: Readonly<Record<string, unknown>>
  /** Whether it carries the vault's mark. False: somebody changed it, or put it there, who had not the key. */
  readonly isGenuine: boolean
}

/** What stands in an entry: the event, but for its id and tenant, which the store keeps beside it. */
interface EntryValue extends Record<string, unknown> {
  readonly v: 1
  readonly type: VaultEventType
  readonly atMs: number
}

/** Makes entries of events, and reads them. */
export interface EntryFormat {
  entryOf(event: VaultEvent): Promise<NewAuditEntry>
  read(entry: AuditEntry): Promise<AuditLogEntry>
  isGenuine(entry: AuditEntry): Promise<boolean>
}

export function createEntryFormat(tenant: string, marked: MarkedJson): EntryFormat {
  const valueIn = (entry: AuditEntry): Promise<EntryValue | undefined> => marked.read<EntryValue>(placeOf(entry), entry.data)

  return {
    async entryOf(event) {
      const { id, tenant: _tenant, ...rest } = event
      const about = 'resource' in event ? credentialIn(event.resource) : undefined
      const value: EntryValue = { v: 1, ...rest, ...about }
      const subject = subjectOf({ ...event, ...about })
      const place = { id, ...(subject !== undefined && { subject }) }
      return { tenant, ...place, data: await marked.write(placeOf(place), value) }
    },

    async read(entry) {
      const value = await valueIn(entry)
      const { sequence, id, atMs: storedMs } = entry
      const storedAt = new Date(storedMs)
      if (!value) return { sequence, id, type: 'unreadable', at: storedAt, storedAt, outcome: 'failed', details: {}, isGenuine: false }
      const { v: _v, type, atMs, ...rest } = value
      return { sequence, id, type, at: new Date(atMs), storedAt, outcome: outcomeOf(type), ...partsOf(rest), isGenuine: true }
    },

    isGenuine: async (entry) => (await valueIn(entry)) !== undefined,
  }
}

function placeOf({ id, subject }: { readonly id: string; readonly subject?: string | undefined }): readonly string[] {
  return subject === undefined ? ['entry', id] : ['entry', id, subject]
}

function partsOf(
  value: Readonly<Record<string, unknown>>,
): Pick<AuditLogEntry, 'actor' | 'connectionId' | 'userId' | 'accountId' | 'reason' | 'details'> {
  const { actor, connectionId, userId, accountId, code, reason, ...details } = value as Partial<AuditLogEntry> & { readonly code?: string }
  const why = reason ?? code
  return {
    ...(actor && { actor }),
    ...(connectionId !== undefined && { connectionId }),
    ...(userId !== undefined && { userId }),
    ...(accountId !== undefined && { accountId }),
    ...(why !== undefined && { reason: why }),
    details,
  }
}

function outcomeOf(type: VaultEventType): AuditLogEntry['outcome'] {
  if (type === 'access_denied') return 'denied'
  return FAILED.has(type) ? 'failed' : 'done'
}

const FAILED: ReadonlySet<VaultEventType> = new Set(['refresh_failed', 'reauthorization_required', 'access_refused'])

/** Whom an entry is about, so that his can be read without all others. */
function subjectOf(about: { readonly userId?: string; readonly clientId?: string; readonly connectionId?: string }): string | undefined {
  return about.userId ?? about.clientId ?? about.connectionId
}

/** Whose credential a resource is, if it is one. */
function credentialIn(resource: string): { readonly connectionId: string; readonly userId: string } | undefined {
  const [, connectionId, , userId] = segmentsOf(resource)
  if (connectionId === undefined || userId === undefined) return undefined
  // Ids that no credential can have are nobody's.
  if (storeKeyProblem(connectionId) ?? storeKeyProblem(userId)) return undefined
  const own = credentialsUri(connectionId, userId).segments
  return segmentsOf(resource).every((segment, index) => segment === own[index]) ? { connectionId, userId } : undefined
}

function segmentsOf(resource: string): readonly string[] {
  try {
    return parseResourceUri(resource).segments
  } catch {
    return []
  }
}
