import type { FeedRow } from '../feed.ts'
import { type Html, html } from '../html.ts'

export interface LiveTable {
  /** What the table holds, for people who do not see it. */
  readonly caption: string
  /** Column name in the rows, and its heading. */
  readonly columns: readonly (readonly [string, string])[]
  readonly rows: readonly FeedRow[]
  /** Path of the server-sent events that bring new rows. */
  readonly source: string
  /** Said while there are no rows. */
  readonly whenEmpty: string
}

const BLANK: FeedRow = { tone: 'plain' }

/** A table to which `live.js` adds rows as they come. Without scripts it shows what there was when the page was made. */
export function liveTable({ caption, columns, rows, source, whenEmpty }: LiveTable): Html {
  const rowOf = (row: FeedRow): Html =>
    html`<tr data-tone="${row.tone}">${columns.map(([name, heading]) => html`<td data-cell="${name}" data-label="${heading}">${row[name] ?? ''}</td>`)}</tr>`
  return html`<div class="table-frame" data-live="${source}">
<table><caption class="visually-hidden">${caption}</caption>
<thead><tr>${columns.map(([, heading]) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody aria-live="polite">${rows.map(rowOf)}</tbody></table>
<p class="empty"${rows.length > 0 && html` hidden`}>${whenEmpty}</p>
<template>${rowOf(BLANK)}</template>
</div>`
}
