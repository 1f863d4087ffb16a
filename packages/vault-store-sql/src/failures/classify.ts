import { RowMoved } from './row-moved.js'

/**
 * What is known of a statement or transaction that failed.
 *
 * - `undone`: the database took it back, or never began: it may be repeated at once.
 * - `unreachable`: nothing was sent, as there was no connection: it may be repeated after a while.
 * - `unknown`: the connection broke under way: it may have been done.
 * - `final`: repeating it would change nothing.
 */
export type FailureKind = 'undone' | 'unreachable' | 'unknown' | 'final'

export function classifyFailure(error: unknown): FailureKind {
  if (error instanceof RowMoved) return 'undone'
  for (const each of causes(error)) {
    const kind = kindByCode.get(codeOf(each)) ?? kindByText(each.message)
    if (kind) return kind
  }
  return 'final'
}

/** The error and what it was made of. */
export function causes(error: unknown): readonly Error[] {
  const chain: Error[] = []
  for (let next = error; next instanceof Error && chain.length < 5; next = next.cause) {
    chain.push(next)
    if (next instanceof AggregateError) chain.push(...next.errors.filter((each) => each instanceof Error))
  }
  return chain
}

export function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : ''
}

const kindByCode: ReadonlyMap<string, FailureKind> = new Map<string, FailureKind>([
  // PostgreSQL: appendix A of its manual.
  ['40001', 'undone'], // serialization_failure
  ['40P01', 'undone'], // deadlock_detected
  ['55P03', 'undone'], // lock_not_available
  ['57P03', 'unreachable'], // cannot_connect_now: it starts up or shuts down
  ['53300', 'unreachable'], // too_many_connections
  ['25006', 'unreachable'], // read_only_sql_transaction: the primary is another server now
  ['57P01', 'unknown'], // admin_shutdown
  ['57P02', 'unknown'], // crash_shutdown
  ['08000', 'unknown'],
  ['08003', 'unknown'],
  ['08006', 'unknown'],
  ['08001', 'unreachable'],
  ['08004', 'unreachable'],
  // MySQL and MariaDB.
  ['ER_LOCK_DEADLOCK', 'undone'],
  ['ER_LOCK_WAIT_TIMEOUT', 'undone'],
  ['ER_CON_COUNT_ERROR', 'unreachable'],
  ['ER_OPTION_PREVENTS_STATEMENT', 'unreachable'], // --read-only: the primary is another server now
  ['ER_SERVER_SHUTDOWN', 'unknown'],
  ['ER_CONNECTION_KILLED', 'unknown'],
  ['PROTOCOL_CONNECTION_LOST', 'unknown'],
  ['PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR', 'unknown'],
  // The network.
  ['ECONNREFUSED', 'unreachable'],
  ['ENOTFOUND', 'unreachable'],
  ['EAI_AGAIN', 'unreachable'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['ENOENT', 'unreachable'], // the server's socket file
  ['ECONNRESET', 'unknown'],
  ['EPIPE', 'unknown'],
  ['ETIMEDOUT', 'unknown'],
])

function kindByText(message: string): FailureKind | undefined {
  if (/database (table )?is locked|SQLITE_BUSY/i.test(message)) return 'undone'
  if (/timeout exceeded when trying to connect|connection terminated due to connection timeout/i.test(message)) return 'unreachable'
  if (/connection terminated|client has encountered a connection error|closed state|connection is closed/i.test(message)) return 'unknown'
  return undefined
}
