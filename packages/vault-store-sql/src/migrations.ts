/** One step of the schema. Never changed once it was published; a new step is added behind it. */
export interface Migration {
  readonly version: number
  /** Statements with `{p}` for the table prefix. */
  readonly statements: readonly string[]
}

export const sqliteMigrations: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `create table {p}credentials (
        tenant text not null, user_id text not null, connection_id text not null, account_id text not null,
        version integer not null, last_attempt_id text not null, epoch integer not null, secret_rev integer not null, status text not null,
        access_token blob, refresh_token blob, refresh_token_fingerprint blob,
        expires_at_ms integer, due_at_ms integer, data text not null,
        fence integer not null, lease_owner text, lease_until_ms integer,
        intent_attempt_id text, intent_state text, intent_sent_at_ms integer, unresolved_sends integer not null,
        created_at_ms integer not null, updated_at_ms integer not null)`,
      'create unique index {p}credentials_key on {p}credentials (tenant, user_id, connection_id, account_id)',
      'create index {p}credentials_connection on {p}credentials (tenant, connection_id, user_id, account_id)',
      'create index {p}credentials_due on {p}credentials (tenant, due_at_ms) where due_at_ms is not null',
      `create table {p}documents (
        tenant text not null, kind text not null, id text not null,
        version integer not null, last_attempt_id text not null, data text not null, updated_at_ms integer not null)`,
      'create unique index {p}documents_key on {p}documents (tenant, kind, id)',
      `create table {p}tickets (
        tenant text not null, kind text not null, id text not null, data blob not null, expires_at_ms integer not null)`,
      'create unique index {p}tickets_key on {p}tickets (tenant, kind, id)',
      'create index {p}tickets_expiry on {p}tickets (expires_at_ms)',
      `create table {p}outbox (
        sequence integer primary key autoincrement, tenant text not null, id text not null, topic text not null,
        data blob not null, attempt integer not null, available_at_ms integer not null)`,
      'create unique index {p}outbox_key on {p}outbox (tenant, id)',
      'create index {p}outbox_available on {p}outbox (tenant, topic, available_at_ms)',
      `create table {p}audit (
        tenant text not null, sequence integer not null, id text not null, at_ms integer not null, data text not null)`,
      'create unique index {p}audit_key on {p}audit (tenant, sequence)',
    ],
  },
]
