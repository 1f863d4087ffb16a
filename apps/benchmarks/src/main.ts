// `npm run bench`: measures, prints tables, and with `--json` everything as JSON. `--only value` runs the rows with that in their name.
import { parseArgs } from 'node:util'
import { describeMachine } from './machine.ts'
import type { Settings } from './row.ts'
import { rows } from './rows/index.ts'
import { runRows } from './run-rows.ts'
import { rowAsText } from './table.ts'

const USAGE = 'Usage: npm run bench -- [--only part-of-a-name] [--quick] [--large] [--json]'
const FULL: Settings = { rounds: 15, roundMs: 80 }
/** Says that everything works, and nothing about speed. */
const QUICK: Settings = { rounds: 1, roundMs: 5 }

const { only, quick, large, json } = readArguments()
const settings = quick ? QUICK : { ...FULL, isLarge: large }
const machine = describeMachine()
if (!json)
  console.log(
    Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(' · '),
  )
const measured = await runRows(rows, settings, { only, ...(!json && { onRow: (row) => console.log(`\n${rowAsText(row)}`) }) })
if (json) console.log(JSON.stringify({ machine, settings, rows: measured }, null, 2))
if (measured.length === 0) {
  console.error(`No row has "${only}" in its name. There are: ${rows.map(({ name }) => name).join(', ')}.`)
  process.exitCode = 2
}

function readArguments(): { readonly only: string; readonly quick: boolean; readonly large: boolean; readonly json: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', default: '' },
        quick: { type: 'boolean', default: false },
        large: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    return values
  } catch {
    console.error(USAGE)
    process.exit(2)
  }
}
