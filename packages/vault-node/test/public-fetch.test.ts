import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, BlockList, createServer as createTcpServer, isIP, type LookupFunction } from 'node:net'
import { isPublicAddress, localKeyring, type VaultOptions } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { vaultWorld } from '../../vault-core/test/fixtures/vault-world.js'
import { createVault, publicFetch } from '../src/index.js'

/** Refused in a way that says for sure that nothing was sent. */
const REFUSED = { cause: { code: 'ERR_ADDRESS_NOT_PUBLIC' } }

/** A name server that answers with these addresses, one list after the other, and the last one for ever. */
function nameServer(...answers: readonly string[][]): { readonly lookup: LookupFunction; readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    lookup: (hostname, options, callback) => {
      const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? []
      asked.push(hostname)
      const found = addresses.map((address) => ({ address, family: isIP(address) }))
      if (options.all) callback(null, found)
      else callback(null, found[0]?.address ?? '', found[0]?.family)
    },
  }
}

/** A server on this machine stands for one on the internet: the test allows its address. */
const seen: { readonly line: string; readonly host: string | undefined; readonly body: string }[] = []
let server: Server
let port: number
const allow = (address: string): boolean => address === '127.0.0.1'

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const { method, url, headers } = request
    seen.push({ line: `${method} ${url}`, host: headers.host, body: await bodyOf(request) })
    const to = new URL(url ?? '/', 'http://x').searchParams.get('to')
    if (to === null) response.end('reached')
    else response.writeHead(302, { location: to }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
beforeEach(() => void seen.splice(0))
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

describe('publicFetch', () => {
  it('reaches a name that resolves to a public address', async () => {
    const { lookup, asked } = nameServer(['127.0.0.1'])
    const send = publicFetch({ allow, lookup })
    const response = await send(`http://provider.example:${port}/token`, { method: 'POST', body: new URLSearchParams({ a: 'b c' }) })
    expect([response.status, await response.text()]).toEqual([200, 'reached'])
    expect(seen).toEqual([{ line: 'POST /token', host: `provider.example:${port}`, body: 'a=b+c' }])
    expect(asked).toEqual(['provider.example'])
  })

  it('takes a Request, and a resolver that answers with one address', async () => {
    const lookup: LookupFunction = (_hostname, _options, callback) => callback(null, '127.0.0.1', 4)
    const send = publicFetch({ allow, lookup })
    const url = new URL(`http://provider.example:${port}/a`)
    await send(new Request(url, { method: 'PUT', body: 'text', headers: { 'content-type': 'text/plain' } }))
    await send(url)
    expect(seen.map(({ line, body }) => [line, body])).toEqual([
      ['PUT /a', 'text'],
      ['GET /a', ''],
    ])
  })

  it('hands on an answer whose reason is in any language', async () => {
    const reasons = { '/cyrillic': Buffer.from('Не найдено'), '/latin': Buffer.from('Trouvé', 'latin1') }
    const speaker = createTcpServer((socket) => {
      socket.on('data', (request) => {
        const [, path] = String(request).split(' ')
        const reason = path === '/cyrillic' ? reasons['/cyrillic'] : reasons['/latin']
        socket.end(Buffer.concat([Buffer.from('HTTP/1.1 200 '), reason, Buffer.from('\r\ncontent-length: 2\r\n\r\n{}')]))
      })
    })
    await once(speaker.listen(0, '127.0.0.1'), 'listening')
    const origin = `http://127.0.0.1:${(speaker.address() as AddressInfo).port}`
    for (const path of Object.keys(reasons)) {
      const [own, platforms] = await Promise.all([publicFetch({ allow })(origin + path), fetch(origin + path)])
      expect([own.status, own.statusText, await own.json()]).toEqual([200, platforms.statusText, await platforms.json()])
    }
    speaker.close()
  })

  it('connects to the address that was looked at, though the name leads elsewhere a moment later', async () => {
    const { lookup, asked } = nameServer(['127.0.0.1'], ['127.0.0.2'])
    const send = publicFetch({ allow, lookup })
    const close = { headers: { connection: 'close' } }
    expect(await (await send(`http://provider.example:${port}/first`, close)).text()).toBe('reached')
    expect(asked).toHaveLength(1)
    // The same name now means this machine, where something listens on every address.
    await expect(send(`http://provider.example:${port}/second`, close)).rejects.toMatchObject(REFUSED)
    expect(asked).toHaveLength(2)
    expect(seen.map(({ line }) => line)).toEqual(['GET /first'])
  })

  it.each([
    ['one of its addresses is private', ['93.184.215.14', '10.0.0.1']],
    ['its IPv6 address is private', ['93.184.215.14', 'fd00::1']],
    ['it has no address', []],
    ['what the name server says is no address', ['provider.example']],
  ])('refuses a name when %s', async (_why, addresses) => {
    const { lookup } = nameServer(addresses)
    await expect(publicFetch({ lookup })('https://provider.example/')).rejects.toMatchObject(REFUSED)
  })

  it('tells a name that nobody knows as ever', async () => {
    const lookup: LookupFunction = (_hostname, _options, callback) =>
      callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }), [])
    await expect(publicFetch({ lookup })('https://nobody.example/')).rejects.toMatchObject({ cause: { code: 'ENOTFOUND' } })
  })

  it('refuses a redirect to what it would refuse, by name and by address, and follows one to what it would not', async () => {
    const lookup: LookupFunction = (hostname, _options, callback) =>
      callback(null, hostname === 'third.example' ? '10.0.0.1' : '127.0.0.1', 4)
    const send = publicFetch({ allow, lookup })
    const from = (to: string): string => `http://provider.example:${port}/?to=${encodeURIComponent(to)}`
    const followed = await send(from(`http://other.example:${port}/there`))
    expect([followed.redirected, await followed.text()]).toEqual([true, 'reached'])
    for (const to of ['http://third.example/', 'http://169.254.169.254/latest/meta-data', 'http://[::1]/', 'http://2130706434/']) {
      await expect(send(from(to)), to).rejects.toMatchObject(REFUSED)
      const answer = await send(from(to), { redirect: 'manual' })
      expect([answer.status, answer.headers.get('location')]).toEqual([302, to])
    }
  })

  it('gives up when the signal aborts', async () => {
    const lookup: LookupFunction = () => undefined
    const asking = new AbortController()
    const answer = publicFetch({ lookup })('https://provider.example/', { signal: asking.signal })
    asking.abort()
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
  })
})

