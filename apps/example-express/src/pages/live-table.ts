import type { FeedRow } from '../feed.ts'
import { type Html, html } from '../html.ts'
import { type Table, table, tableRow } from './table.ts'

export interface LiveTable extends Table {
  /** Path of the server-sent events that bring new rows. */
  readonly source: string
  /** Said while there are no rows. */
  readonly whenEmpty: string
}

const BLANK: FeedRow = { tone: 'plain' }

/** A table to which `live.js` adds rows as they come. Without scripts it shows what there was when the page was made. */
export function liveTable({ source, whenEmpty, ...given }: LiveTable): Html {
  return html`<div class="table-frame" data-live="${source}">
${table(given)}
<p class="empty"${given.rows.length > 0 && html` hidden`}>${whenEmpty}</p>
<template>${tableRow(given, BLANK)}</template>
</div>`
}
