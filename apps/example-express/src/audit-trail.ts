import type { AuditLog, AuditLogEntry, AuditLogFilter } from '@holdfast/vault-core/audit'
import type { FeedRow } from './feed.ts'
import { userById } from './users.ts'
import { dayAndTime, shortFingerprint, words } from './wording.ts'

const SHOWN = 60
const PAGE = 1_000

/** What was done last with a credential, newest first. The log is read from its beginning: it is kept for so few days only. */
export async function newestEntries(audit: AuditLog, filter: AuditLogFilter): Promise<readonly AuditLogEntry[]> {
  let newest: readonly AuditLogEntry[] = []
  let after: number | undefined
  do {
    const page = await audit.list({ ...filter, limit: PAGE, ...(after !== undefined && { after }) })
    newest = [...newest, ...page.items].slice(-SHOWN)
    after = page.after
  } while (after !== undefined)
  return newest.toReversed()
}

/** An entry, as a row for people. */
export function auditRow(entry: AuditLogEntry): FeedRow {
  return {
    time: dayAndTime(entry.at),
    what: WHAT[entry.type] ?? capitalized(words(entry.type)),
    account: entry.accountId ?? '',
    who: whoOf(entry),
    detail: detailOf(entry),
    tone: entry.outcome === 'done' ? 'plain' : 'bad',
  }
}

/** Where the word of the event does not say enough. */
const WHAT: Partial<Record<AuditLogEntry['type'], string>> = {
  accessed: 'Token handed out',
  access_refused: 'No token handed out',
  scope_changed: 'Other scopes granted',
  reauthorization_required: 'Consent needed again',
  unreadable: 'Not written by the vault',
}

function whoOf({ actor, isGenuine }: AuditLogEntry): string {
  if (!isGenuine) return 'Not known'
  if (!actor) return 'The vault, by itself'
  return actor.kind === 'user' ? (userById(actor.id)?.name ?? actor.id) : `${capitalized(words(actor.kind))} ${actor.id}`
}

function detailOf({ reason, details: { fingerprint, scope, rotated } }: AuditLogEntry): string {
  if (reason !== undefined) return capitalized(words(reason))
  if (typeof fingerprint === 'string') return `Token ${shortFingerprint(fingerprint)}`
  if (typeof scope === 'string') return scope
  return rotated === true ? 'Refresh token replaced, too' : ''
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
