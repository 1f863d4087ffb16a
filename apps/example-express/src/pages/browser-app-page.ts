import { html } from '../html.ts'
import { APPLICATION_ID } from '../login.ts'
import type { User } from '../users.ts'
import { CONNECTION_ID } from '../vault.ts'
import { layout } from './layout.ts'

/** A page that works by its script alone: its users are not this application's, they sign in through the vault. */
export function browserAppPage(user: User | undefined, apiUrl: string): string {
  return layout(
    { title: 'Browser app', user, at: '/browser-app', script: '/assets/browser-app.js' },
    html`<div class="page-head"><div><h1>Browser app</h1>
<p class="lead">The other way: this page has no users and no server of its own. People sign in through the vault, with their Driftbox account. The page gets a
signed token for whom it is, and may ask for Driftbox’s.</p></div></div>
<section class="card" id="browser-app" data-application="${APPLICATION_ID}" data-connection="${CONNECTION_ID}" data-api="${apiUrl}" aria-live="polite">
<p class="soft" data-state>Looking whether somebody is signed in …</p>
<div data-signed-out hidden>
<button class="button primary" data-action="sign-in">Sign in with Driftbox</button>
</div>
<div data-signed-in hidden>
<div class="actions">
<button class="button primary" data-action="read">Read my files from this page</button>
<button class="button" data-action="sign-out">Sign out of the vault</button>
</div>
<ul data-files></ul>
</div>
</section>
<section class="card"><h2>How it does that</h2>
<pre><code>import { createBrowserClient } from '@holdfast/vault-client/browser'

const vault = createBrowserClient({ url: location.origin, applicationId: '${APPLICATION_ID}' })
const session = await vault.session()
if (!session) await vault.authenticate({ connectionId: '${CONNECTION_ID}' })
const { accessToken } = await vault.getConnectionCredentials()
await fetch(driftbox, { headers: { authorization: \`Bearer \${accessToken}\` } })</code></pre>
<p class="soft">The published <code>@authress/login</code> does the same, unchanged, with this app as its address.</p></section>`,
  )
}
