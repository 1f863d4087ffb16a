import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { requireCredentials, vaultRouter } from '../src/index.js'
import { type AppWorld, appWorld } from './fixtures/app-world.js'
import { bearerOf } from './fixtures/bearer.js'

let world: AppWorld | undefined
afterEach(() => world?.close())

/** A moment that a test waits for. */
function moment(): { readonly comes: Promise<void>; come(): void } {
  let come = (): void => {}
  const comes = new Promise<void>((resolve) => {
    come = resolve
  })
  return { comes, come: () => come() }
}

/** The real provider, but its first tokens have ended when they come, and refreshes are answered late. */
function lateProvider(asked: () => void, letGo: Promise<void>): typeof fetch {
  return async (url, init) => {
    const grant = String(init?.body)
    if (grant.includes('grant_type=refresh_token')) {
      asked()
      await letGo
    }
    const response = await fetch(url, init)
    if (!grant.includes('grant_type=authorization_code')) return response
    return Response.json({ ...(await response.json()), expires_in: 0 })
  }
}

describe('a client that closes its connection before the vault comes to it', () => {
  it.each([
    ['is asked of no API', 'POST', '/v1/connections/demo/users/alice/proxy/api/files'],
    ['has no token refreshed for `requireCredentials`', 'GET', '/files'],
  ])('%s', async (_what, method, path) => {
    const [came, gone, passed] = [moment(), moment(), moment()]
    const sent: string[] = []
    const failures: unknown[] = []
    let isSlow = false
    const made = await appWorld({
      connection: ({ issuer }) => ({ apiOrigins: [new URL(issuer).origin] }),
      fetch: async (input, init) => {
        const grant = String(init?.body)
        sent.push(grant.includes('grant_type=refresh_token') ? 'refresh' : String(input))
        const response = await fetch(input, init)
        if (!grant.includes('grant_type=authorization_code') || method === 'POST') return response
        return Response.json({ ...(await response.json()), expires_in: 0 })
      },
      build: (app, parts) => {
        // A session that is looked up slowly, say.
        app.use((_req, res, next) => {
          if (!isSlow) return next()
          res.on('close', () => {
            gone.come()
            next()
            setImmediate(passed.come)
          })
          came.come()
        })
        app.use(vaultRouter({ ...parts, proxy: { connections: { demo: { methods: ['POST'] } } } }))
        app.get('/files', requireCredentials({ vault: parts.vault, connectionId: 'demo' }), (_req, res) => void res.end('files'))
        app.use((error: unknown, _req: unknown, _res: unknown, _next: unknown) => void failures.push(error))
      },
    })
    world = made
    const { clientId } = await made.vault.serviceClients.create({ name: 'job' })
    const { accessKey } = await made.vault.serviceClients.createAccessKey(clientId)
    const statements = [{ roles: ['Vault:ApiCaller'], resources: [{ resourceUri: 'Vault:Connections/*/Users/*/Credentials' }] }]
    await made.vault.accessRecords.create({ name: 'calls', users: [{ userId: clientId }], statements })
    await made.connect('alice')
    sent.splice(0)
    made.logLines.splice(0)
    isSlow = true

    const headers = { authorization: bearerOf(accessKey, made.origin), 'x-user': 'alice' }
    const call = request(new URL(path, made.origin), { method, headers })
    call.on('error', () => undefined)
    call.end()
    await came.comes
    call.destroy()
    await gone.comes
    await passed.comes
    if (method === 'POST') await expect.poll(() => JSON.stringify(made.logLines)).toContain('A client went away before it had its answer.')
    await made.vault.close()
    expect(sent).toEqual([])
    expect(failures).toEqual([])
  })
})

describe('a client that closes its connection while the provider is asked', () => {
  it.each([
    ['the API', '/v1/connections/demo/users/alice/credentials'],
    ['`requireCredentials`', '/files'],
  ])('is no failure of %s, and what the provider answers is kept', async (_what, path) => {
    const [asked, gone, letGo] = [moment(), moment(), moment()]
    const failures: unknown[] = []
    const made = await appWorld({
      fetch: lateProvider(asked.come, letGo.comes),
      build: (app, parts) => {
        app.use((_req, res, next) => {
          res.on('close', gone.come)
          next()
        })
        app.use(vaultRouter(parts))
        app.get('/files', requireCredentials({ vault: parts.vault, connectionId: 'demo' }), (_req, res) => void res.end('files'))
        app.use((error: unknown, _req: unknown, _res: unknown, _next: unknown) => void failures.push(error))
      },
    })
    world = made
    const { clientId } = await made.vault.serviceClients.create({ name: 'job' })
    const { accessKey } = await made.vault.serviceClients.createAccessKey(clientId)
    const statements = [{ roles: ['Vault:UserCredentialsViewer'], resources: [{ resourceUri: 'Vault:Connections/*/Users/*/Credentials' }] }]
    await made.vault.accessRecords.create({ name: 'reads', users: [{ userId: clientId }], statements })
    await made.connect('alice')
    made.logLines.splice(0)

    const call = request(new URL(path, made.origin), { headers: { authorization: bearerOf(accessKey, made.origin), 'x-user': 'alice' } })
    call.on('error', () => undefined)
    call.end()
    await asked.comes
    call.destroy()
    await gone.comes
    letGo.come()
    await expect.poll(() => made.events.some(({ type }) => type === 'refreshed')).toBe(true)
    expect((await made.vault.getCredentials({ connectionId: 'demo', userId: 'alice' })).accessToken).toBeTruthy()
    expect(failures).toEqual([])
    const failed = made.logLines.filter((line) => JSON.stringify(line).includes('failed'))
    expect(failed).toEqual([])
    if (path !== '/files') expect(JSON.stringify(made.logLines)).toContain('A client went away before it had its answer.')
  })
})
