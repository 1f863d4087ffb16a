import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { html } from '../src/html.ts'

describe('html', () => {
  it('escapes values, in text and in attributes', () => {
    const evil = `<script>&"'`
    expect(html`<p title="${evil}">${evil}</p>`.markup).toBe(
      '<p title="&#60;script&#62;&#38;&#34;&#39;">&#60;script&#62;&#38;&#34;&#39;</p>',
    )
  })

  it('takes markup of its own as it is, joins arrays, and leaves out what is not there', () => {
    expect(html`<ul>${['a', 'b'].map((text) => html`<li>${text}</li>`)}${false}${undefined}${7}</ul>`.markup).toBe(
      '<ul><li>a</li><li>b</li>7</ul>',
    )
  })

  it('lets no text become markup', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[<>"']/.test(html`${text}`.markup)))
  })
})
