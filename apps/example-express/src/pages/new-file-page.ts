import type { VaultErrorFacts } from '@holdfast/vault-core'
import { type Html, html } from '../html.ts'
import type { User } from '../users.ts'
import { layout } from './layout.ts'

export interface NewFilePage {
  readonly user: User | undefined
  readonly accountId: string
}

/** The form, for those whose account allows it. */
export function newFilePage({ user, accountId }: NewFilePage): string {
  return layout(
    { title: 'Add a file', user, at: '/new-file' },
    html`${head}
<section class="card"><form class="narrow" method="post" action="/new-file"><label for="name">Name of the new file</label>
<input id="name" name="name" value="Packing list.txt" maxlength="80" required>
<input type="hidden" name="account" value="${accountId}">
<div class="actions"><button class="button primary">Add the file</button></div></form></section>`,
  )
}

export interface ScopeNeededPage {
  readonly user: User | undefined
  readonly accountId: string | undefined
  /** What the vault's `insufficient_scope` says. */
  readonly facts: VaultErrorFacts
}

/** What was granted, what is missing, and where to allow it. */
export function scopeNeededPage({ user, accountId, facts }: ScopeNeededPage): string {
  return layout(
    { title: 'Add a file', user, at: '/new-file' },
    html`${head}
<section class="card" aria-labelledby="more"><h2 id="more">One more permission is needed</h2>
<p>When you connected, this app asked to see your files, and for nothing else. To add one it has to ask again.</p>
<dl class="facts"><div class="wide"><dt>Granted</dt><dd data-scopes="granted">${scopes(facts.grantedScopes)}</dd></div>
<div class="wide"><dt>Missing</dt><dd data-scopes="missing">${scopes(facts.missingScopes)}</dd></div>
<div class="wide"><dt>To ask for, says the vault</dt><dd data-scopes="needed">${scopes(facts.authorization?.connectionProperties['scope']?.split(' '))}</dd></div></dl>
<div class="actions"><a class="button primary" href="${grantHref(facts, accountId)}">Allow it at Driftbox</a></div></section>`,
  )
}

/** The vault's router asks for these scopes together with those that the account has. */
function grantHref({ missingScopes = [] }: VaultErrorFacts, accountId: string | undefined): string {
  const account = accountId === undefined ? '' : `account=${encodeURIComponent(accountId)}`
  const scope = `scope=${encodeURIComponent(missingScopes.join(' '))}`
  const returnTo = `return_to=${encodeURIComponent(account === '' ? '/new-file' : `/new-file?${account}`)}`
  return `/connect/demo?${[account, scope, returnTo].filter((part) => part !== '').join('&')}`
}

const head = html`<div class="page-head"><div><h1>Add a file</h1>
<p class="lead">A feature that needs more than reading. The app asks for that when you first want it, and keeps what you allowed before.</p></div></div>`

function scopes(names: readonly string[] = []): readonly Html[] {
  return names.map((name) => html`<code class="scope">${name}</code>`)
}
