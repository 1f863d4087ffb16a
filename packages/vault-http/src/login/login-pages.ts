import { escapeHtml, page } from '../pages.js'

const STYLE = `
:root{--ground:#f2f5f6;--card:#fff;--text:#16242a;--muted:#4c5f67;--line:#7b8d95;--accent:#0b5c6e;--on-accent:#fff;--hover:#e8f0f2;--focus:#0b5c6e}
@media(prefers-color-scheme:dark){:root{--ground:#0e171b;--card:#172228;--text:#e8eff1;--muted:#a9bac1;--line:#6f838c;--accent:#5bb8cc;--on-accent:#06222a;--hover:#20303a;--focus:#8ed6e5}}
body{background:var(--ground);color:var(--text)}
main{box-sizing:border-box;width:100%;max-width:25rem;padding:2rem;background:var(--card);border-radius:1rem;box-shadow:0 1px 2px #0002,0 .6rem 2rem #0001}
h1{font-size:1.35rem;overflow-wrap:anywhere}p{color:var(--muted);opacity:1;overflow-wrap:anywhere}p strong{color:var(--text)}
form{margin:0}ul{list-style:none;margin:0;padding:0;display:grid;gap:.6rem}
button,a.button{box-sizing:border-box;display:flex;align-items:center;gap:.8rem;width:100%;min-height:3rem;padding:.6rem .9rem;font:inherit;font-weight:600;text-align:left;text-decoration:none;color:var(--text);background:var(--card);border:1px solid var(--line);border-radius:.7rem;cursor:pointer;overflow-wrap:anywhere}
button:hover,a.button:hover{background:var(--hover)}button:focus-visible,a:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
button.main,a.main{justify-content:center;color:var(--on-accent);background:var(--accent);border-color:var(--accent)}button.main:hover,a.main:hover{background:var(--accent);filter:brightness(1.08)}
.mark{flex:none;display:grid;place-items:center;width:1.9rem;height:1.9rem;border-radius:.5rem;background:var(--accent);color:var(--on-accent)}
.away{margin:1.25rem 0 0;text-align:center}.away a{color:var(--accent)}
@media(forced-colors:active){main{border:1px solid}.mark{border:1px solid}}`

/** A link that leads away from a page. */
export interface Way {
  readonly text: string
  readonly href: string
}

/** Lets a person choose with which connection he signs in. */
export function choicePage({
  applicationName,
  connections,
  request,
  back,
}: {
  readonly applicationName: string
  readonly connections: readonly { readonly connectionId: string; readonly name: string }[]
  /** Sealed. */
  readonly request: string
  readonly back: Way
}): string {
  const title = `Sign in to ${applicationName}`
  const choices = connections.map(
    ({ connectionId, name }) =>
      `<li><button name="connection" value="${escapeHtml(connectionId)}">${mark(name)}<span>Continue with ${escapeHtml(name)}</span></button></li>`,
  )
  const body =
    choices.length > 0
      ? `<p id="how">Choose the account that you want to sign in with.</p>${form(request, `<ul aria-labelledby="how">${choices.join('')}</ul>`)}`
      : '<p>There is nothing to sign in with yet: no connection is configured.</p>'
  return page(title, `<h1>${escapeHtml(title)}</h1>${body}${away(back)}`, { style: STYLE })
}

/** Asks a person whether an account of his at a provider shall become one more way into an account of the application. */
export function linkPage({
  applicationName,
  connectionName,
  account,
  request,
  back,
}: {
  readonly applicationName: string
  readonly connectionName: string
  /** Of the application: as a person knows it. */
  readonly account: string
  /** Sealed. */
  readonly request: string
  readonly back: Way
}): string {
  const title = `Connect your ${connectionName} account?`
  const body = `<p>Whoever is signed in to ${escapeHtml(applicationName)} as <strong>${escapeHtml(account)}</strong> will be able to use it, and you can sign in with it from then on. Go on only if this is your own account.</p>`
  const button = '<button class="main">Connect</button>'
  return page(title, `<h1>${escapeHtml(title)}</h1>${body}${form(request, button)}${away(back)}`, { style: STYLE })
}

/** Tells a person what happened, and the way on. */
export function outcomePage(title: string, text: string, way?: Way): string {
  const link = way ? `<a class="button main" href="${escapeHtml(way.href)}">${escapeHtml(way.text)}</a>` : ''
  return page(title, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>${link}`, { style: STYLE })
}

/** Leads on by itself, and for whom it does not, by a link. A browser takes it for a step of this page's own. */
export function onwardPage(title: string, way: Way): string {
  return page(title, `<h1>${escapeHtml(title)}</h1><a class="button main" href="${escapeHtml(way.href)}">${escapeHtml(way.text)}</a>`, {
    style: STYLE,
    head: `<meta http-equiv="refresh" content="0;url=${escapeHtml(way.href)}">`,
  })
}

function form(request: string, inner: string): string {
  return `<form method="post" action="/login"><input type="hidden" name="request" value="${escapeHtml(request)}">${inner}</form>`
}

/** The first letter of a name, for the eye alone. */
function mark(name: string): string {
  const [first = ''] = name.trim()
  return `<span class="mark" aria-hidden="true">${escapeHtml(first.toUpperCase())}</span>`
}

function away({ text, href }: Way): string {
  return `<p class="away"><a href="${escapeHtml(href)}">${escapeHtml(text)}</a></p>`
}
