import type { CredentialInfo, Credentials } from '@holdfast/vault-core'
import type { FilesAnswer } from '../driftbox.ts'
import { type Html, html } from '../html.ts'
import type { User } from '../users.ts'
import { clockTime, dayAndTime, fileSize, shortFingerprint } from '../wording.ts'
import { layout, notice } from './layout.ts'

export interface ConnectionsPage {
  readonly user: User
  /** The default one first. */
  readonly accounts: readonly CredentialInfo[]
  /** Undefined until the API was asked. */
  readonly answer?: ShownAnswer
  readonly problem?: { readonly title: string; readonly text: string } | undefined
}

/** An answer, and to which token of which account it was given. */
export type ShownAnswer = FilesAnswer & Pick<Credentials, 'accountId' | 'fingerprint'>

/** What is connected, and what the provider's API answered. */
export function connectionsPage({ user, accounts, answer, problem }: ConnectionsPage): string {
  return layout(
    { title: 'Connections', user, at: '/connections' },
    html`<div class="page-head"><div><h1>Connections</h1><p class="lead">Accounts at other companies that this app may use for you.</p></div></div>
${problem && notice('bad', problem.title, problem.text)}
${accounts.map((account) => accountCard(account, accounts.length > 1))}
${answer && answerCard(answer)}
${accounts.length === 0 ? emptyCard : anotherCard}`,
  )
}

const connectHref = '/connect/demo?return_to=/connections'

const mark = html`<svg class="mark" viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4 22c4 4 8 4 12 0s8-4 12 0"/><path d="M16 4v12M16 4l7 9h-7M9 13l7-6"/></svg>`

const emptyCard = html`<section class="card connection" aria-labelledby="driftbox">
<div class="connection-head">${mark}<div><h2 id="driftbox">Driftbox</h2><p class="soft">Not connected. Connect it to read your files from here.</p></div>
<a class="button" href="${connectHref}&amp;purpose=once">For a minute only</a>
<a class="button primary" href="${connectHref}">Connect Driftbox</a></div></section>`

const anotherCard = html`<section class="card" aria-labelledby="another">
<div class="connection-head"><div><h2 id="another">Another account</h2><p class="soft">Choose “Use another account” at Driftbox. Each is kept, refreshed and disconnected by itself.</p></div>
<a class="button" href="${connectHref}&amp;add_account=true">Connect another account</a></div></section>`

function accountCard(account: CredentialInfo, isOneOfSeveral: boolean): Html {
  const { accountId, label, isDefault, connectedAt, status } = account
  const [tone, word] = BADGES[status]
  const query = `?account=${encodeURIComponent(accountId)}`
  const headingId = `account-${accountId}`
  return html`<section class="card connection" aria-labelledby="${headingId}" data-account="${accountId}">
<div class="connection-head">${mark}<div><h2 id="${headingId}">${label ?? 'Driftbox'}</h2>
<p class="soft">Driftbox, connected ${dayAndTime(connectedAt)}${isOneOfSeveral && isDefault && '; used where no account is named'}</p></div>
<span class="badge ${tone}">${word}</span></div>
${status !== 'active' && statusNotice(account)}
${status !== 'reauthorization_required' && facts(account)}
<div class="actions">${status !== 'reauthorization_required' && html`<a class="button primary" href="/connections/files${query}">Read my files</a>`}
<a class="button" href="/audit${query}">Audit trail</a>
<form method="post" action="/connections/disconnect"><button class="button danger" name="account" value="${accountId}">Disconnect</button></form></div></section>`
}

const BADGES: Readonly<Record<CredentialInfo['status'], readonly ['good' | 'bad' | 'plain', string]>> = {
  active: ['good', 'Connected'],
  expiring: ['plain', 'Expiring'],
  reauthorization_required: ['bad', 'Ended'],
  quarantined: ['plain', 'Waiting'],
}

/** In the vault's own words for the person whose account it is. */
function statusNotice({ accountId, status, message }: CredentialInfo): Html {
  const again = html`<a class="button primary" href="${connectHref}&amp;account=${encodeURIComponent(accountId)}">Connect again</a>`
  if (status !== 'reauthorization_required') return notice('plain', BADGES[status][1], message, status === 'expiring' && again)
  const remark = 'In this demo that is so after each restart, because Driftbox keeps its grants in memory.'
  return notice('bad', 'Driftbox no longer accepts this connection', `${message} ${remark}`, again)
}

function facts({ scope, expiresAt, hasRefreshToken, lastRefreshedAt, lastUsedAt }: CredentialInfo): Html {
  return html`<dl class="facts">
<div><dt>Access token expires</dt><dd>${expiresAt ? countdown(expiresAt, hasRefreshToken) : 'The provider does not say'}</dd></div>
<div><dt>Last refreshed</dt><dd>${lastRefreshedAt ? clockTime(lastRefreshedAt.getTime()) : 'Not yet'}</dd></div>
<div><dt>Last used, to the hour</dt><dd>${lastUsedAt ? clockTime(lastUsedAt.getTime()) : 'Not yet'}</dd></div>
<div class="wide"><dt>Scope</dt><dd>${(scope ?? '').split(' ').map((name) => html`<code class="scope">${name}</code>`)}</dd></div>
</dl>`
}

function countdown(expiresAt: Date, isRenewed: boolean): Html {
  const whenOver = isRenewed ? 'Expired; the next call gets a new one' : 'Expired'
  return html`<time datetime="${expiresAt.toISOString()}" data-countdown data-when-over="${whenOver}">at ${clockTime(expiresAt.getTime())}</time>`
}

function answerCard({ accountId, owner, files, fingerprint, tookMs, atMs }: ShownAnswer): Html {
  return html`<section class="card flush" aria-labelledby="files">
<div class="card-head"><div><h2 id="files">Files of ${owner}</h2>
<p class="soft">Driftbox answered at ${clockTime(atMs)}, in ${Math.round(tookMs)} ms, to the token <code data-fingerprint>${shortFingerprint(fingerprint)}</code></p></div>
<a class="button" href="/connections/files?account=${encodeURIComponent(accountId)}">Ask again</a></div>
<ul class="files">${files.map(
    ({ name, kind, size }) =>
      html`<li><span class="file-name">${name}</span><span class="soft">${kind}</span><span class="file-size">${fileSize(size)}</span></li>`,
  )}</ul>
<p class="card-foot soft">The code after “token” is a fingerprint of the access token: it changes when the vault has refreshed it. The token itself is not shown. The audit trail names it by the same code.</p></section>`
}
