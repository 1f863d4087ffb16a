import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, isIP, type LookupFunction } from 'node:net'
import { type ConnectionInput, localKeyring, type Vault } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createVault, publicFetch } from '../src/index.js'

// What a server says of itself, and names that lead into a private network, over real sockets and with a resolver of the test's own.
let server: Server
let port: number
let metadata: Record<string, unknown>
const arrived: string[] = []
const vaults: Vault[] = []

beforeEach(async () => {
  arrived.length = 0
  server = createServer((request, response) => {
    arrived.push(`${request.headers.host} ${request.url}`)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(request.url === '/token' ? { access_token: 'at', token_type: 'Bearer', expires_in: 60 } : metadata))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})

afterEach(async () => {
  await Promise.all(vaults.splice(0).map((vault) => vault.close()))
  server.closeAllConnections()
  server.close()
})

/** Every name leads to this machine, as after DNS rebinding. */
const toThisMachine: LookupFunction = (_hostname, options, callback) => {
  if (options.all) callback(null, [{ address: '127.0.0.1', family: isIP('127.0.0.1') }])
  else callback(null, '127.0.0.1', 4)
}

function vaultWith(connections: readonly ConnectionInput[], allow: (address: string) => boolean = () => false): Vault {
  const vault = createVault({
    store: memoryStore(),
    keyring: localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(3) }]),
    connections,
    fetchForStoredConnections: publicFetch({ lookup: toThisMachine, allow }),
    background: false,
  })
  vaults.push(vault)
  return vault
}

const robotAt = (issuer: string): ConnectionInput => ({
  connectionId: 'robot',
  issuer,
  clientId: 'robot',
  clientSecret: 'a-secret-of-the-tests',
  grant: { type: 'client_credentials' },
  allowInsecureRequests: true,
})

function metadataOf(issuer: string, tokenHost: string): void {
  metadata = { issuer, authorization_endpoint: `${issuer}/auth`, token_endpoint: `http://${tokenHost}:${port}/token` }
}

const failed = (vault: Vault): Promise<unknown> => vault.getCredentials({ connectionId: 'robot' }).catch((error: unknown) => error)

describe('a connection in code', () => {
  it('is not sent into a private network by what its issuer says', async () => {
    const issuer = `http://127.0.0.1:${port}`
    metadataOf(issuer, 'tokens.example')
    expect(await failed(vaultWith([robotAt(issuer)]))).toMatchObject({ code: 'provider_unavailable' })
    expect(arrived.map((line) => line.split(' ')[1])).not.toContain('/token')
    const allowing = vaultWith([robotAt(issuer)], (address) => address === '127.0.0.1')
    expect((await allowing.getCredentials({ connectionId: 'robot' })).accessToken).toBe('at')
    expect(arrived).toContain(`tokens.example:${port} /token`)
  })

  it('may name a host of its own', async () => {
    const issuer = `http://127.0.0.1:${port}`
    metadataOf(issuer, '127.0.0.1')
    expect((await vaultWith([robotAt(issuer)]).getCredentials({ connectionId: 'robot' })).accessToken).toBe('at')
  })
})

describe('a connection in the store', () => {
  it.each(['issuer.example', '127.0.0.1', '2130706433', '[::ffff:127.0.0.1]'])('does not reach an issuer at %s', async (host) => {
    const issuer = `http://${host}:${port}`
    metadataOf(issuer, 'tokens.example')
    const vault = vaultWith([])
    const { connectionId, ...robot } = robotAt(issuer)
    await vault.connections.put({ connectionId, ...robot })
    expect(await failed(vault)).toMatchObject({ code: 'provider_unavailable' })
    expect(arrived).toEqual([])
  })

  it('reaches what is allowed', async () => {
    const issuer = `http://issuer.example:${port}`
    metadataOf(issuer, 'issuer.example')
    const vault = vaultWith([], (address) => address === '127.0.0.1')
    await vault.connections.put(robotAt(issuer))
    expect((await vault.getCredentials({ connectionId: 'robot' })).accessToken).toBe('at')
    expect(arrived).toEqual([`issuer.example:${port} /.well-known/openid-configuration`, `issuer.example:${port} /token`])
  })
})
