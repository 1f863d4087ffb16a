import type { MysqlPool } from 'kysely'

/** Opens a pool of the vault's own. */
export async function openMysqlPool(connectionString: string, maxConnections: number): Promise<MysqlPool> {
  const { default: mysql } = await import('mysql2')
  return mysql.createPool({
    uri: connectionString,
    connectionLimit: maxConnections,
    connectTimeout: 5_000,
    enableKeepAlive: true,
    supportBigNumbers: true,
  })
}
