import { isThere } from './databases.ts'
import type { Row, RowResult, Settings } from './row.ts'

export interface MeasuredRow extends Pick<Row, 'name' | 'title' | 'fairness'>, RowResult {}

/** Measures the rows whose names have `only` in them, one after the other. Those whose servers are not there are named in a warning. */
export async function runRows(
  rows: readonly Row[],
  settings: Settings,
  options: { readonly only?: string; readonly onRow?: (row: MeasuredRow) => void } = {},
): Promise<readonly MeasuredRow[]> {
  const { only = '', onRow } = options
  const measured: MeasuredRow[] = []
  for (const row of rows.filter(({ name }) => name.includes(only))) {
    const { name, title, fairness, needs = [] } = row
    const missing = needs.filter((server) => !isThere(server))
    if (missing.length > 0) {
      console.warn(`SKIPPED: ${name}, because there is no ${missing.join(', no ')}.`)
      continue
    }
    const result = { name, title, fairness, ...(await row.measure(settings)) }
    measured.push(result)
    onRow?.(result)
  }
  return measured
}
