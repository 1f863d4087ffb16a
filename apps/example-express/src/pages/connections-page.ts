import type { CredentialInfo } from '@holdfast/vault-core'
import type { FilesAnswer } from '../driftbox.ts'
import { type Html, html } from '../html.ts'
import type { User } from '../users.ts'
import { clockTime, dayAndTime, fileSize, shortFingerprint } from '../wording.ts'
import { layout, notice } from './layout.ts'

export interface ConnectionsPage {
  readonly user: User
  readonly credential: CredentialInfo | undefined
  /** Undefined until the API was asked. */
  readonly answer?: ShownAnswer
  readonly problem?: { readonly title: string; readonly text: string } | undefined
}

/** An answer, and to which token it was given. */
export type ShownAnswer = FilesAnswer & { readonly fingerprint: string }

/** What is connected, and what the provider's API answered. */
export function connectionsPage({ user, credential, answer, problem }: ConnectionsPage): string {
  return layout(
    { title: 'Connections', user, at: '/connections' },
    html`<div class="page-head"><div><h1>Connections</h1><p class="lead">Accounts at other companies that this app may use for you.</p></div></div>
${problem && !hasEnded(credential) && notice('bad', problem.title, problem.text)}
${credential ? connectedCard(credential) : emptyCard}
${answer && answerCard(answer)}`,
  )
}

/** Says enough by itself. */
function hasEnded(credential: CredentialInfo | undefined): boolean {
  return credential?.status === 'reauthorization_required'
}

const connectHref = '/connect/demo?return_to=/connections'

const mark = html`<svg class="mark" viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4 22c4 4 8 4 12 0s8-4 12 0"/><path d="M16 4v12M16 4l7 9h-7M9 13l7-6"/></svg>`

const emptyCard = html`<section class="card connection" aria-labelledby="driftbox">
<div class="connection-head">${mark}<div><h2 id="driftbox">Driftbox</h2><p class="soft">Not connected. Connect it to read your files from here.</p></div>
<a class="button primary" href="${connectHref}">Connect Driftbox</a></div></section>`

function connectedCard(credential: CredentialInfo): Html {
  const ended = hasEnded(credential)
  return html`<section class="card connection" aria-labelledby="driftbox">
<div class="connection-head">${mark}<div><h2 id="driftbox">Driftbox</h2><p class="soft">Connected ${dayAndTime(credential.connectedAt)}</p></div>
<span class="badge ${ended ? 'bad' : 'good'}">${ended ? 'Ended' : 'Connected'}</span></div>
${ended && endedNotice}
${!ended && facts(credential)}
<div class="actions">${!ended && html`<a class="button primary" href="/connections/files">Read my files</a>`}
<form method="post" action="/connections/disconnect"><button class="button danger">Disconnect</button></form></div></section>`
}

const endedNotice = notice(
  'bad',
  'Driftbox no longer accepts this connection',
  'The access that was stored has ended there. In this demo that is so after each restart, because the provider keeps its grants in memory. Your consent is needed once more.',
  html`<a class="button primary" href="${connectHref}">Connect again</a>`,
)

function facts({ scope, expiresAt, lastRefreshedAt, hasRefreshToken }: CredentialInfo): Html {
  return html`<dl class="facts">
<div><dt>Access token expires</dt><dd>${expiresAt ? countdown(expiresAt) : 'The provider does not say'}</dd></div>
<div><dt>Last refreshed</dt><dd>${lastRefreshedAt ? clockTime(lastRefreshedAt.getTime()) : 'Not yet'}</dd></div>
<div><dt>Refresh token</dt><dd>${hasRefreshToken ? 'Stored, sealed' : 'None'}</dd></div>
<div class="wide"><dt>Scope</dt><dd>${(scope ?? '').split(' ').map((name) => html`<code class="scope">${name}</code>`)}</dd></div>
</dl>`
}

function countdown(expiresAt: Date): Html {
  return html`<time datetime="${expiresAt.toISOString()}" data-countdown>at ${clockTime(expiresAt.getTime())}</time>`
}

function answerCard({ owner, files, fingerprint, tookMs, atMs }: ShownAnswer): Html {
  return html`<section class="card flush" aria-labelledby="files">
<div class="card-head"><div><h2 id="files">Files of ${owner}</h2>
<p class="soft">Driftbox answered at ${clockTime(atMs)}, in ${Math.round(tookMs)} ms, to the token <code data-fingerprint>${shortFingerprint(fingerprint)}</code></p></div>
<a class="button" href="/connections/files">Ask again</a></div>
<ul class="files">${files.map(
    ({ name, kind, size }) =>
      html`<li><span class="file-name">${name}</span><span class="soft">${kind}</span><span class="file-size">${fileSize(size)}</span></li>`,
  )}</ul>
<p class="card-foot soft">The code after “token” is a fingerprint of the access token: it changes when the vault has refreshed it. The token itself is not shown. The audit trail names it by the same code.</p></section>`
}