/** Addresses that must not be reached: of every range, and those that matter most. */
const PRIVATE = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.254',
  '100.64.0.1',
  '100.100.100.200',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '169.254.170.2',
  '172.16.0.1',
  '172.31.255.254',
  '192.0.0.192',
  '192.168.0.1',
  '192.168.255.254',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
]

/** Ways to write an IPv4 address as the host of a URL. */
const SPELLINGS: readonly (readonly [string, (bytes: readonly number[]) => string])[] = [
  ['decimal bytes', (bytes) => bytes.join('.')],
  ['a dot at the end', (bytes) => `${bytes.join('.')}.`],
  ['one number', (bytes) => String(wordOf(bytes))],
  ['one hexadecimal number', (bytes) => `0x${wordOf(bytes).toString(16)}`],
  ['one hexadecimal number in capitals', (bytes) => `0X${wordOf(bytes).toString(16).toUpperCase()}`],
  ['one octal number', (bytes) => `0${wordOf(bytes).toString(8)}`],
  ['octal bytes', (bytes) => bytes.map((byte) => `0${byte.toString(8)}`).join('.')],
  ['octal bytes with many zeros', (bytes) => bytes.map((byte) => `0000${byte.toString(8)}`).join('.')],
  ['hexadecimal bytes', (bytes) => bytes.map((byte) => `0x${byte.toString(16)}`).join('.')],
  ['bytes of each kind', ([a = 0, b = 0, c = 0, d = 0]) => `0x${a.toString(16)}.0${b.toString(8)}.${c}.${d}`],
  ['two parts', ([a = 0, ...rest]) => `${a}.${wordOf([0, ...rest])}`],
  ['three parts', ([a = 0, b = 0, ...rest]) => `${a}.${b}.${wordOf([0, 0, ...rest])}`],
  ['wide digits', (bytes) => bytes.join('.').replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))],
  ['wide dots', (bytes) => bytes.join('。')],
  ['percent signs', (bytes) => bytes.join('.').replace(/\d/g, (digit) => `%3${digit}`)],
  ['IPv6, mapped', (bytes) => `[::ffff:${bytes.join('.')}]`],
  ['IPv6, mapped, in hexadecimal', (bytes) => `[::ffff:${groupsOf(bytes)}]`],
  ['IPv6, mapped, in full', (bytes) => `[0:0:0:0:0:FFFF:${groupsOf(bytes)}]`],
  ['IPv6, compatible', (bytes) => `[::${groupsOf(bytes)}]`],
  ['IPv6, translated', (bytes) => `[::ffff:0:${groupsOf(bytes)}]`],
  ['NAT64', (bytes) => `[64:ff9b::${bytes.join('.')}]`],
  ['NAT64 of a local network', (bytes) => `[64:ff9b:1::${groupsOf(bytes)}]`],
  ['6to4', (bytes) => `[2002:${groupsOf(bytes)}::]`],
  ['Teredo', (bytes) => `[2001:0:${groupsOf(bytes)}::1]`],
]

