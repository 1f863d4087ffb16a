import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { oneTableStore } from '../example/one-table-store.js'
import { describeVaultStore } from '../src/index.js'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-one-table-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0

describeVaultStore({
  name: 'the store of the guide',
  open: () => {
    let now = 1_800_000_000_000
    const path = join(folder, `vault-${++files}.db`)
    const open = () => oneTableStore({ path, clock: () => now })
    return {
      store: open(),
      another: open,
      elapse: (ms: number) => {
        now += ms
      },
    }
  },
  describe,
  it,
  expect,
})

describe('the guide', () => {
  it('shows the code that passes', () => {
    const guide = readFileSync(join(import.meta.dirname, '../docs/write-a-store.md'), 'utf8')
    expect(guide).toContain(
      `\`\`\`ts title=one-table-store.ts\n${readFileSync(join(import.meta.dirname, '../example/one-table-store.ts'), 'utf8')}\`\`\``,
    )
  })
})
