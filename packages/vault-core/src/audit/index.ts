// `@holdfast/vault-core/audit`: the audit log.
export { type AuditLog, auditLog } from './audit-log.js'
export type { AuditLogEntry } from './audit-log-entry.js'
export type { AuditLogOptions } from './audit-log-options.js'
export type { AuditProblem } from './audit-problem.js'
export type { AuditHead } from './expected-head.js'
export type { AuditLogFilter, AuditLogPage, AuditLogQuery, ExportQuery } from './read-log.js'
export type { AuditVerification, VerifyOptions } from './verify-chain.js'
