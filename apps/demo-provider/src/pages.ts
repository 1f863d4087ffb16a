import { people } from './people.ts'

const STYLE = `
:root { color-scheme: light dark; --ink: #14213d; --soft: #5b6680; --paper: #ffffff; --ground: #eef3f8; --line: #d5dee9; --brand: #0b6e6e; --brand-ink: #ffffff }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eef6; --soft: #9fb0c8; --paper: #172235; --ground: #0c1422; --line: #2b3a53; --brand: #3fbfae; --brand-ink: #06231f } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif }
main { width: min(27rem, 100%); background: var(--paper); border: 1px solid var(--line); border-radius: 1rem; padding: 2rem; box-shadow: 0 1.2rem 3rem rgb(10 30 60 / .10) }
header { display: flex; align-items: center; gap: .6rem; color: var(--soft); font-weight: 600; margin-bottom: 1.4rem }
header svg { width: 1.9rem; height: 1.9rem; color: var(--brand) }
h1 { font-size: 1.45rem; line-height: 1.25; margin: 0 0 .4rem; letter-spacing: -.01em }
p { margin: 0 0 1.2rem; color: var(--soft) }
ul { list-style: none; margin: 0 0 1.4rem; padding: 0; border: 1px solid var(--line); border-radius: .7rem; overflow: hidden }
li { padding: .75rem 1rem; border-top: 1px solid var(--line) } li:first-child { border-top: 0 }
li small { display: block; color: var(--soft) }
form { margin: 0 } .row { display: flex; gap: .7rem; margin-top: .2rem } .row form { flex: 1 }
button { width: 100%; font: inherit; font-weight: 600; padding: .7rem 1rem; border-radius: .6rem; border: 1px solid var(--line); background: var(--paper); color: var(--ink); cursor: pointer }
button.main { background: var(--brand); border-color: var(--brand); color: var(--brand-ink) }
button:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px }
.people ul { margin: 0 } .people button { text-align: left; border: 0; border-radius: 0; padding: .75rem 1rem; font-weight: 600 } .people li { padding: 0 }
.people button:hover { background: var(--ground) } .people small { font-weight: 400 }
.aside { margin-top: 1rem; text-align: center } .aside button { width: auto; border: 0; padding: .3rem .6rem; font-weight: 400; color: var(--soft); text-decoration: underline }
.choice { display: flex; align-items: center; gap: .8rem; cursor: pointer } .choice span { flex: 1 } .choice input { width: 1.15rem; height: 1.15rem; accent-color: var(--brand) }
.alert { color: #b3261e; font-weight: 600 }`

const LOGO = `<svg viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4 22c4 4 8 4 12 0s8-4 12 0"/><path d="M16 4v12M16 4l7 9h-7M9 13l7-6"/></svg>`

const SCOPES: Readonly<Record<string, readonly [string, string]>> = {
  openid: ['Know who you are', 'Your name at Driftbox'],
  profile: ['See your name', 'As your contacts see it'],
  email: ['See your e-mail address', 'To tell your accounts apart'],
  'files.read': ['See your files', 'Names, kinds and sizes; nothing is changed'],
  'files.write': ['Add files', 'New ones beside yours; nothing is deleted'],
  offline_access: ['Stay connected', 'Also while you are away, until you disconnect'],
}

/** Who signs in: a button for each of the people. */
export function renderLoginPage(uid: string, problem?: string): string {
  const choices = people.map(
    ({ login, name, email }) =>
      `<li><button name="login" value="${escapeHtml(login)}">${escapeHtml(name)}<small>${escapeHtml(email)}</small></button></li>`,
  )
  return page(
    'Sign in',
    `<h1>Sign in to Driftbox</h1>
<p>Choose who you are. This is a demo: nobody here has a password.</p>
${problem ? `<p class="alert" role="alert">${escapeHtml(problem)}</p>` : ''}
<form method="post" action="/interaction/${escapeHtml(uid)}/login" class="people"><ul>${choices.join('')}</ul></form>`,
  )
}

/** Without these there is nothing to connect. */
const NOT_OPTIONAL = ['openid', 'offline_access']

/** What the application asks for, and the choice: to allow all of it, some of it, or nothing. */
export function renderConsentPage({
  uid,
  name,
  scopes,
}: {
  readonly uid: string
  readonly name: string
  readonly scopes: readonly string[]
}): string {
  const asked = scopes.map((scope) => {
    const [title, detail] = SCOPES[scope] ?? [scope, '']
    const text = `${escapeHtml(title)}<small>${escapeHtml(detail)}</small>`
    if (NOT_OPTIONAL.includes(scope)) return `<li>${text}</li>`
    return `<li><label class="choice"><span>${text}</span><input type="checkbox" name="scope" value="${escapeHtml(scope)}" form="allow" checked></label></li>`
  })
  const action = `/interaction/${escapeHtml(uid)}`
  return page(
    'Allow access',
    `<h1>Let Holdfast example into your account?</h1>
<p>You are signed in as ${escapeHtml(name)}. The application asks to:</p>
<ul>${asked.join('')}</ul>
<div class="row"><form method="post" action="${action}/deny"><button>Deny</button></form><form method="post" action="${action}/consent" id="allow"><input type="hidden" name="chosen" value="yes"><button class="main">Allow</button></form></div>
<form method="post" action="${action}/switch" class="aside"><button>Use another account</button></form>`,
  )
}

/** Something went wrong before there was an application to return to. */
export function renderErrorPage(problem: string): string {
  return page(
    'Something went wrong',
    `<h1>Something went wrong</h1><p>The request could not be completed (${escapeHtml(problem)}). Go back to the application and begin again.</p>`,
  )
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)} · Driftbox</title><style>${STYLE}</style></head>
<body><main><header>${LOGO}Driftbox</header>${body}</main></body></html>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
