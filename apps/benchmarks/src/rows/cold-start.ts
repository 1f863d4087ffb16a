import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bundle } from '../bundles/bundle.ts'
import { median } from '../median.ts'
import type { Row } from '../row.ts'

const NOTHING = 'Node, and nothing in it'
const LIBRARIES = 'oauth4webapi and @noble/ciphers imported'
const OURS = 'the vault’s first token'
const PEER = 'better-auth’s first token'
const programs: Readonly<Record<string, string>> = {
  [NOTHING]: 'nothing',
  [LIBRARIES]: 'libraries',
  [OURS]: 'vault',
  [PEER]: 'better-auth',
}

/** What a program tells of itself. */
interface Sample {
  readonly ms: number
  readonly cpuMs: number
  readonly rssMb: number
}

export const coldStartRow: Row = {
  name: 'cold-start',
  title: 'From the start of a process to the first token',
  fairness:
    'Each program is bundled and minified into one file and run in a process of its own, in turn. The time is from the start of the process, as Node counts it, until the program has its ' +
    'token: it makes its vault, stores a credential and reads it. better-auth makes its tables in SQLite in memory, and a user and an account besides. Processor ' +
    'time (of all threads) and resident memory are the whole process’s.',
  async measure(settings) {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-cold-'))
    try {
      const names = Object.keys(programs)
      for (const file of Object.values(programs)) {
        const { code } = await bundle({ file: `src/cold-start/programs/${file}.ts` })
        writeFileSync(join(folder, `${file}.mjs`), code)
      }
      const samples = new Map(names.map((name) => [name, [] as Sample[]]))
      for (let round = 0; round < settings.rounds; round++)
        for (const name of names) {
          const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', join(folder, `${programs[name]}.mjs`)])
          samples.get(name)?.push(JSON.parse(stdout))
        }
      const ratio = (name: string, floor: string): number =>
        median((samples.get(name) ?? []).map(({ ms }, round) => ms / (samples.get(floor)?.[round]?.ms ?? Number.NaN)))
      const lines = names.map((name) => {
        const taken = samples.get(name) ?? []
        return {
          name,
          figures: {
            ms: median(taken.map(({ ms }) => ms)),
            'processor ms': median(taken.map(({ cpuMs }) => cpuMs)),
            'resident MB': median(taken.map(({ rssMb }) => rssMb)),
          },
          ratios: { [NOTHING]: ratio(name, NOTHING), [PEER]: ratio(name, PEER) },
        }
      })
      return { lines, goals: [] }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
