import { describe, expect, it } from 'vitest'
import { runningExample } from './fixtures/example.ts'
import { httpBrowser } from './fixtures/http-browser.ts'

const scopesIn = (page: string, kind: string): readonly string[] => {
  const [, list = ''] = new RegExp(`data-scopes="${kind}">(.*?)</dd>`, 's').exec(page) ?? []
  return [...list.matchAll(/>([\w.]+)</g)].map(([, name = '']) => name)
}

describe('a feature that needs a further scope', () => {
  it('says what is missing, asks for it together with what was granted, and works then', async () => {
    const browser = httpBrowser(await runningExample())
    await browser.signIn('ada')
    await browser.connect('alice')
    const refused = await browser.get('/new-file')
    expect(refused.status).toBe(403)
    const page = await refused.text()
    expect(scopesIn(page, 'granted')).toEqual(['openid', 'email', 'offline_access', 'files.read'])
    expect(scopesIn(page, 'missing')).toEqual(['files.write'])
    expect(scopesIn(page, 'needed')).toEqual(['openid', 'email', 'offline_access', 'files.read', 'files.write'])

    const [, link = ''] = /href="(\/connect\/[^"]+)"/.exec(page) ?? []
    await browser.connect('alice', link.replaceAll('&#38;', '&'))
    expect((await browser.get('/new-file')).status).toBe(200)
    const added = await browser.post('/new-file', { account: 'alice', name: 'Packing list.txt' })
    expect(added.headers.get('location')).toBe('/connections/files?account=alice')
    const files = await (await browser.get('/connections/files?account=alice')).text()
    expect(files).toContain('Packing list.txt')
    expect(files).toContain('Lease agreement.pdf')
    expect(await (await browser.get('/audit')).text()).toContain('Other scopes granted')
  })

  it('takes no other scope from the address', async () => {
    const browser = httpBrowser(await runningExample())
    await browser.signIn('ada')
    const refused = await browser.get('/connect/demo?scope=files.write%20files.delete')
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain('`scope` names one that may not be asked for')
    const allowed = await browser.get('/connect/demo?scope=files.write')
    const asked = new URL(allowed.headers.get('location') ?? '').searchParams.get('scope')
    expect(asked?.split(' ').toSorted()).toEqual(['email', 'files.read', 'files.write', 'offline_access', 'openid'])
  })
})

describe('an account that was connected for a minute only', () => {
  it('is shown as one that ends', async () => {
    const example = await runningExample({ accessTokenTtlS: 60 })
    const browser = httpBrowser(example)
    await browser.signIn('ada')
    await browser.connect('alice', '/connect/demo?return_to=/connections&purpose=once')
    const page = await (await browser.get('/connections')).text()
    expect(page).toContain('class="badge plain">Expiring')
    expect(page).toContain('data-when-over="Expired"')
    expect((await browser.get('/connections/files')).status).toBe(200)
  })
})
