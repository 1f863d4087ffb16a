import type { IncomingMessage } from 'node:http'
import { isIP, type LookupFunction } from 'node:net'
import { consentByHttp, type DemoProvider, startDemoProvider } from '@holdfast/demo-provider'
import { type ConnectionInput, localKeyring, type Vault, type VaultOptions } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createVault, publicFetch } from '../../src/index.js'
import { CHUNK_BYTES, chunkOf, countedBody, moment, serverThat, writeLargeBody } from './servers.js'

// `vault.fetch` with a token of a real provider, to that provider's own API and to real servers.
const REDIRECT_URI = 'http://127.0.0.1/connect/demo/callback'
const ALICE = { connectionId: 'demo', userId: 'alice' }
/** More than all buffers on the way together. */
const CHUNKS = 512
const MANY_BYTES = CHUNKS * CHUNK_BYTES

let provider: DemoProvider
beforeAll(async () => {
  provider = await startDemoProvider({ redirectUris: [REDIRECT_URI], accessTokenTtlS: 3_600 })
})
afterAll(() => provider.close())

/** A vault in which Alice has connected her account. */
async function vaultFor(connection: Partial<ConnectionInput>, options: Partial<VaultOptions> = {}): Promise<Vault> {
  const vault = createVault({
    store: memoryStore(),
    keyring: localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }]),
    connections: [
      {
        connectionId: 'demo',
        issuer: provider.issuer,
        clientId: provider.clientId,
        clientSecret: provider.clientSecret,
        defaultConnectionProperties: { scope: 'openid offline_access files.read', prompt: 'consent' },
        ...connection,
      },
    ],
    background: false,
    ...options,
  })
  onTestFinished(() => vault.close())
  const flow = await vault.authorization.start({ ...ALICE, redirectUri: REDIRECT_URI })
  await vault.authorization.complete({ callbackUrl: await consentByHttp(flow.authorizationUrl), flowBinding: flow.flowBinding })
  return vault
}

/** Names lead where the test says; a server on this machine stands for one on the internet. */
function resolver(...answers: readonly string[]): LookupFunction {
  let asked = 0
  return (_hostname, options, callback) => {
    const address = answers[Math.min(asked++, answers.length - 1)] ?? ''
    if (options.all) callback(null, [{ address, family: isIP(address) }])
    else callback(null, address, isIP(address))
  }
}
const allow = (address: string): boolean => address === '127.0.0.1'

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

describe('vault.fetch to the API of a real provider', () => {
  it('reads what is the user’s', async () => {
    const vault = await vaultFor({ apiOrigins: [provider.issuer] })
    const response = await vault.fetch(ALICE, new URL('files', provider.apiUrl))
    expect([response.status, await response.json()]).toMatchObject([200, { files: expect.any(Array) }])
    const me = await vault.fetch(ALICE, new Request(new URL('me', provider.apiUrl)))
    expect(await me.json()).toMatchObject({ sub: 'alice' })
  })

  it('refreshes a token that the provider no longer takes, and repeats the request', async () => {
    let aheadMs = 0
    const clock = {
      now: () => Date.now() + aheadMs,
      monotonic: () => performance.now() + aheadMs,
      sleep: () => new Promise<void>(() => {}),
    }
    provider.setAccessTokenTtl(1)
    const vault = await vaultFor({ apiOrigins: [provider.issuer] }, { clock, fetch: promisesAnHour })
    provider.setAccessTokenTtl(3_600)
    const files = (): Promise<Response> => vault.fetch(ALICE, new URL('files', provider.apiUrl))
    // Just obtained, it is not refreshed again for an API that refuses it.
    await expect.poll(async () => (await files()).status, { timeout: 10_000 }).toBe(401)
    const before = provider.tokenRequests.length
    aheadMs = 60_000
    expect((await files()).status).toBe(200)
    expect((await files()).status).toBe(200)
    expect(provider.tokenRequests.slice(before).map(({ grantType }) => grantType)).toEqual(['refresh_token'])
  })

  it('does not go to the provider’s API for a user who never connected, nor to another port of it', async () => {
    const vault = await vaultFor({ apiOrigins: [provider.issuer] })
    const files = new URL('files', provider.apiUrl)
    await expect(vault.fetch({ ...ALICE, userId: 'bob' }, files)).rejects.toMatchObject({ code: 'credential_not_found' })
    const other = await serverThat(() => expect.fail('Something was sent.'))
    await expect(vault.fetch(ALICE, other.url)).rejects.toMatchObject({ facts: { reason: 'origin_not_declared' } })
  })
})

