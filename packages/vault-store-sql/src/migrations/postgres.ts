import type { Migration } from './migration.js'

// Collation "C": keys are compared byte by byte, whatever the database's own collation makes equal.
export const postgresMigrations: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `create table {credentials} (
  tenant text collate "C" not null, user_id text collate "C" not null,
  connection_id text collate "C" not null, account_id text collate "C" not null,
  version bigint not null, last_attempt_id text collate "C" not null, epoch bigint not null, secret_rev bigint not null, status text not null,
  access_token bytea, refresh_token bytea, refresh_token_fingerprint bytea,
  expires_at_ms bigint, due_at_ms bigint, data text not null,
  fence bigint not null, lease_owner text collate "C", lease_until_ms bigint,
  intent_attempt_id text collate "C", intent_state text, intent_sent_at_ms bigint, unresolved_sends bigint not null,
  created_at_ms bigint not null, updated_at_ms bigint not null,
  primary key (tenant, user_id, connection_id, account_id))`,
      'create index {index credentials_connection} on {credentials} (tenant, connection_id, user_id, account_id)',
      'create index {index credentials_due} on {credentials} (tenant, due_at_ms) where due_at_ms is not null',
      `create table {documents} (
  tenant text collate "C" not null, kind text collate "C" not null, id text collate "C" not null,
  version bigint not null, last_attempt_id text collate "C" not null, data text not null, updated_at_ms bigint not null,
  primary key (tenant, kind, id))`,
      `create table {tickets} (
  tenant text collate "C" not null, kind text collate "C" not null, id text collate "C" not null,
  data bytea not null, expires_at_ms bigint not null, primary key (tenant, kind, id))`,
      'create index {index tickets_expiry} on {tickets} (expires_at_ms)',
      `create table {outbox} (
  sequence bigint generated always as identity primary key, tenant text collate "C" not null, id text collate "C" not null,
  topic text collate "C" not null, data bytea not null, attempt bigint not null, available_at_ms bigint not null,
  unique (tenant, id))`,
      'create index {index outbox_topic} on {outbox} (tenant, topic, sequence)',
      `create table {audit} (
  tenant text collate "C" not null, sequence bigint not null, id text collate "C" not null, at_ms bigint not null, data text not null,
  primary key (tenant, sequence), unique (tenant, id))`,
      `create table {counters} (
  tenant text collate "C" not null, topic text not null, name text collate "C" not null, value bigint not null,
  primary key (tenant, topic, name))`,
    ],
  },
  {
    version: 2,
    statements: [
      'alter table {credentials} add column last_used_at_ms bigint',
      'alter table {audit} add column subject text collate "C"',
      'create index {index audit_subject} on {audit} (tenant, subject, sequence) where subject is not null',
      `alter table {outbox} add column ordering_key text collate "C", add column is_first smallint not null default 1,
  add column added_at_ms bigint`,
      'drop index {outbox_topic}',
      'create index {index outbox_first} on {outbox} (tenant, topic, is_first, sequence)',
      'create index {index outbox_line} on {outbox} (tenant, topic, ordering_key, sequence) where ordering_key is not null',
      // Not those that are well: they are many, and are written all the time.
      `create index {index credentials_attention} on {credentials} (tenant, status, user_id, connection_id, account_id)
  where status <> 'active' or refresh_token is null`,
    ],
  },
]
