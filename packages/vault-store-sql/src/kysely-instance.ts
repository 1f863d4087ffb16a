import type { Kysely } from 'kysely'
import { type TableNames, tableNamesPlugin } from './names.js'
import type { StoreSchema } from './schema.js'

/** A `Kysely` over any schema. */
export interface KyselyInstance {
  withoutPlugins(): object
}

/** The application's own Kysely, as it sees the vault's tables: without the plugins that change names or results. */
export function vaultTables(instance: KyselyInstance, names: TableNames): Kysely<StoreSchema> {
  return (instance.withoutPlugins() as Kysely<StoreSchema>).withPlugin(tableNamesPlugin(names))
}
