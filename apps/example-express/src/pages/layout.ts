import { type Html, type HtmlValue, html } from '../html.ts'
import type { User } from '../users.ts'

export interface PageFrame {
  readonly title: string
  /** Who is signed in. */
  readonly user?: User | undefined
  /** Path of the entry of the navigation that this page is. */
  readonly at?: string
  /** Path of a script of its own. */
  readonly script?: string
}

const NAVIGATION: readonly (readonly [string, string])[] = [
  ['/connections', 'Connections'],
  ['/new-file', 'Add a file'],
  ['/audit', 'Audit trail'],
  ['/operator', 'Operator'],
  ['/background-job', 'Background job'],
  ['/browser-app', 'Browser app'],
]

/** A whole page, as text to send. */
export function layout({ title, user, at, script }: PageFrame, body: HtmlValue): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Holdfast example</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/style.css">
<script src="/assets/live.js" defer></script>
${script !== undefined && html`<script type="module" src="${script}"></script>`}
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header class="top">
<div class="top-inner">
<a class="brand" href="/">${logo}<span>Holdfast <span class="brand-soft">example</span></span></a>
<nav aria-label="Pages">${NAVIGATION.map(([path, name]) => html`<a href="${path}"${path === at && html` aria-current="page"`}>${name}</a>`)}</nav>
${user ? userChip(user) : html`<a class="button small" href="/">Sign in</a>`}
</div>
</header>
<main id="content">${body}</main>
<footer><p>Runs on your machine only, against a real authorization server beside it. Nobody has a password here.</p></footer>
</body>
</html>`.markup
}

/** A circle with the initials. */
export function avatar(name: string): Html {
  const initials = name
    .split(' ')
    .map((word) => word.slice(0, 1))
    .join('')
    .slice(0, 2)
  return html`<span class="avatar" aria-hidden="true">${initials}</span>`
}

export function notice(tone: 'good' | 'bad' | 'plain', title: string, text: HtmlValue, action?: HtmlValue): Html {
  return html`<div class="notice ${tone}" role="${tone === 'bad' ? 'alert' : 'status'}"><div><strong class="notice-title">${title}</strong><p>${text}</p></div>${action}</div>`
}

function userChip(user: User): Html {
  return html`<div class="who">${avatar(user.name)}<span class="who-name">${user.name}</span>
<form method="post" action="/sign-out"><button class="button small">Sign out</button></form></div>`
}

const logo = html`<svg viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="2.8" stroke-linecap="round" aria-hidden="true"><path d="M16 9v19M10 15h12M5 19c0 6 5 9 11 9s11-3 11-9"/><circle cx="16" cy="6" r="3"/></svg>`
