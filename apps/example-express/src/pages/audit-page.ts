import type { AuditLogEntry, AuditProblem, AuditVerification } from '@holdfast/vault-core/audit'
import { auditRow } from '../audit-trail.ts'
import { type Html, html } from '../html.ts'
import type { User } from '../users.ts'
import { words } from '../wording.ts'
import { layout, notice } from './layout.ts'
import { table } from './table.ts'

export interface AuditPage {
  readonly user: User | undefined
  /** The account that the entries are about; undefined for all. */
  readonly account: string | undefined
  /** Newest first. */
  readonly entries: readonly AuditLogEntry[]
  /** Of the whole log, not of these entries only. */
  readonly verification: AuditVerification
}

/** What was done with a credential, by whom, and whether the log can be believed. */
export function auditPage({ user, account, entries, verification }: AuditPage): string {
  return layout(
    { title: 'Audit trail', user, at: '/audit' },
    html`<div class="page-head"><div><h1>Audit trail</h1>
<p class="lead">What was done with your Driftbox connection, and by whom. Each entry is stored together with what it tells of: no token is handed out before
the entry that says so is there.</p></div></div>
${account !== undefined && html`<p class="soft">Of the account <code>${account}</code> only. <a href="/audit">Show all accounts</a></p>`}
${verdict(verification)}
<section class="card flush" aria-label="What was done"><div class="table-frame">${table({
      caption: 'What was done, newest first',
      rows: entries.map(auditRow),
      columns: [
        ['time', 'Time'],
        ['what', 'What was done'],
        ['account', 'Account'],
        ['who', 'By whom'],
        ['detail', 'Detail'],
      ],
    })}${entries.length === 0 && html`<p class="empty">Nothing yet. Connect an account, and read its files.</p>`}</div></section>
<p class="soft">A token is named by its fingerprint. The entries are chained under a key of the vault: who can only write the database changes none unseen.</p>`,
  )
}

function verdict(verification: AuditVerification): Html {
  const { entries } = verification
  if (verification.ok)
    return notice(
      'good',
      'The log is whole',
      `All ${entries} entries, of all users, are as the vault wrote them, and none is missing between them.`,
    )
  const told = verification.problems.slice(0, MOST_TOLD).map(problemText).join(', ')
  return notice(
    'bad',
    'The log was changed behind the vault’s back',
    `It has ${entries} entries, and is not as the vault left it: ${told}.`,
  )
}

const MOST_TOLD = 3

function problemText(problem: AuditProblem): string {
  return 'sequence' in problem ? `number ${problem.sequence} (${words(problem.kind)})` : words(problem.kind)
}
