import { consentByHttp } from '@holdfast/demo-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireCredentials, vaultRouter } from '../src/index.js'
import { type AppWorld, appWorld } from './fixtures/app-world.js'
import { navigate, openPage } from './fixtures/navigate.js'

describe('a user who comes back from the provider unconnected', () => {
  let world: AppWorld

  beforeAll(async () => {
    world = await appWorld({
      build: (app, parts) => {
        app.use(vaultRouter(parts))
        app.get('/files', requireCredentials({ vault: parts.vault, connectionId: 'demo' }), (_req, res) => void res.end('files'))
      },
    })
  })
  afterAll(() => world.close())

  it('is told so, and is not sent to consent again', async () => {
    const sent = await navigate(world.origin, '/files?tab=2', 'olga')
    expect(sent).toMatchObject({ status: 303, location: '/connect/demo?return_to=%2Ffiles%3Ftab%3D2' })
    const browser = world.browser('olga')
    const begun = await browser(world.origin + sent.location)
    const denied = await browser(await consentByHttp(begun.headers.get('location') ?? '', { deny: true }))
    const back = new URL(denied.headers.get('location') ?? '')
    expect(back.search).toBe('?tab=2&connect_error=authorization_denied')
    const { status, body } = await openPage(world.origin, back.pathname + back.search, 'olga')
    expect(status).toBe(403)
    expect(body).toContain('Access was not granted')
    // To begin again leads back to the page, and not to what is said of this attempt.
    expect(body).toContain('<a href="/connect/demo?return_to=%2Ffiles%3Ftab%3D2">Connect again</a>')
  })

  it('is told of another account', async () => {
    const { body } = await openPage(
      world.origin,
      '/files?connect_error=authorization_response_invalid&connect_reason=other_account',
      'olga',
    )
    expect(body).toContain('This is another account')
    expect(body).toContain('href="/connect/demo?return_to=%2Ffiles"')
  })

  it.each(['constructor', '<script>alert(1)</script>', ''])('is shown nothing that an address makes up: %j', async (code) => {
    const { status, body } = await openPage(world.origin, `/files?connect_error=${encodeURIComponent(code)}`, 'olga')
    expect(status).toBe(403)
    expect(body).toContain('Something went wrong, and nothing was stored.')
    expect(body).not.toContain('alert')
  })

  it('gets his page where he is connected by now', async () => {
    await world.connect('pia')
    const answer = await openPage(world.origin, '/files?connect_error=authorization_denied', 'pia')
    expect(answer).toMatchObject({ status: 200, body: 'files' })
  })

  it('is told as before where a script asks', async () => {
    const answer = await world.browser('olga')(`${world.origin}/files?connect_error=authorization_denied`)
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ errorCode: 'credential_not_found' })
  })
})
