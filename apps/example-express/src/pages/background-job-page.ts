import type { Feed } from '../feed.ts'
import { html } from '../html.ts'
import type { User } from '../users.ts'
import { layout } from './layout.ts'
import { liveTable } from './live-table.ts'

/** @param everyS - Seconds between two runs. */
export function backgroundJobPage(user: User | undefined, feed: Feed, everyS: number): string {
  return layout(
    { title: 'Background job', user, at: '/background-job' },
    html`<div class="page-head"><div><h1>Background job</h1>
<p class="lead">Counts the files of everybody who is connected, every ${everyS} seconds. Nobody has to be signed in for it: it has an access key of its own,
and a grant to read credentials.</p></div>
<form method="post" action="/background-job"><button class="button primary">Run it now</button></form></div>
<section class="card flush" aria-label="Results">${liveTable({
      caption: 'Results, newest first',
      source: '/background-job/events',
      rows: feed.rows(),
      whenEmpty: 'No results yet: nobody is connected. Connect an account, sign out if you like, and run the job.',
      columns: [
        ['time', 'Time'],
        ['user', 'For'],
        ['what', 'Result'],
        ['took', 'Took'],
      ],
    })}</section>
<section class="card"><h2>How it gets the token</h2>
<pre><code>const client = new AuthressClient({ authressApiUrl }, accessKey)
const { data } = await client.connections.getConnectionCredentials('demo', userId)
await fetch(url, { headers: { authorization: \`Bearer \${data.accessToken}\` } })</code></pre>
<p class="soft">That is the published <code>@authress/sdk</code>, unchanged, with this app as its address.</p></section>`,
  )
}
