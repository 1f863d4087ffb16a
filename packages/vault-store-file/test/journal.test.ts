import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { type DamagedEntry, fileJournal, fileStore } from '../src/index.js'
import { temporaryFolder } from './fixtures/temporary-folder.js'

const newFolder = temporaryFolder()
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A journal over a folder, and what it told of damage. */
function journalIn(path: string) {
  const damaged: DamagedEntry[] = []
  return { journal: fileJournal({ path, onDamage: (each) => damaged.push(each) }), damaged }
}

/** The entries by their names. */
async function entriesOf(path: string): Promise<Record<string, string>> {
  const { journal, damaged } = journalIn(path)
  const entries = Object.fromEntries((await journal.read()).map(({ name, entry }) => [name, new TextDecoder().decode(entry)]))
  expect(damaged).toEqual([])
  return entries
}

describe('a journal in a folder', () => {
  it('keeps entries for whoever opens it next, and replaces one of the same name', async () => {
    const path = newFolder()
    const journal = fileJournal({ path })
    expect(await journal.read()).toEqual([])
    await journal.write('one', bytes('first'))
    await journal.write('two', bytes('second'))
    await journal.write('one', bytes('third'))
    expect(await entriesOf(path)).toEqual({ one: 'third', two: 'second' })
    await journal.remove('one')
    expect(await entriesOf(path)).toEqual({ two: 'second' })
  })

  it('stays where it was, though the working directory changes', async () => {
    const [first, second] = [newFolder(), newFolder()]
    for (const folder of [first, second]) mkdirSync(folder)
    const before = process.cwd()
    try {
      process.chdir(first)
      const journal = fileJournal({ path: 'journal' })
      await journal.write('one', bytes('first'))
      process.chdir(second)
      await journal.write('two', bytes('second'))
      expect((await journal.read()).map(({ name }) => name).sort()).toEqual(['one', 'two'])
    } finally {
      process.chdir(before)
    }
    expect(await entriesOf(join(first, 'journal'))).toEqual({ one: 'first', two: 'second' })
  })

  it('gives the bytes back as they were, none and every one of them', async () => {
    const journal = fileJournal({ path: newFolder() })
    const every = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    await journal.write('none', new Uint8Array())
    await journal.write('every', every)
    expect((await journal.read()).toSorted((a, b) => a.entry.length - b.entry.length)).toEqual([
      { name: 'none', entry: new Uint8Array() },
      { name: 'every', entry: every },
    ])
  })

  it('does not mind that there is nothing to remove, and does not make the folder for it', async () => {
    const path = newFolder()
    const journal = fileJournal({ path })
    await journal.remove('nothing')
    expect(existsSync(path)).toBe(false)
    await journal.write('one', bytes('1'))
    await journal.remove('nothing')
    await journal.remove('one')
    await journal.remove('one')
    expect(readdirSync(path)).toEqual([])
  })

  it('keeps apart names that differ only in case, on a file system that does not, and those that Windows keeps for itself', async () => {
    const path = newFolder()
    const journal = fileJournal({ path })
    const names = ['AbC', 'aBc', 'abc', 'ABC', '-_', '__proto__', 'nul', 'CON', 'x'.repeat(100)]
    for (const name of names) await journal.write(name, bytes(name))
    const files = readdirSync(path)
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(names.length)
    expect(files.filter((file) => !/^[0-9a-f]+\.entry$/.test(file))).toEqual([])
    const found = (await journal.read()).map(({ name, entry }) => [name, new TextDecoder().decode(entry)])
    expect(found.sort()).toEqual(names.map((name) => [name, name]).sort())
  })

  it('leaves alone what is not its own, also in the folder of a store', async () => {
    const path = newFolder()
    const store = fileStore({ path })
    await store.tickets.create({ tenant: 'default', kind: 'k', id: 't', data: bytes('t'), ttlMs: 60_000 })
    for (const name of ['data.new', 'notes.txt', '6g.entry', '2e2e.entry', 'ABCD.entry', '.entry']) writeFileSync(join(path, name), 'x')
    const before = readdirSync(path)
    const { journal, damaged } = journalIn(path)
    expect(await journal.read()).toEqual([])
    await journal.write('one', bytes('1'))
    expect(await entriesOf(path)).toEqual({ one: '1' })
    await journal.remove('one')
    expect(readdirSync(path)).toEqual(before)
    expect(damaged).toEqual([])
    expect(await store.tickets.take({ tenant: 'default', kind: 'k', id: 't' })).toEqual(bytes('t'))
    await store.close()
  })

  it('writes that come at the same moment, of one name too, are each there wholly', async () => {
    const path = newFolder()
    const [one, other] = [fileJournal({ path }), fileJournal({ path })]
    const texts = Array.from({ length: 20 }, (_, n) => `${n}`.repeat(n * 500))
    await Promise.all(
      texts.flatMap((text, n) => [one.write(`own-${n}`, bytes(text)), (n % 2 ? one : other).write('shared', bytes(text)), other.read()]),
    )
    const { shared, ...own } = await entriesOf(path)
    expect(own).toEqual(Object.fromEntries(texts.map((text, n) => [`own-${n}`, text])))
    expect(texts).toContain(shared)
    expect(readdirSync(path).filter((file) => !file.endsWith('.entry'))).toEqual([])
  })
})

