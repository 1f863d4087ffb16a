import type { FeedRow } from '../feed.ts'
import { type Html, html } from '../html.ts'

export interface Table {
  /** What the table holds, for people who do not see it. */
  readonly caption: string
  /** Column name in the rows, and its heading. */
  readonly columns: readonly (readonly [string, string])[]
  readonly rows: readonly FeedRow[]
}

export function table({ caption, columns, rows }: Table): Html {
  return html`<table><caption class="visually-hidden">${caption}</caption>
<thead><tr>${columns.map(([, heading]) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody aria-live="polite">${rows.map((row) => tableRow({ columns }, row))}</tbody></table>`
}

export function tableRow({ columns }: Pick<Table, 'columns'>, row: FeedRow): Html {
  return html`<tr data-tone="${row.tone}">${columns.map(([name, heading]) => html`<td data-cell="${name}" data-label="${heading}">${row[name] ?? ''}</td>`)}</tr>`
}
