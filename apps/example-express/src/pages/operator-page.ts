import type { Feed } from '../feed.ts'
import { html } from '../html.ts'
import type { User } from '../users.ts'
import { layout } from './layout.ts'
import { liveTable } from './live-table.ts'

const TILES = [
  ['refreshes', 'Refreshes'],
  ['median', 'Median time'],
  ['failures', 'Failures'],
] as const

/** What the vault does, as it does it. */
export function operatorPage(user: User | undefined, feed: Feed): string {
  const figures = feed.figures()
  return layout(
    { title: 'Operator', user, at: '/operator' },
    html`<div class="page-head"><div><h1>Operator</h1><p class="lead">Every refresh as it happens, since this app was started. Nothing secret is in it.</p></div>
<span class="live-dot" data-live-state>Not live</span></div>
<dl class="tiles">${TILES.map(([name, label]) => html`<div class="tile"><dt>${label}</dt><dd data-figure="${name}">${figures[name] ?? '–'}</dd></div>`)}</dl>
<section class="card flush" aria-label="What happened">${liveTable({
      caption: 'What happened, newest first',
      source: '/operator/events',
      rows: feed.rows(),
      whenEmpty: 'Nothing yet. Connect an account, and leave this page open.',
      columns: [
        ['time', 'Time'],
        ['user', 'User'],
        ['connection', 'Connection'],
        ['what', 'What happened'],
        ['took', 'Took'],
        ['rotated', 'Rotated'],
      ],
    })}</section>
<p class="soft">“Rotated” means that the provider replaced the refresh token too. The old one is worthless from then on, so it is sent once, and never twice.</p>`,
  )
}
