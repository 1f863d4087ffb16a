import { describe, expect, it } from 'vitest'
import { runningExample } from './fixtures/example.ts'
import { httpBrowser } from './fixtures/http-browser.ts'

describe('two accounts of one person', () => {
  it('stand beside each other, are read each by itself, and are disconnected each alone', async () => {
    const example = await runningExample()
    const browser = httpBrowser(example)
    await browser.signIn('ada')
    await browser.connect('alice')
    await browser.connect('bob')
    const both = await (await browser.get('/connections')).text()
    expect(both.indexOf('alice@example.com')).toBeGreaterThan(0)
    expect(both.indexOf('bob@example.com')).toBeGreaterThan(both.indexOf('alice@example.com'))

    expect(await (await browser.get('/connections/files?account=bob')).text()).toContain('Files of Bob Brandt')
    expect(await (await browser.get('/connections/files?account=alice')).text()).toContain('Files of Alice Alvarez')
    expect(await (await browser.get('/connections/files')).text()).toContain('Files of Alice Alvarez')
    const trail = await (await browser.get('/audit?account=bob')).text()
    expect(trail).toContain('data-label="Account">bob<')
    expect(trail).not.toContain('data-label="Account">alice<')

    await browser.post('/connections/disconnect', { account: 'alice' })
    const left = await (await browser.get('/connections')).text()
    expect(left).toContain('bob@example.com')
    expect(left).not.toContain('alice@example.com')
    expect((await browser.get('/connections/files?account=alice')).status).toBe(502)
    expect(await (await browser.get('/connections/files')).text()).toContain('Files of Bob Brandt')
  })

  it('fail each by itself: the one that has ended says so in words, and the other works', async () => {
    const example = await runningExample()
    const browser = httpBrowser(example)
    await browser.signIn('ada')
    await browser.connect('alice')
    await browser.connect('bob')
    await example.provider.revokeGrantsOf('bob')
    const refused = await browser.get('/connections/files?account=bob')
    expect(refused.status).toBe(502)
    const page = await refused.text()
    expect(page.match(/class="badge (\w+)">\w+/g)).toEqual(['class="badge good">Connected', 'class="badge bad">Ended'])
    expect(page).toContain('the access was withdrawn there, or it has ended. Connect again.')
    expect((await browser.get('/connections/files?account=alice')).status).toBe(200)
    await browser.connect('bob')
    expect((await browser.get('/connections/files?account=bob')).status).toBe(200)
  })

  it('are named by whoever asks: an account that cannot be one is refused', async () => {
    const browser = httpBrowser(await runningExample())
    await browser.signIn('ada')
    expect((await browser.get(`/connections/files?account=${'a'.repeat(300)}`)).status).toBe(400)
  })
})
