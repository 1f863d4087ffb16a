import type { Migration } from './migration.js'

// Keys are bytes: the collations of MySQL and MariaDB fold case, accents or trailing spaces, each in its own way. 765 bytes
// are 255 UTF-16 units in UTF-8; four of them just fit into a key of InnoDB.
export const mysqlMigrations: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `create table if not exists {credentials} (
  tenant varbinary(765) not null, user_id varbinary(765) not null,
  connection_id varbinary(765) not null, account_id varbinary(765) not null,
  version bigint not null, last_attempt_id varbinary(765) not null, epoch bigint not null, secret_rev bigint not null,
  status varchar(64) character set ascii collate ascii_bin not null,
  access_token mediumblob, refresh_token mediumblob, refresh_token_fingerprint mediumblob,
  expires_at_ms bigint, due_at_ms bigint, data mediumblob not null,
  fence bigint not null, lease_owner varbinary(765), lease_until_ms bigint,
  intent_attempt_id varbinary(765), intent_state varchar(64) character set ascii collate ascii_bin, intent_sent_at_ms bigint,
  unresolved_sends bigint not null, created_at_ms bigint not null, updated_at_ms bigint not null,
  primary key (tenant, user_id, connection_id, account_id),
  key {index credentials_connection} (tenant, connection_id, user_id, account_id),
  key {index credentials_due} (tenant, due_at_ms)) engine = InnoDB row_format = dynamic`,
      `create table if not exists {documents} (
  tenant varbinary(765) not null, kind varbinary(765) not null, id varbinary(765) not null,
  version bigint not null, last_attempt_id varbinary(765) not null, data mediumblob not null, updated_at_ms bigint not null,
  primary key (tenant, kind, id)) engine = InnoDB row_format = dynamic`,
      `create table if not exists {tickets} (
  tenant varbinary(765) not null, kind varbinary(765) not null, id varbinary(765) not null,
  data mediumblob not null, expires_at_ms bigint not null, primary key (tenant, kind, id),
  key {index tickets_expiry} (expires_at_ms)) engine = InnoDB row_format = dynamic`,
      `create table if not exists {outbox} (
  sequence bigint not null auto_increment primary key, tenant varbinary(765) not null, id varbinary(765) not null,
  topic varbinary(765) not null, data mediumblob not null, attempt bigint not null, available_at_ms bigint not null,
  unique key {index outbox_key} (tenant, id), key {index outbox_topic} (tenant, topic, sequence)) engine = InnoDB row_format = dynamic`,
      `create table if not exists {audit} (
  tenant varbinary(765) not null, sequence bigint not null, id varbinary(765) not null, at_ms bigint not null, data mediumblob not null,
  primary key (tenant, sequence), unique key {index audit_id} (tenant, id)) engine = InnoDB row_format = dynamic`,
      `create table if not exists {counters} (
  tenant varbinary(765) not null, topic varchar(64) character set ascii collate ascii_bin not null, name varbinary(765) not null,
  value bigint not null, primary key (tenant, topic, name)) engine = InnoDB row_format = dynamic`,
    ],
  },
  {
    version: 2,
    statements: [
      // One statement for each table: what was broken off is done for the whole of a table, or not at all.
      `alter table {credentials} add column last_used_at_ms bigint,
  add key {index credentials_status} (tenant, status, user_id, connection_id)`,
      `alter table {outbox} add column ordering_key varbinary(765), add column is_first tinyint not null default 1,
  add column added_at_ms bigint, drop key {index outbox_topic}, add key {index outbox_first} (tenant, topic, is_first, sequence),
  add key {index outbox_line} (tenant, topic, ordering_key, sequence)`,
      `alter table {audit} add column subject varbinary(765),
  add key {index audit_subject} (tenant, subject, sequence)`,
    ],
  },
]
