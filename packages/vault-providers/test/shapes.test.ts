import { createVault, localKeyring } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { describe, expect, it, onTestFinished } from 'vitest'
import { importAll } from './fixtures/folders.js'
import { recordedProvider, type SentRequest, withoutDiscovery } from './fixtures/recorded-provider.js'
import type { ExpectedCredentials, ExpectedRequest, Shape } from './fixtures/shape.js'

const shapes = (await importAll<{ readonly shape: Shape }>('shapes')).map(([name, { shape }]) => [name, shape] as const)

describe.each(shapes)('%s', (_name, shape) => {
  it('sends to the provider what it wants, and takes what it answers', async () => {
    const { authorizationUrl, provider, connect, vault, selector } = await world(shape)
    expect(Object.fromEntries(authorizationUrl.searchParams)).toMatchObject(stated(shape.authorization))
    for (const [name, value] of Object.entries(shape.authorization ?? {}))
      if (value === undefined) expect(authorizationUrl.searchParams.has(name), `${name} in the authorization URL`).toBe(false)
    const { startedAtMs } = await connect()
    if (shape.tokenRequest) expectRequest(provider.sent[0], shape.tokenRequest)
    await expectCredentials(shape.credentials, startedAtMs)

    async function expectCredentials({ lifetimeS, label, ...wanted }: ExpectedCredentials, sinceMs: number): Promise<void> {
      const credentials = await vault.getCredentials(selector)
      // `accessToken` is a getter.
      const { accessToken, tokenType, scope, accountId, properties, expiresAt } = credentials
      expect({ accessToken, tokenType, scope, accountId, properties }).toMatchObject(wanted)
      if (lifetimeS !== undefined) expect(Math.round(((expiresAt?.getTime() ?? 0) - sinceMs) / 1_000)).toBe(lifetimeS)
      else expect(expiresAt).toBeUndefined()
      if (label !== undefined) expect((await vault.getCredentialInfo(selector)).label).toBe(label)
    }
  })

  it.each(shape.refresh ? [shape.refresh] : [])(
    'refreshes as the provider wants it',
    async ({ response, request = {}, credentials = {} }) => {
      const { provider, connect, vault, selector } = await world(shape)
      await connect()
      provider.answers.push(Response.json(response))
      const before = provider.sent.length
      const { accessToken, tokenType, scope, properties } = await vault.getCredentials(selector, { forceRefresh: true })
      const { lifetimeS: _lifetimeS, label: _label, accountId: _accountId, ...wanted } = credentials
      expect({ accessToken, tokenType, scope, properties }).toMatchObject(wanted)
      expectRequest(provider.sent[before], request)
    },
  )

  it.each(shape.refusals ?? [])('understands that a refresh failed: $status $body', async ({ status, body, code }) => {
    const { provider, connect, vault, selector } = await world(shape)
    await connect()
    provider.answers.push(Response.json(body, { status }))
    await expect(vault.getCredentials(selector, { forceRefresh: true })).rejects.toMatchObject({ code })
  })

  it('revokes what was granted when the user disconnects, as far as the provider lets it', async () => {
    const { provider, connect, vault, selector } = await world(shape)
    await connect()
    const before = provider.sent.length
    await vault.disconnect(selector)
    const wanted = shape.revocation ?? []
    await expect.poll(() => provider.sent.length - before).toBeGreaterThanOrEqual(wanted.length)
    for (const [index, request] of wanted.entries()) expectRequest(provider.sent[before + index], request)
    if (wanted.length === 0) expect(provider.sent.length).toBe(before)
  })
})

async function world(shape: Shape) {
  const provider = recordedProvider()
  const connection = withoutDiscovery(shape.connection)
  const { connectionId } = connection
  const vault = createVault({
    store: memoryStore(),
    keyring: localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }]),
    connections: [connection],
    fetch: provider.fetch,
    background: false,
  })
  onTestFinished(() => vault.close())
  const selector = { connectionId, userId: 'alice' }
  const redirectUri = 'https://app.example/callback'
  const { authorizationUrl, state, flowBinding } = await vault.authorization.start({ ...selector, redirectUri })
  return {
    provider,
    vault,
    selector,
    authorizationUrl: new URL(authorizationUrl),
    async connect() {
      const startedAtMs = Date.now()
      const { token, longLived, userinfo, callback } = shape
      for (const answer of [token, longLived, userinfo]) if (answer) provider.answers.push(Response.json(answer))
      const query = new URLSearchParams({ code: 'code-1', state, ...callback })
      await vault.authorization.complete({ callbackUrl: `${redirectUri}?${query}`, flowBinding })
      expect(provider.answers, 'answers that nobody asked for').toEqual([])
      return { startedAtMs }
    },
  }
}

function expectRequest(sent: SentRequest | undefined, { method, url, fields = {}, headers = {} }: ExpectedRequest): void {
  expect(sent).toBeDefined()
  if (method !== undefined) expect(sent?.method).toBe(method)
  if (url !== undefined) expect(sent?.url).toBe(url)
  expect(sent?.fields).toMatchObject(stated(fields))
  expect(Object.fromEntries(sent?.headers ?? [])).toMatchObject(stated(headers))
  for (const [name, value] of Object.entries(fields)) if (value === undefined) expect(sent?.fields).not.toHaveProperty([name])
  for (const [name, value] of Object.entries(headers)) if (value === undefined) expect(sent?.headers.has(name), name).toBe(false)
}

function stated(values: object = {}): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
