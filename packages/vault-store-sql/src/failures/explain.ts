import { isVaultError, VaultError } from '@holdfast/vault-core'
import { causes, codeOf } from './classify.js'

/** What goes wrong in a database, as one sentence that says what to do. The vault's own errors pass through. */
export function storeFailure(error: unknown): VaultError {
  if (isVaultError(error)) return error
  return new VaultError('store_unavailable', explain(error), { cause: error })
}

function explain(error: unknown): string {
  for (const each of causes(error)) {
    const known = byCode[codeOf(each)] ?? byText.find(([pattern]) => pattern.test(each.message))?.[1]
    if (known) return known
  }
  return 'The database failed. Its own error is the cause of this one.'
}

const refusedLogin = 'The database refuses the user or the password. Correct the connection string.'
const noDatabase = 'There is no such database. Create it, or correct the connection string.'
const noTables = 'The tables of the vault are missing. Open the store with `migrate: "auto"`, or run the migrations.'
const noRights = 'The database user lacks rights on the tables of the vault. Grant them, or migrate as another user.'
const unreachable = 'The database cannot be reached. Check host and port, and whether it runs.'
const readOnly = 'The database takes no writes: it is a replica, or was made read-only. Connect to the primary.'
const full = 'The disk is full. Make room; nothing was lost.'
const crowded = 'The database has too many connections. Raise its limit, or make the pool smaller.'

const noTls = 'The database takes no TLS. Take it out of the connection string, or turn it on at the server.'
const untrusted =
  'The certificate of the database is not trusted. Give the driver the authority that signed it, by NODE_EXTRA_CA_CERTS or with a pool of your own.'

const byCode: Readonly<Record<string, string>> = {
  '28P01': refusedLogin,
  '28000': refusedLogin,
  ER_ACCESS_DENIED_ERROR: refusedLogin,
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: refusedLogin,
  ER_DBACCESS_DENIED_ERROR: noRights,
  '3D000': noDatabase,
  ER_BAD_DB_ERROR: noDatabase,
  '42P01': noTables,
  '3F000': noTables,
  ER_NO_SUCH_TABLE: noTables,
  '42501': noRights,
  ER_TABLEACCESS_DENIED_ERROR: noRights,
  ECONNREFUSED: unreachable,
  ENOTFOUND: 'The host of the database is not known. Correct the connection string.',
  EAI_AGAIN: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ETIMEDOUT: unreachable,
  HANDSHAKE_NO_SSL_SUPPORT: noTls,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  '25006': readOnly,
  ER_OPTION_PREVENTS_STATEMENT: readOnly,
  '53100': full,
  ER_RECORD_FILE_FULL: full,
  ER_DISK_FULL: full,
  '53300': crowded,
  ER_CON_COUNT_ERROR: crowded,
  '57P03': 'The database is starting up or shutting down. Ask again.',
  ERR_MODULE_NOT_FOUND: 'The driver of the database is not installed: npm install pg, or npm install mysql2.',
}

const byText: readonly (readonly [RegExp, string])[] = [
  [/readonly|read-only/i, 'The database cannot be written. Give the process write access to the file and its folder.'],
  [
    /unable to open|cannot open|SQLITE_CANTOPEN/i,
    'The database cannot be opened. Check that its folder exists and that the process may write there.',
  ],
  [/does not support SSL/i, noTls],
  [/not a database|SQLITE_NOTADB/i, 'The file is not a SQLite database. Check the path.'],
  [/malformed|SQLITE_CORRUPT/i, 'The database is damaged. Restore it from a backup.'],
  [/disk is full|SQLITE_FULL/i, full],
  [/busy|locked/i, 'The database is locked by another process for too long. Ask again; look for a transaction that was left open.'],
  [/no such table/i, noTables],
  [/timeout exceeded when trying to connect|connection timeout/i, unreachable],
  [/connection terminated|connection lost|connection is closed|closed state/i, 'The connection to the database broke. Ask again.'],
  [/not open/i, 'The database is closed. Open the store again.'],
]
