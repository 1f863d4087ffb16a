import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { allLines } from './all-lines.js'
import { publishedLine } from './matrix-line.js'

const document = readFile(new URL('../../../docs/what-callers-see.md', import.meta.url), 'utf8')

describe('the published table of what callers see', () => {
  it('says what the tests assert, line by line', async () => {
    const published = (await document).split('\n').filter((line) => /^\| \d/.test(line))
    expect(published).toEqual(allLines.map(publishedLine))
  })

  it('has every row of the failure matrix', () => {
    expect([...new Set(allLines.map(({ row }) => row))]).toEqual(Array.from({ length: 37 }, (_, index) => index + 1))
  })

  it('has no two lines of one row about the same event', () => {
    const events = allLines.map(({ row, event }) => `${row} ${event}`)
    expect(events.filter((event, index) => events.indexOf(event) !== index)).toEqual([])
  })
})
