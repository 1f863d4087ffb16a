import { request as httpRequest } from 'node:http'
import express, { type RequestHandler } from 'express'
import express4 from 'express4'
import { afterEach, describe, expect, it } from 'vitest'
import { vaultRouter } from '../src/index.js'
import { type AppWorld, appWorld } from './fixtures/app-world.js'
import { bearerOf } from './fixtures/bearer.js'

let world: AppWorld
afterEach(() => world.close())

/** An application whose own parsers come before the vault. */
async function start(createApp: typeof express, ...parsers: RequestHandler[]): Promise<{ readonly authorization: string }> {
  world = await appWorld({
    createApp,
    build: (app, { vault, publicUrl, identify }) => {
      for (const parser of parsers) app.use(parser)
      app.use(vaultRouter({ vault, publicUrl, identify }))
    },
  })
  const administrator = await world.vault.bootstrapAdministrator()
  return { authorization: bearerOf(administrator?.accessKey ?? '', world.origin) }
}

const ROLE = { roleId: 'reader', name: 'Læser 名前', permissions: [{ action: 'read', allow: true, grant: false, delegate: false }] }
const createRole = (headers: Record<string, string>, body: BodyInit = JSON.stringify(ROLE)): Promise<Response> =>
  fetch(`${world.origin}/v1/roles`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })

describe.each([
  ['Express 5', express],
  ['Express 4', express4 as unknown as typeof express],
])('a body through %s', (_name, createApp) => {
  it.each<[string, RequestHandler[]]>([
    ['that nobody has read', []],
    ['that express.json() has read', [express.json()]],
    ['that express.text() has read', [express.text({ type: '*/*' })]],
    ['that express.raw() has read', [express.raw({ type: '*/*' })]],
    ['that express.urlencoded() has passed on', [express.urlencoded({ extended: true })]],
  ])('%s arrives whole', async (_what, parsers) => {
    const headers = await start(createApp, ...parsers)
    const response = await createRole(headers)
    expect(response.status).toBe(201)
    expect(await response.json()).toMatchObject(ROLE)
    expect(await world.vault.roles.get('reader')).toMatchObject(ROLE)
  })

  it('that comes in pieces without a length arrives whole', async () => {
    const headers = await start(createApp)
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = httpRequest(`${world.origin}/v1/roles`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } })
      sent.on('response', (response) => resolve(response.resume().statusCode))
      sent.on('error', reject)
      const text = JSON.stringify(ROLE)
      sent.write(text.slice(0, 20))
      sent.end(text.slice(20))
    })
    expect(status).toBe(201)
  })

  it('that is too long is refused, whatever length it claims', async () => {
    const headers = await start(createApp)
    const long = JSON.stringify({ ...ROLE, description: 'x'.repeat(120_000) })
    expect((await createRole(headers, long)).status).toBe(413)
    const stream = new Blob([long]).stream()
    const response = await fetch(`${world.origin}/v1/roles`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: stream,
      ...{ duplex: 'half' },
    })
    expect(response.status).toBe(413)
  })

  it('that breaks off stores nothing, and the next request is served', async () => {
    const headers = await start(createApp)
    await new Promise<void>((resolve) => {
      const sent = httpRequest(`${world.origin}/v1/roles`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': '1000', ...headers },
      })
      sent.on('error', () => resolve())
      sent.write(JSON.stringify(ROLE).slice(0, 30), () => sent.destroy(new Error('gone')))
    })
    await expect(world.vault.roles.get('reader')).rejects.toMatchObject({ code: 'not_found' })
    expect((await createRole(headers)).status).toBe(201)
  })

  it('that is empty is none, as the published SDK sends it', async () => {
    const headers = await start(createApp, express.json())
    const { clientId } = await world.vault.serviceClients.create({ name: 'job' })
    for (const method of ['GET', 'DELETE']) {
      const response = await fetch(`${world.origin}/v1/clients/${clientId}`, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
      })
      expect(response.status).toBe(method === 'GET' ? 200 : 204)
    }
  })
})
