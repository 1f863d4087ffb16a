import { html } from '../html.ts'
import { layout } from './layout.ts'

/** Tells what went wrong and what to do. */
export function problemPage(title: string, text: string): string {
  return layout(
    { title },
    html`<div class="narrow"><h1>${title}</h1><p class="lead">${text}</p><p><a class="button" href="/">Go to the start</a></p></div>`,
  )
}