describe('what a process did not live to finish', () => {
  it('is no entry, and is swept by the next that reads', async () => {
    const path = newFolder()
    await fileJournal({ path }).write('whole', bytes('whole'))
    writeFileSync(join(path, '0123456789abcdef.new'), 'half')
    expect(await entriesOf(path)).toEqual({ whole: 'whole' })
    expect(readdirSync(path)).toEqual([`${Buffer.from('whole').toString('hex')}.entry`])
  })

  it('is left to one who reads again: it may be in the hands of another process', async () => {
    const path = newFolder()
    const { journal } = journalIn(path)
    await journal.write('whole', bytes('whole'))
    await journal.read()
    writeFileSync(join(path, '0123456789abcdef.new'), 'half')
    expect(await journal.read()).toHaveLength(1)
    expect(readdirSync(path)).toHaveLength(2)
  })
})

describe('a damaged entry', () => {
  const fileOf = (path: string, name: string): string => join(path, `${Buffer.from(name).toString('hex')}.entry`)

  it.each<readonly [string, (file: string) => void]>([
    ['a bit has flipped', (file) => flipBit(file, 9)],
    ['a bit of its checksum has flipped', (file) => flipBit(file, 0)],
    ['it was cut off', (file) => truncateSync(file, 10)],
    ['it was emptied', (file) => truncateSync(file, 0)],
    ['something stands behind it', (file) => writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from('x')]))],
    ['it is another’s', (file) => writeFileSync(file, readFileSync(join(file, '..', `${Buffer.from('sound').toString('hex')}.entry`)))],
    [
      'a folder stands in its place',
      (file) => {
        renameSync(file, `${file}.moved`)
        mkdirSync(file)
      },
    ],
  ])('because %s: is told of once, stays, and the others are read', async (_why, damage) => {
    const path = newFolder()
    const { journal, damaged } = journalIn(path)
    for (const name of ['before', 'damaged', 'sound', 'z-behind']) await journal.write(name, bytes(`of ${name}`))
    damage(fileOf(path, 'damaged'))
    const files = readdirSync(path)
    for (let reads = 0; reads < 2; reads++) {
      expect((await journal.read()).map(({ name }) => name).sort()).toEqual(['before', 'sound', 'z-behind'])
    }
    expect(damaged).toEqual([{ name: 'damaged', file: fileOf(path, 'damaged'), reason: expect.stringMatching(/journal/) }])
    expect(readdirSync(path)).toEqual(files)
  })

  it('can be written anew and removed, and is told of again if it is damaged again', async () => {
    const path = newFolder()
    const { journal, damaged } = journalIn(path)
    for (let times = 1; times <= 2; times++) {
      await journal.write('one', bytes('content'))
      expect(await journal.read()).toHaveLength(1)
      flipBit(fileOf(path, 'one'), 6)
      expect(await journal.read()).toEqual([])
      expect(damaged).toHaveLength(times)
    }
    await journal.remove('one')
    expect(readdirSync(path)).toEqual([])
  })

  it('is a warning of the process for whoever does not ask to be told', async () => {
    const path = newFolder()
    await fileJournal({ path }).write('one', bytes('content'))
    flipBit(fileOf(path, 'one'), 6)
    const warning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    try {
      await fileJournal({ path }).read()
      expect(warning).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(fileOf(path, 'one')), { code: 'HOLDFAST_DAMAGED_FILE' })
    } finally {
      warning.mockRestore()
    }
  })
})

describe('a name that a journal does not allow', () => {
  it.each(['', '.', '..', '../up', 'a/b', 'a\\b', 'a\0', 'a.entry', 'a b', 'ä', 'a\n', 'x'.repeat(101), 7 as never, undefined as never])(
    '%j is refused, and nothing is made',
    async (name) => {
      const path = newFolder()
      const journal = fileJournal({ path })
      const refusal = { code: 'invalid_request', facts: { fields: { name: expect.stringContaining('letters, digits') } } }
      await expect(journal.write(name, bytes('x'))).rejects.toMatchObject(refusal)
      await expect(journal.remove(name)).rejects.toMatchObject(refusal)
      expect(existsSync(path)).toBe(false)
    },
  )
})

function flipBit(file: string, position: number): void {
  const content = readFileSync(file)
  content.writeUInt8(content.readUInt8(position) ^ 1, position)
  writeFileSync(file, content)
}
