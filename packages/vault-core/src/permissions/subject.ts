import type { SubjectReference } from './access-record.js'

/** The subject that a reference names. A service client may be named by its client id, or as a resource of the vault. */
export function subjectOf({ userId }: SubjectReference): string {
  return /^(?:Vault|Authress):ServiceClients\/(sc_[A-Za-z0-9_-]+)$/.exec(userId)?.[1] ?? userId
}
