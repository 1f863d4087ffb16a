import type { CredentialRow } from '../credential-store.js'

/** A row whose bytes are its own: what is kept and what is handed out must not share them. */
export function copyRow(row: CredentialRow): CredentialRow {
  return {
    ...row,
    accessToken: row.accessToken?.slice() ?? null,
    refreshToken: row.refreshToken?.slice() ?? null,
    refreshTokenFingerprint: row.refreshTokenFingerprint?.slice() ?? null,
  }
}