describe.each<[string, (port: number) => Promise<{ readonly vault: Vault; readonly url: string }>]>([
  [
    'loopback, declared in code',
    async (port) => ({ vault: await vaultFor({ apiOrigins: [`http://127.0.0.1:${port}`] }), url: `http://127.0.0.1:${port}` }),
  ],
  [
    'a name on the internet, through publicFetch',
    async (port) => {
      const url = `http://api.example:${port}`
      const fetchForStoredConnections = publicFetch({ allow, lookup: resolver('127.0.0.1') })
      return { vault: await vaultFor({ apiOrigins: [url], allowInsecureRequests: true }, { fetchForStoredConnections }), url }
    },
  ],
])('vault.fetch to %s', (_where, reach) => {
  it('is answered with a Response of the platform', async () => {
    const api = await serverThat((_request, response) =>
      response.writeHead(201, 'Made', { 'x-a': 'b', 'set-cookie': ['a=1', 'b=2'] }).end('{"a":1}'),
    )
    const { vault, url } = await reach(api.port)
    const response = await vault.fetch(ALICE, `${url}/path?q=1`)
    expect(response).toBeInstanceOf(Response)
    expect([response.status, response.statusText, response.url, response.redirected]).toEqual([201, 'Made', `${url}/path?q=1`, false])
    expect([response.headers.get('x-a'), response.headers.getSetCookie()]).toEqual(['b', ['a=1', 'b=2']])
    expect([await response.clone().text(), await response.json()]).toEqual(['{"a":1}', { a: 1 }])
    for (const status of [204, 205, 304, 599]) {
      const odd = await serverThat((_request, other) => other.writeHead(status).end())
      const reached = await reach(odd.port)
      expect([status, (await reached.vault.fetch(ALICE, reached.url)).status]).toEqual([status, status])
    }
  })

  it.each<[string, () => BodyInit, RegExp, string | undefined, boolean]>([
    ['text', () => 'hällo', /^hällo$/, 'text/plain;charset=UTF-8', true],
    ['bytes', () => new TextEncoder().encode('bytes'), /^bytes$/, undefined, true],
    ['a form', () => new URLSearchParams({ a: 'b c' }), /^a=b\+c$/, 'application/x-www-form-urlencoded;charset=UTF-8', true],
    ['a Blob', () => new Blob(['{}'], { type: 'application/json' }), /^\{\}$/, 'application/json', true],
    ['a stream', () => new Blob(['streamed']).stream(), /^streamed$/, undefined, false],
    [
      'a form with a file',
      fileForm,
      /name="note"\r\n\r\nhello\r\n[\s\S]*filename="a\.txt"[\s\S]*the file/,
      expect.stringContaining('multipart/form-data; boundary='),
      true,
    ],
  ])('sends a body that is %s, with its length where that is known', async (_what, body, text, type, hasLength) => {
    const seen = moment<readonly unknown[]>()
    const api = await serverThat(async (request, response) => {
      const { headers } = request
      seen.come([
        headers['content-type'],
        headers['content-length'] !== undefined,
        headers.authorization?.slice(0, 7),
        await textOf(request),
      ])
      response.end()
    })
    const { vault, url } = await reach(api.port)
    const response = await vault.fetch(ALICE, url, { method: 'POST', body: body(), duplex: 'half' } as RequestInit)
    expect(response.status).toBe(200)
    expect(await seen.comes).toEqual([type, hasLength, 'Bearer ', expect.stringMatching(text)])
  })

  it('sends a stream with the length that the caller knows', async () => {
    const seen = moment<readonly unknown[]>()
    const api = await serverThat(async (request, response) => {
      seen.come([request.headers['content-length'], request.headers['transfer-encoding'], await textOf(request)])
      response.end()
    })
    const { vault, url } = await reach(api.port)
    const init = { method: 'PUT', body: new Blob(['streamed']).stream(), duplex: 'half', headers: { 'content-length': '8' } } as RequestInit
    await vault.fetch(ALICE, url, init)
    expect(await seen.comes).toEqual(['8', undefined, 'streamed'])
  })

  it('reads no faster than its caller does, and ends the request when he goes away', async () => {
    let writtenBytes = 0
    const closed = moment()
    const api = await serverThat((request, response) => {
      if (request.url === '/small') return void response.end('small')
      response.on('close', () => closed.come())
      return void writeLargeBody(response, CHUNKS, (bytes) => {
        writtenBytes = bytes
      })
    })
    const { vault, url } = await reach(api.port)
    const response = await vault.fetch(ALICE, url)
    const reader = response.body?.getReader()
    await reader?.read()
    // While so much else is sent and answered the server could have written all of it.
    for (let times = 0; times < 200; times += 1) await (await vault.fetch(ALICE, `${url}/small`)).text()
    expect(writtenBytes).toBeLessThan(MANY_BYTES / 2)
    await reader?.cancel()
    await closed.comes
    expect(writtenBytes).toBeLessThan(MANY_BYTES)
  })

  it('brings a large body whole', async () => {
    const api = await serverThat((_request, response) => void writeLargeBody(response, CHUNKS, () => undefined))
    const { vault, url } = await reach(api.port)
    const body = countedBody()
    for await (const chunk of (await vault.fetch(ALICE, url)).body ?? []) body.add(chunk)
    expect(body.length).toBe(MANY_BYTES)
  })

  it('takes from a stream no more than the API reads, and then all of it', async () => {
    const mayRead = moment()
    const body = countedBody()
    const api = await serverThat(async (request, response) => {
      if (request.url === '/small') return void response.end('small')
      await mayRead.comes
      for await (const chunk of request) body.add(chunk)
      return void response.end('read')
    })
    const { vault, url } = await reach(api.port)
    let taken = 0
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (taken === CHUNKS) return controller.close()
        controller.enqueue(chunkOf(taken++))
      },
    })
    const sending = vault.fetch(ALICE, url, { method: 'PUT', body: stream, duplex: 'half' } as RequestInit)
    for (let times = 0; times < 200; times += 1) await (await vault.fetch(ALICE, `${url}/small`)).text()
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThan(CHUNKS / 2)
    mayRead.come()
    expect(await (await sending).text()).toBe('read')
    expect(body.length).toBe(MANY_BYTES)
  })

  it('ends with its signal: before the answer, and in the middle of its body', async () => {
    const closed: Promise<void>[] = []
    const asked = moment()
    const api = await serverThat((request, response) => {
      const close = moment()
      closed.push(close.comes)
      response.on('close', () => close.come())
      if (request.url === '/body') response.write('begun')
      else asked.come()
    })
    const { vault, url } = await reach(api.port)
    const caller = new AbortController()
    const asking = vault.fetch(ALICE, url, { signal: caller.signal })
    await asked.comes
    caller.abort(new Error('enough'))
    await expect(asking).rejects.toThrow('enough')
    const reader = new AbortController()
    const response = await vault.fetch(ALICE, `${url}/body`, { signal: reader.signal })
    reader.abort(new Error('enough of it'))
    await expect(response.text()).rejects.toThrow()
    await Promise.all(closed)
    expect(closed).toHaveLength(2)
  })

  it('follows a redirect of the API with the token, and one to elsewhere that is not public not at all', async () => {
    const seen: unknown[] = []
    const elsewhere = await serverThat(() => expect.fail('Something was sent.'))
    const api = await serverThat((request, response) => {
      seen.push([request.url, request.headers.authorization?.slice(0, 7)])
      if (request.url === '/') response.writeHead(302, { location: '/next' }).end()
      else if (request.url === '/out') response.writeHead(302, { location: elsewhere.url }).end()
      else response.end('there')
    })
    const { vault, url } = await reach(api.port)
    const response = await vault.fetch(ALICE, url)
    expect([response.redirected, response.url, await response.text()]).toEqual([true, `${url}/next`, 'there'])
    await expect(vault.fetch(ALICE, `${url}/out`)).rejects.toMatchObject({ facts: { reason: 'redirect_refused' } })
    expect(seen).toEqual([
      ['/', 'Bearer '],
      ['/next', 'Bearer '],
      ['/out', 'Bearer '],
    ])
  })
})

