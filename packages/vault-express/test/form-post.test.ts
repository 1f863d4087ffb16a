import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { vaultRouter } from '../src/index.js'
import { type AppWorldOptions, appWorld } from './fixtures/app-world.js'
import { chromiumForFile, executablePath, openTab } from './login-in-chromium/fixtures/browser.js'
import { answerAt } from './login-in-chromium/fixtures/visitor.js'

const CALLBACK = '/connect/demo/callback'

const opened = async (options: AppWorldOptions = {}) => {
  const world = await appWorld(options)
  onTestFinished(() => world.close())
  return world
}

const form = (fields: Record<string, string>): RequestInit => ({
  method: 'POST',
  headers: { 'sec-fetch-site': 'cross-site', origin: 'https://provider.example' },
  body: new URLSearchParams(fields),
})

describe('an answer that a provider lets the browser post', () => {
  it.each([
    ['alone', false],
    ['behind the application’s own body parsers', true],
  ])('leads to the same place once more, with nothing but what the answer is made of: %s', async (_how, isParsedBefore) => {
    const { browser, origin } = await opened({
      build: (app, parts) => {
        if (isParsedBefore) app.use(express.json(), express.urlencoded())
        app.use(vaultRouter(parts))
      },
    })
    const posted = {
      code: 'c-1',
      state: 's-1',
      iss: 'https://provider.example',
      user: '{"name":"Alice"}',
      id_token: 'canary',
      access_token: 'canary',
    }
    const answer = await browser('alice')(`${CALLBACK}?return_to=/evil`, form(posted))
    expect(answer.status).toBe(303)
    const target = new URL(answer.headers.get('location') ?? '')
    expect(target.origin + target.pathname).toBe(origin + CALLBACK)
    expect(Object.fromEntries(target.searchParams)).toEqual({ code: 'c-1', state: 's-1', iss: 'https://provider.example' })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  it('is judged there as ever: a repeated parameter, and a state of another browser, are refused', async () => {
    const { browser, vault } = await opened()
    const started = await browser('alice')('/connect/demo')
    const state = new URL(started.headers.get('location') ?? '').searchParams.get('state') ?? ''
    const stranger = browser('mallory')
    const answer = await stranger(CALLBACK, {
      ...form({}),
      body: new URLSearchParams([
        ['code', 'c'],
        ['state', state],
        ['state', 'other'],
      ]),
    })
    expect(new URL(answer.headers.get('location') ?? '').searchParams.getAll('state')).toEqual([state, 'other'])
    expect((await stranger(answer.headers.get('location') ?? '')).status).toBe(400)
    expect((await stranger((await stranger(CALLBACK, form({ code: 'c', state }))).headers.get('location') ?? '')).status).toBe(400)
    expect((await vault.listCredentials({ connectionId: 'demo' })).items).toEqual([])
  })

  it('is a form, and of no more than 100,000 bytes', async () => {
    const { browser } = await opened()
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"code":"c"}' }
    expect((await browser('alice')(CALLBACK, json)).status).toBe(415)
    expect((await browser('alice')(CALLBACK, form({ code: 'c'.repeat(100_001) }))).status).toBe(413)
  })
})

describe.runIf(executablePath)('a provider that posts its answer, in Chromium', () => {
  const newProfile = chromiumForFile()

  it.each(['form_post', 'form_post.jwt'] as const)('connects an account, from another site: %s', async (responseMode) => {
    const { origin, provider, vault } = await opened({
      redirectUris: [`http://localhost${CALLBACK}`],
      connection: () => ({ responseMode }),
      build: (app, parts) =>
        void app.use(vaultRouter({ ...parts, publicUrl: parts.publicUrl.replace('127.0.0.1', 'localhost'), identify: () => 'alice' })),
    })
    const methods: string[] = []
    const page = await openTab(await newProfile(), 'about:blank')
    page.on('request', (request) => {
      if (request.isNavigationRequest() && request.url().includes(CALLBACK)) methods.push(request.method())
    })
    await page.goto(`${origin.replace('127.0.0.1', 'localhost')}/connect/demo`)
    await answerAt(provider, page)
    await page.getByRole('heading', { name: 'Connected' }).waitFor()
    expect(methods).toEqual(['POST', 'GET'])
    expect((await vault.getCredentialInfo({ connectionId: 'demo', userId: 'alice' })).status).toBe('active')
  })
})
