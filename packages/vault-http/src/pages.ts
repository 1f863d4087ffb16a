const STYLE = `:root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;font:1rem/1.55 system-ui,sans-serif;background:Canvas;color:CanvasText}
main{max-width:30rem}h1{font-size:1.4rem;line-height:1.3;margin:0 0 .5rem}p{margin:0 0 1.25rem;opacity:.85}
button{font:inherit;font-weight:600;padding:.65rem 1.2rem;border-radius:.6rem;border:0;background:#0b5c6e;color:#fff;cursor:pointer}button:focus-visible{outline:3px solid #5bb8cc;outline-offset:2px}`

/** Where a form leads that begins a flow: to us, and by our redirect to the provider. */
export const PROVIDER_FORM_TARGETS = "'self' https: http://localhost:* http://127.0.0.1:*"

/** Tells a person what happened. */
export function messagePage(title: string, text: string): string {
  return page(title, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>`)
}

/** Asks a person who came from another site whether he means it. */
export function confirmPage(connectionName: string, action: string): string {
  return page(
    `Connect ${connectionName}`,
    `<h1>Connect ${escapeHtml(connectionName)}?</h1><p>You come from another site. Go on only if you want to connect your account now.</p>
<form method="post" action="${escapeHtml(action)}"><button>Continue</button></form>`,
  )
}

/** A whole page. @param body - HTML. @param style - CSS besides that of all pages. @param head - HTML. */
export function page(
  title: string,
  body: string,
  { style = '', head = '' }: { readonly style?: string; readonly head?: string } = {},
): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">${head}<title>${escapeHtml(title)}</title><style>${STYLE}${style}</style></head><body><main>${body}</main></body></html>`
}

/** Text for where HTML stands, also in attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
