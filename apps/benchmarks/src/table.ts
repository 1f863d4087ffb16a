import type { GoalResult, Line } from './row.ts'
import type { MeasuredRow } from './run-rows.ts'

/** A row as Markdown that reads well in a terminal too: title, table, goals, and why the comparison is fair. */
export function rowAsText({ name, title, fairness, lines, goals }: MeasuredRow): string {
  const verdicts = goals.map(verdict).join('\n')
  return [`### ${title} (\`${name}\`)`, table(lines), ...(verdicts ? [verdicts] : []), fairness].join('\n\n')
}

function verdict(goal: GoalResult): string {
  const what = 'against' in goal ? `${format(goal.value)} of ${goal.against}` : `${goal.figure} ${format(goal.value)}`
  const limit = 'atLeast' in goal ? Number(goal.atLeast.toFixed(2)) : `at most ${Number(goal.atMost.toFixed(2))}`
  return `- ${goal.of}: ${what}; goal ${limit}, ${goal.isMet ? 'met' : 'not met'}`
}

function table(lines: readonly Line[]): string {
  const figures = columnsOf(lines, 'figures')
  const ratios = columnsOf(lines, 'ratios')
  const facts = columnsOf(lines, 'facts')
  const head = ['', ...figures, ...ratios.map((ratio) => `of ${ratio}`), ...facts]
  const body = lines.map((line) => [
    line.name,
    ...figures.map((column) => cell(line.figures[column])),
    ...ratios.map((column) => cell(line.ratios[column])),
    ...facts.map((column) => line.facts?.[column] ?? ''),
  ])
  const widths = head.map((text, column) => Math.max(3, text.length, ...body.map((cells) => cells[column]?.length ?? 0)))
  const write = (cells: readonly string[]): string =>
    `| ${cells.map((text, column) => (column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0))).join(' | ')} |`
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [write(head), rule, ...body.map(write)].join('\n')
}

function columnsOf(lines: readonly Line[], part: 'figures' | 'ratios' | 'facts'): readonly string[] {
  return [...new Set(lines.flatMap((line) => Object.keys(line[part] ?? {})))]
}

function cell(value: number | undefined): string {
  return value === undefined ? '' : format(value)
}

function format(value: number): string {
  if (value === 0) return '0'
  if (value >= 1000) return Math.round(value).toLocaleString('en-US')
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
