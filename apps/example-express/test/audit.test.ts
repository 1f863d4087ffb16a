import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { runningExample } from './fixtures/example.ts'
import { httpBrowser } from './fixtures/http-browser.ts'
import { temporaryFolder } from './fixtures/temporary-folder.ts'

describe('the audit trail', () => {
  it('tells what was done with one’s own credential, by whom, and that the log is whole', async () => {
    const example = await runningExample()
    const browser = httpBrowser(example)
    await browser.signIn('ada')
    expect(await (await browser.get('/audit')).text()).toContain('Nothing yet.')
    await browser.connect('alice')
    const files = await (await browser.get('/connections/files')).text()
    const [, fingerprint = ''] = /data-fingerprint>([\w-]+)</.exec(files) ?? []
    await browser.post('/background-job')
    await browser.post('/connections/disconnect')

    const page = await (await browser.get('/audit')).text()
    expect(rowsOf(page)).toEqual([
      ['Disconnected', 'alice', 'Ada Okafor', 'Requested'],
      ['Token handed out', 'alice', expect.stringMatching(/^Service client sc_/), `Token ${fingerprint}`],
      ['Token handed out', 'alice', 'Ada Okafor', `Token ${fingerprint}`],
      ['Connected', 'alice', 'Ada Okafor', 'openid email offline_access files.read'],
    ])
    expect(page).toContain('The log is whole')
    const other = httpBrowser(example)
    await other.signIn('ben')
    expect(rowsOf(await (await other.get('/audit')).text())).toEqual([])
    expect((await httpBrowser(example).get('/audit')).headers.get('location')).toBe('/')
  })

  it('says which entry somebody changed in the database', async () => {
    const dataDir = temporaryFolder()
    const browser = httpBrowser(await runningExample({ dataDir }))
    await browser.signIn('ada')
    await browser.connect('alice')
    const database = new DatabaseSync(join(dataDir, 'vault.db'))
    const { changes } = database
      .prepare(`update holdfast_audit set data = replace(data, '"connected"', '"disconnected"') where data like '%"connected"%'`)
      .run()
    database.close()
    expect(changes).toBe(1)

    const page = await (await browser.get('/audit')).text()
    expect(page).toContain('The log was changed behind the vault’s back')
    expect(page).toMatch(/number \d+ \(changed\)/)
    expect(rowsOf(page)).toEqual([['Not written by the vault', '', 'Not known', '']])
  })
})

/** What stands in the table, but for the times. */
function rowsOf(page: string): readonly (readonly string[])[] {
  const [, body = ''] = /<tbody[^>]*>(.*?)<\/tbody>/s.exec(page) ?? []
  return body
    .split('</tr>')
    .slice(0, -1)
    .map((row) => [...row.matchAll(/<td data-cell="(?!time)[^>]*>([^<]*)</g)].map(([, text = '']) => text))
}
