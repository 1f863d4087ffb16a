import { isVaultError, VaultError } from '@holdfast/vault-core'

/** What goes wrong in a database, as one sentence that says what to do. The vault's own errors pass through. */
export function storeFailure(error: unknown): VaultError {
  if (isVaultError(error)) return error
  return new VaultError('store_unavailable', explain(error), { cause: error })
}

const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
  [/readonly|read-only/i, 'The database cannot be written. Give the process write access to the file and its folder.'],
  [
    /unable to open|cannot open|SQLITE_CANTOPEN/i,
    'The database cannot be opened. Check that its folder exists and that the process may write there.',
  ],
  [/not a database|SQLITE_NOTADB/i, 'The file is not a SQLite database. Check the path.'],
  [/malformed|SQLITE_CORRUPT/i, 'The database is damaged. Restore it from a backup.'],
  [/disk is full|SQLITE_FULL/i, 'The disk is full. Make room; nothing was lost.'],
  [/busy|locked/i, 'The database is locked by another process for too long. Ask again; look for a transaction that was left open.'],
  [/no such table/i, 'The tables of the vault are missing. Open the store with `migrate: "auto"`, or run the migrations.'],
  [/not open|is closed/i, 'The database is closed. Open the store again.'],
]

function explain(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return EXPLANATIONS.find(([pattern]) => pattern.test(text))?.[1] ?? 'The database failed. Its own error is the cause of this one.'
}
