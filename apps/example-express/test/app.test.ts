import { readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { describe, expect, it } from 'vitest'
import { runningExample } from './fixtures/example.ts'
import { httpBrowser } from './fixtures/http-browser.ts'

describe('signing in', () => {
  it('leads to the connections, and signing out back to the start', async () => {
    const browser = httpBrowser(await runningExample())
    expect((await browser.get('/connections')).headers.get('location')).toBe('/')
    await browser.signIn('ada')
    expect(await (await browser.get('/connections')).text()).toContain('Ada Okafor')
    expect((await browser.post('/sign-out')).headers.get('location')).toBe('/')
    expect((await browser.get('/connections')).headers.get('location')).toBe('/')
  })

  it('begins a new session: the one from before is worth nothing', async () => {
    const example = await runningExample()
    const browser = httpBrowser(example)
    await browser.signIn('ada')
    const planted = browser.cookies.get('example_session') ?? ''
    await browser.signIn('ben')
    expect(browser.cookies.get('example_session')).not.toBe(planted)
    const thief = httpBrowser(example)
    const answer = await thief.get('/connections', { cookie: `example_session=${planted}` })
    expect(answer.headers.get('location')).toBe('/')
  })

  it('sets a cookie that scripts cannot read and other sites do not send with posts', async () => {
    const { origin } = await runningExample()
    const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await fetch(`${origin}/sign-in`, { method: 'POST', body: 'user=ada', headers, redirect: 'manual' })
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax/)
  })

  it('refuses an unknown name, and shows it as text', async () => {
    const answer = await httpBrowser(await runningExample()).post('/sign-in', { user: '<img src=x onerror=alert(1)>"' })
    expect(answer.status).toBe(422)
    const page = await answer.text()
    expect(page).toContain('&#60;img src=x onerror=alert(1)&#62;&#34;')
    expect(page).not.toContain('<img')
  })

  it.each(['', '[]', 'user[a]=1', 'user=ada&user=ben'])('refuses the form %j', async (body) => {
    const { origin } = await runningExample()
    const headers = { origin, 'content-type': 'application/x-www-form-urlencoded' }
    expect((await fetch(`${origin}/sign-in`, { method: 'POST', body, headers, redirect: 'manual' })).status).toBe(422)
  })
})

describe('a form from elsewhere', () => {
  it.each([
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', { origin: 'http://localhost:1', 'sec-fetch-site': 'same-site' }],
    ['an old browser, on another site', { origin: 'https://evil.example' }],
    ['a sandboxed page', { origin: 'null' }],
    ['a program that tells nothing', {}],
    ['a browser that contradicts itself', { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }],
  ])('is refused, and changes nothing: %s', async (_name, headers) => {
    const example = await runningExample()
    const browser = httpBrowser(example)
    await browser.signIn('ada')
    await browser.connect('alice')
    for (const path of ['/connections/disconnect', '/sign-out', '/background-job']) {
      expect((await browser.post(path, {}, headers)).status).toBe(403)
    }
    expect((await example.vault.listCredentials()).items).toHaveLength(1)
    expect((await browser.get('/connections')).status).toBe(200)
  })
})

describe('another host name', () => {
  const ask = (origin: string, method: string, host: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(origin)
      let answer = ''
      const socket = createConnection({ port: Number(port), host: '127.0.0.1' })
      socket.on('data', (data) => (answer += String(data)))
      socket.on('end', () => resolve(answer)).on('error', reject)
      socket.end(`${method} /operator HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
    })

  it('is led to the one address, so that there is one cookie jar', async () => {
    const { origin } = await runningExample()
    const answer = await ask(origin, 'GET', new URL(origin).host.replace('localhost', '127.0.0.1'))
    expect(answer).toMatch(/^HTTP\/1.1 307/)
    expect(answer).toContain(`Location: ${origin}/operator\r\n`)
    expect(await ask(origin, 'POST', 'evil.example')).toMatch(/^HTTP\/1.1 421/)
  })
})

describe('the pages', () => {
  it('show a connection that the user ended at the provider as ended, and connect again', async () => {
    const example = await runningExample()
    const browser = httpBrowser(example)
    await browser.signIn('ada')
    await browser.connect('alice')
    expect(await (await browser.get('/connections/files')).text()).toContain('Lease agreement.pdf')
    await example.provider.revokeGrantsOf('alice')
    const refused = await browser.get('/connections/files')
    expect(refused.status).toBe(502)
    expect(await refused.text()).toContain('Driftbox no longer accepts this connection')
    await browser.connect('alice')
    expect((await browser.get('/connections/files')).status).toBe(200)
  })

  it('hold no token, for nobody', async () => {
    const example = await runningExample()
    const browser = httpBrowser(example)
    await browser.signIn('ada')
    await browser.connect('alice')
    const { accessToken } = await example.vault.getCredentials({ connectionId: 'demo', userId: 'ada' })
    await browser.post('/background-job')
    for (const path of ['/connections', '/connections/files', '/audit', '/operator', '/background-job']) {
      expect(await (await browser.get(path)).text(), path).not.toContain(accessToken)
    }
  })

  it('keep one user’s connection from the other', async () => {
    const example = await runningExample()
    const ada = httpBrowser(example)
    await ada.signIn('ada')
    await ada.connect('alice')
    const ben = httpBrowser(example)
    await ben.signIn('ben')
    expect(await (await ben.get('/connections')).text()).toContain('Not connected.')
    await ben.post('/connections/disconnect')
    expect(await (await ada.get('/connections')).text()).toContain('Read my files')
  })

  it('allow no script and no form target but their own, and say when there is no page', async () => {
    const browser = httpBrowser(await runningExample())
    const start = await browser.get('/')
    expect(start.headers.get('content-security-policy')).toMatch(/^default-src 'self'; base-uri 'none'; frame-ancestors 'none'/)
    expect(start.headers.get('x-powered-by')).toBeNull()
    expect((await browser.get('/nowhere')).status).toBe(404)
    expect((await browser.post('/sign-in', { user: 'x'.repeat(20_000) })).status).toBe(413)
  })

  it('tell of a refresh while one listens', async () => {
    const example = await runningExample()
    const browser = httpBrowser(example)
    await browser.signIn('ada')
    await browser.connect('alice')
    const stream = await browser.get('/operator/events')
    expect(stream.headers.get('content-type')).toBe('text/event-stream')
    await example.vault.getCredentials({ connectionId: 'demo', userId: 'ada' }, { forceRefresh: true })
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of stream.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      if (text.includes('"Refreshed"')) break
    }
    expect(text).toContain('"what":"Refreshed"')
  })
})

describe('the code that embeds the vault', () => {
  it('is 25 lines or fewer', () => {
    const lines = readFileSync(new URL('../src/vault.ts', import.meta.url), 'utf8').split('\n')
    const code = lines.filter((line) => !/^\s*(\/\/.*|\/\*\*.*\*\/)?$/.test(line))
    expect(code.length).toBeGreaterThan(5)
    expect(code.length).toBeLessThanOrEqual(25)
  })
})
