import { html } from '../html.ts'
import { users } from '../users.ts'
import { avatar, layout, notice } from './layout.ts'

/** @param problem - What was wrong with the last try. */
export function signInPage(problem?: string): string {
  return layout(
    { title: 'Sign in' },
    html`<div class="hero">
<div>
<p class="eyebrow">An ordinary Express app</p>
<h1>Connect once.<br>It keeps working.</h1>
<p class="lead">This app has users and a session of its own. For each of them it keeps access to an account at another company, Driftbox:
encrypted, refreshed in time, and never shown to anybody.</p>
<ol class="steps">
<li><strong>Sign in</strong> as one of this app’s users.</li>
<li><strong>Connect</strong> a Driftbox account, and consent there.</li>
<li><strong>Read the files</strong>, as often as you like. Tokens last a minute; you are not asked again.</li>
</ol>
</div>
<section class="card" aria-labelledby="sign-in">
<h2 id="sign-in">Sign in</h2>
<p class="soft">Choose who you are in this app.</p>
${problem !== undefined && notice('bad', 'Not signed in', problem)}
<form method="post" action="/sign-in"><ul class="people">${users.map(
      ({ userId, name, role }) =>
        html`<li><button name="user" value="${userId}">${avatar(name)}<span>${name}<small>${role}</small></span></button></li>`,
    )}</ul></form>
</section>
</div>`,
  )
}
