import { unknownFields, VaultError } from '@holdfast/vault-core'
import type { MigrateMode } from './migrations/migrate.js'
import type { TableNames } from './names.js'

/** What the stores of all databases have in common. */
export interface SqlStoreOptions {
  /** Put before each table's name. Default `holdfast_`. */
  readonly tablePrefix?: string
  /** What to do about the tables at first use. Default `auto`. */
  readonly migrate?: MigrateMode
  /** Told when the database's settings could lose what was acknowledged, with what could be lost. Default: a warning of the process. */
  readonly onWarning?: (message: string) => void
  /**
   * Credentials that were read lately, of which the store keeps the sealed values in memory: 0 to 1,000,000. Each is read again all the same,
   * but the database sends those values again only when the row was written meanwhile. Default 2,000, which take some 5 MB.
   */
  readonly maxRememberedRows?: number
}

const KNOWN: readonly (keyof SqlStoreOptions)[] = ['tablePrefix', 'migrate', 'onWarning', 'maxRememberedRows']

/** What all stores make of their options. */
export interface ParsedSqlOptions {
  readonly names: TableNames
  readonly migrate: MigrateMode
  readonly onWarning: (message: string) => void
  readonly maxRememberedRows: number
}

/**
 * @param ways - The options of which exactly one says where the database is.
 * @param others - What else this store has besides {@link SqlStoreOptions}.
 * @throws {VaultError} `invalid_configuration`.
 */
export function parseSqlOptions(
  options: SqlStoreOptions & { readonly schema?: string },
  ways: readonly string[],
  others: readonly string[],
): ParsedSqlOptions {
  const { schema, tablePrefix = 'holdfast_', migrate = 'auto', onWarning = warnProcess, maxRememberedRows = 2_000 } = options
  const unknown = unknownFields(options, [...ways, ...others, ...KNOWN], 'SQL store')
  for (const [name, problem] of Object.entries(unknown)) throw invalid(name, problem)
  assertOneOf(options, ways)
  const names = { prefix: tablePrefix, schema }
  assertTableNames(names)
  assertMigrateMode(migrate)
  assertRememberedRows(maxRememberedRows)
  return { names, migrate, onWarning, maxRememberedRows }
}

function warnProcess(message: string): void {
  process.emitWarning(message, { code: 'HOLDFAST_DURABILITY' })
}

/** @throws {VaultError} `invalid_configuration`. */
function assertMigrateMode(mode: unknown): void {
  if (mode === 'auto' || mode === 'check' || mode === 'off') return
  throw invalid('migrate', 'must be "auto", "check" or "off"')
}

/** @throws {VaultError} `invalid_configuration`. */
export function assertTableNames({ prefix, schema }: TableNames): void {
  if (typeof prefix !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]{0,30}$|^$/.test(prefix))
    throw invalid('tablePrefix', 'may hold letters, digits and "_" only, 31 at most')
  if (schema !== undefined && !/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(schema))
    throw invalid('schema', 'may hold letters, digits and "_" only, 63 at most')
}

/** @throws {VaultError} `invalid_configuration`. */
function assertRememberedRows(most: unknown): void {
  if (Number.isInteger(most) && Number(most) >= 0 && Number(most) <= 1_000_000) return
  throw invalid('maxRememberedRows', 'must be a whole number from 0 to 1,000,000')
}

/** Refuses none or several of the ways to name a database. @throws {VaultError} `invalid_configuration`. */
function assertOneOf(options: object, names: readonly string[]): void {
  const given = names.filter((name) => name in options && Reflect.get(options, name) !== undefined)
  if (given.length === 1) return
  const [field = ''] = names
  throw invalid(field, `says where the database is: give exactly one of ${names.map((name) => `\`${name}\``).join(', ')}`)
}

export function invalid(field: string, problem: string): VaultError {
  return new VaultError('invalid_configuration', `\`${field}\` ${problem}.`, { fields: { [field]: problem } })
}
