import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type DamagedEntry, fileJournal } from '../src/index.js'
import { temporaryFolder } from './fixtures/temporary-folder.js'

const newFolder = temporaryFolder()
const isWindows = process.platform === 'win32'
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const modeOf = (path: string): number => statSync(path).mode & 0o777

describe('options of a journal that cannot be', () => {
  it.each([
    ['an empty path', { path: '' }, 'path'],
    ['a path with NUL', { path: 'a\0b' }, 'path'],
    ['no path', {} as never, 'path'],
    ['a listener that is none', { path: 'x', onDamage: 'log' as never }, 'onDamage'],
  ])('%s is a configuration to mend', (_name, options, field) => {
    expect(() => fileJournal(options)).toThrow(
      expect.objectContaining({
        code: 'invalid_configuration',
        message: expect.stringContaining(`\`${field}\` of fileJournal`),
        facts: { fields: { [field]: expect.any(String) } },
      }),
    )
  })
})

describe.skipIf(isWindows)('the folder of a journal', () => {
  it('and all in it are for their owner alone, whatever the umask', async () => {
    const path = join(newFolder(), 'made', 'as', 'needed')
    const before = process.umask(0)
    try {
      const journal = fileJournal({ path })
      await journal.write('one', bytes('1'))
      await journal.write('one', bytes('2'))
    } finally {
      process.umask(before)
    }
    expect(modeOf(path)).toBe(0o700)
    expect(readdirSync(path).map((file) => modeOf(join(path, file)))).toEqual([0o600])
  })

  it('that is there and open to others is closed to them', async () => {
    const path = newFolder()
    mkdirSync(path)
    chmodSync(path, 0o755)
    await fileJournal({ path }).write('one', bytes('1'))
    expect(modeOf(path)).toBe(0o700)
  })

  it('is refused when it is a symbolic link: nothing is read, written or removed through it', async () => {
    const path = newFolder()
    await fileJournal({ path: `${path}-real` }).write('one', bytes('1'))
    symlinkSync(`${path}-real`, path)
    const files = readdirSync(`${path}-real`)
    const journal = fileJournal({ path })
    const refusal = {
      code: 'store_unavailable',
      message: expect.stringContaining('folder of the journal, or a file in it, is a symbolic link'),
    }
    await expect(journal.write('two', bytes('2'))).rejects.toMatchObject(refusal)
    await expect(journal.read()).rejects.toMatchObject(refusal)
    await expect(journal.remove('one')).rejects.toMatchObject(refusal)
    expect(readdirSync(`${path}-real`)).toEqual(files)
  })

  it('may hold a link in the place of an entry: it is not followed, and writing and removing take the link alone', async () => {
    const path = newFolder()
    const damaged: DamagedEntry[] = []
    const journal = fileJournal({ path, onDamage: (each) => damaged.push(each) })
    await journal.write('sound', bytes('sound'))
    const elsewhere = `${path}-elsewhere`
    const link = join(path, `${Buffer.from('linked').toString('hex')}.entry`)
    await fileJournal({ path: elsewhere }).write('linked', bytes('planted'))
    const target = join(elsewhere, `${Buffer.from('linked').toString('hex')}.entry`)
    const planted = readFileSync(target)
    symlinkSync(target, link)
    expect((await journal.read()).map(({ name }) => name)).toEqual(['sound'])
    expect(damaged).toMatchObject([{ name: 'linked', reason: expect.stringContaining('symbolic link') }])
    await journal.write('linked', bytes('own'))
    expect((await journal.read()).toSorted((a, b) => a.entry.length - b.entry.length)).toEqual([
      { name: 'linked', entry: bytes('own') },
      { name: 'sound', entry: bytes('sound') },
    ])
    await journal.remove('linked')
    symlinkSync(target, link)
    await journal.remove('linked')
    expect(existsSync(link)).toBe(false)
    expect(readFileSync(target)).toEqual(planted)
  })

  it.each<readonly [string, (path: string) => string]>([
    ['a file', (path) => path],
    ['below a file', (path) => join(path, 'journal')],
  ])('cannot be %s: one clear error', async (_name, pathIn) => {
    const file = newFolder()
    writeFileSync(file, '')
    const journal = fileJournal({ path: pathIn(file) })
    const refusal = { code: 'store_unavailable', message: expect.stringContaining('path of the journal, or a part of it, is a file') }
    await expect(journal.write('one', bytes('1'))).rejects.toMatchObject(refusal)
    await expect(journal.read()).rejects.toMatchObject(refusal)
  })
})
