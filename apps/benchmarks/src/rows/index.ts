import type { Row } from '../row.ts'
import { bundleSizeRow, runtimeDependenciesRow } from './bundle-size.ts'
import { coldStartRow } from './cold-start.ts'
import { dataKeyRow } from './data-key.ts'
import { envelopeStepsRow } from './envelope-steps.ts'
import { httpCredentialsRow, httpFetchRow, httpPostgresRow } from './http-credentials.ts'
import { instrumentationRow } from './instrumentation.ts'
import { openValueRows } from './open-value.ts'
import { permissionCheckRow } from './permission-check.ts'
import { readMemoryRow, readSqliteRow } from './read-embedded.ts'
import { readMariadbRows } from './read-mariadb.ts'
import { readPostgresRows } from './read-postgres.ts'
import { scaleDueRow, scaleReadRow } from './scale.ts'
import { sealValueRows } from './seal-value.ts'
import { stampedePeersRow } from './stampede-peers.ts'
import { stampedeProcessesRow } from './stampede-processes.ts'
import { waitingRow } from './waiting.ts'
import { workerRows } from './worker.ts'

/** All rows, in the order in which they run. */
export const rows: readonly Row[] = [
  ...openValueRows,
  ...sealValueRows,
  dataKeyRow,
  envelopeStepsRow,
  permissionCheckRow,
  instrumentationRow,
  readMemoryRow,
  readSqliteRow,
  ...readPostgresRows,
  ...readMariadbRows,
  scaleReadRow,
  scaleDueRow,
  stampedePeersRow,
  stampedeProcessesRow,
  waitingRow,
  ...workerRows,
  coldStartRow,
  bundleSizeRow,
  runtimeDependenciesRow,
  httpCredentialsRow,
  httpFetchRow,
  httpPostgresRow,
]