/** The real provider, which says that its tokens live longer than they do. */
const promisesAnHour: typeof fetch = async (url, init) => {
  const response = await fetch(url, init)
  if (!String(url).endsWith('/token')) return response
  return Response.json({ ...(await response.json()), expires_in: 3_600 })
}

function fileForm(): FormData {
  const form = new FormData()
  form.append('note', 'hello')
  form.append('file', new File(['the file'], 'a.txt', { type: 'text/plain' }))
  return form
}

describe('vault.fetch to a name', () => {
  const origin = (port: number): string => `http://api.example:${port}`

  it('that leads to a private address sends nothing, also when it did not a moment before', async () => {
    const seen: unknown[] = []
    const api = await serverThat((request, response) => {
      seen.push(request.url)
      response.writeHead(200, { connection: 'close' }).end('reached')
    })
    const fetchForStoredConnections = publicFetch({
      allow,
      lookup: resolver('127.0.0.1', '127.0.0.2', '169.254.169.254', '::1', '::ffff:10.0.0.1'),
    })
    const vault = await vaultFor({ apiOrigins: [origin(api.port)], allowInsecureRequests: true }, { fetchForStoredConnections })
    expect(await (await vault.fetch(ALICE, `${origin(api.port)}/first`)).text()).toBe('reached')
    for (let times = 0; times < 4; times += 1) {
      await expect(vault.fetch(ALICE, `${origin(api.port)}/again`)).rejects.toMatchObject({
        code: 'invalid_request',
        facts: { reason: 'address_not_public' },
      })
    }
    expect(seen).toEqual(['/first'])
  })

  it('inside the network is reached when the code says so, and not otherwise', async () => {
    const api = await serverThat((_request, response) => response.end('reached'))
    const lookup = resolver('127.0.0.1')
    const options = { fetch: publicFetch({ allow, lookup }), fetchForStoredConnections: publicFetch({ lookup }) }
    const connection = { apiOrigins: [origin(api.port)], allowInsecureRequests: true }
    const guarded = await vaultFor(connection, options)
    await expect(guarded.fetch(ALICE, origin(api.port))).rejects.toMatchObject({ facts: { reason: 'address_not_public' } })
    const open = await vaultFor({ ...connection, apiAllowPrivateAddresses: true }, options)
    expect(await (await open.fetch(ALICE, origin(api.port))).text()).toBe('reached')
  })

  it('elsewhere, by a redirect, gets no token, and a private address nothing', async () => {
    const seen: unknown[] = []
    const elsewhere = await serverThat((request, response) => {
      seen.push(Object.keys(request.headers).filter((name) => ['authorization', 'cookie'].includes(name)))
      response.end('elsewhere')
    })
    const api = await serverThat((request, response) => {
      const host = request.url === '/private' ? 'private.example' : 'other.example'
      response.writeHead(302, { location: `http://${host}:${elsewhere.port}/` }).end()
    })
    const lookup: LookupFunction = (hostname, options, callback) =>
      resolver(hostname === 'private.example' ? '10.0.0.1' : '127.0.0.1')(hostname, options, callback)
    const options = { fetchForStoredConnections: publicFetch({ allow, lookup }) }
    const vault = await vaultFor({ apiOrigins: [origin(api.port)], allowInsecureRequests: true }, options)
    const response = await vault.fetch(ALICE, origin(api.port), { headers: { cookie: 'a=b' } })
    expect([response.url, await response.text()]).toEqual([`http://other.example:${elsewhere.port}/`, 'elsewhere'])
    await expect(vault.fetch(ALICE, `${origin(api.port)}/private`)).rejects.toMatchObject({ facts: { reason: 'address_not_public' } })
    expect(seen).toEqual([[]])
  })
})