const IPV6 = [
  '::',
  '::1',
  '0::1',
  'fc00::1',
  'fd00:ec2::254',
  'fdff::1',
  'fe80::1',
  'febf::1',
  'fec0::1',
  'ff02::1',
  '2001:db8::1',
  '100::1',
]
const HOSTS = [
  ...PRIVATE.flatMap((address) =>
    SPELLINGS.map(([how, spell]) => [`${address} as ${how}`, spell(address.split('.').map(Number))] as const),
  ),
  ...IPV6.map((address) => [address, `[${address}]`] as const),
]

function wordOf(bytes: readonly number[]): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0)
}

function groupsOf([a = 0, b = 0, c = 0, d = 0]: readonly number[]): string {
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

describe('an address that is not public', () => {
  it(`is refused however it is written: ${HOSTS.length} ways`, async () => {
    const { lookup, asked } = nameServer(['93.184.215.14'])
    const send = publicFetch({ lookup })
    const reached: unknown[] = []
    for (const [how, host] of HOSTS) {
      const ended = await send(`http://${host}/`).then(
        () => 'reached',
        (error: { readonly cause?: { readonly code?: unknown } }) => error.cause?.code,
      )
      if (ended !== 'ERR_ADDRESS_NOT_PUBLIC') reached.push([how, ended])
    }
    expect(HOSTS.length).toBeGreaterThan(150)
    expect(reached).toEqual([])
    expect(asked).toEqual([])
  })

  it.each([...PRIVATE, ...IPV6, '::ffff:10.0.0.1', 'fe80::1%eth0', '64:ff9b::a00:1', '2002:a00:1::'])(
    'is refused when a name resolves to %s',
    async (address) => {
      await expect(publicFetch({ lookup: nameServer([address]).lookup })('https://provider.example/')).rejects.toMatchObject(REFUSED)
    },
  )

  it('is the same to this check as to lists of ranges, for every address', () => {
    const list = new BlockList()
    for (const range of ['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'])
      list.addSubnet(range.split('/')[0] ?? '', Number(range.split('/')[1]), 'ipv4')
    for (const range of [
      '192.0.2.0/24',
      '192.88.99.0/24',
      '192.168.0.0/16',
      '198.18.0.0/15',
      '198.51.100.0/24',
      '203.0.113.0/24',
      '224.0.0.0/3',
    ])
      list.addSubnet(range.split('/')[0] ?? '', Number(range.split('/')[1]), 'ipv4')
    const publicIpv6 = new BlockList()
    publicIpv6.addSubnet('2000::', 3, 'ipv6')
    const special = new BlockList()
    for (const range of ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'])
      special.addSubnet(range.split('/')[0] ?? '', Number(range.split('/')[1]), 'ipv6')

    fc.assert(
      fc.property(fc.ipV4(), (address) => isPublicAddress(address) === !list.check(address, 'ipv4')),
      { numRuns: 5_000 },
    )
    const ipv6 = fc.oneof(
      fc.ipV6(),
      fc
        .tuple(fc.constantFrom('2001:', '2002:', '3fff:', '2000:'), fc.nat(0xffff))
        .map(([first, second]) => `${first}${second.toString(16)}::1`),
    )
    fc.assert(
      fc.property(
        ipv6.filter((address) => !address.toLowerCase().startsWith('64:ff9b')),
        (address) => isPublicAddress(address) === (publicIpv6.check(address, 'ipv6') && !special.check(address, 'ipv6')),
      ),
      { numRuns: 5_000 },
    )
  })
})

describe('a vault on Node', () => {
  const keyring = localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }])
  const connection = (connectionId: string): { connectionId: string; issuer: string; clientId: string } => ({
    connectionId,
    issuer: `http://127.0.0.1:${port}`,
    clientId: 'c',
  })
  const start = (vault: ReturnType<typeof createVault>, connectionId: string): Promise<unknown> =>
    vault.authorization.start({ connectionId, userId: 'alice', redirectUri: 'https://app.example/callback' })

  it('sends nothing to private addresses for connections in the store, and whatever the code says for those in code', async () => {
    const vault = createVault({ store: memoryStore(), keyring, connections: [connection('code')], background: false })
    await vault.connections.create(connection('stored'))
    await expect(start(vault, 'stored')).rejects.toMatchObject({
      code: 'provider_unavailable',
      message: expect.stringContaining('ERR_ADDRESS_NOT_PUBLIC'),
    })
    expect(seen).toEqual([])
    await expect(start(vault, 'code')).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(seen.map(({ line }) => line)).toEqual(['GET /.well-known/openid-configuration'])
    await vault.close()
  })

  it('does so as well when an option is there and undefined', async () => {
    const options = {
      store: memoryStore(),
      keyring,
      connections: [],
      background: false,
      fetch: undefined,
      fetchForStoredConnections: undefined,
    }
    const vault = createVault(options as unknown as VaultOptions)
    await vault.connections.create(connection('stored'))
    await expect(start(vault, 'stored')).rejects.toMatchObject({ message: expect.stringContaining('ERR_ADDRESS_NOT_PUBLIC') })
    expect(seen).toEqual([])
    await vault.close()
  })

  it('uses the `fetch` that it is given for all of them, and another one for the store when that is given', async () => {
    const sent: string[] = []
    const recording =
      (name: string): typeof fetch =>
      async (url) => {
        sent.push(`${name} ${new URL(String(url)).pathname}`)
        return new Response(null, { status: 503 })
      }
    for (const more of [{}, { fetchForStoredConnections: recording('other') }]) {
      const vault = createVault({ store: memoryStore(), keyring, connections: [], background: false, fetch: recording('own'), ...more })
      await vault.connections.create(connection('stored'))
      await expect(start(vault, 'stored')).rejects.toMatchObject({ code: 'provider_unavailable' })
      await vault.close()
    }
    expect(sent).toEqual(['own /.well-known/openid-configuration', 'other /.well-known/openid-configuration'])
  })

  it('loses no credential when the name of its provider turns to a private address', async () => {
    const { store, clock, provider, connection: input } = vaultWorld()
    const options = { store, keyring, connections: [], clock, background: false }
    const before = createVault({ ...options, fetch: provider.fetch })
    await before.connections.create(input)
    const redirectUri = 'https://app.example/callback'
    const flow = await before.authorization.start({ connectionId: 'drive', userId: 'alice', redirectUri })
    await before.authorization.complete({ callbackUrl: `${redirectUri}?code=c&state=${flow.state}`, flowBinding: flow.flowBinding })
    await clock.advance(3_600_000)

    const { lookup, asked } = nameServer(['10.0.0.1'])
    const misled = createVault({ ...options, fetchForStoredConnections: publicFetch({ lookup }) })
    await expect(misled.getCredentials({ connectionId: 'drive', userId: 'alice' })).rejects.toMatchObject({ code: 'provider_unavailable' })
    expect(asked).toEqual(['provider.example'])
    await clock.advance(600_000)
    expect((await before.getCredentials({ connectionId: 'drive', userId: 'alice' })).accessToken).toBeTruthy()
    expect(provider.refreshes()).toBe(1)
  })
})
