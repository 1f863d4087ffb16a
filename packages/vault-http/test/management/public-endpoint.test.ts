import { describe, expect, it } from 'vitest'
import { assertPublicEndpoints, isPrivateHost } from '../../src/management/public-endpoint.js'
import { managementWorld } from './fixtures/management-world.js'

const hostOf = (host: string): string => new URL(`https://${host}/`).hostname

describe('an endpoint of a connection that comes over the API', () => {
  it.each([
    'localhost',
    'LOCALHOST.',
    'a.localhost',
    'printer.local',
    'vault.internal',
    'metadata.google.internal',
    'router.lan',
    'x.home.arpa',
    'intranet',
    '0.0.0.0',
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '2130706433',
    '017700000001',
    '127.0.0.1.',
    '１２７.０.０.１',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '100.127.255.255',
    '169.254.169.254',
    '0xa9fea9fe',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '192.0.0.8',
    '192.0.2.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '255.255.255.255',
    '[::]',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::7f00:1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '[ff02::1]',
    '[2002:7f00:1::]',
    '[2001::1]',
    '[2001:0:53aa:64c::1]',
    '[2001:db8::1]',
  ])('is not on %s', (host) => {
    expect(isPrivateHost(hostOf(host))).toBe(true)
  })

  it.each([
    'accounts.google.com',
    'login.example.co.uk',
    'localhost.example.com',
    'local.example.com',
    'internal.example.com',
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '126.255.255.255',
    '128.0.0.1',
    '169.253.1.1',
    '172.15.0.1',
    '172.32.0.1',
    '192.167.1.1',
    '192.169.1.1',
    '198.17.0.1',
    '198.20.0.1',
    '223.255.255.255',
    '[2606:4700::1111]',
    '[2001:4860:4860::8888]',
    '[2a00:1450::1]',
  ])('may be on %s', (host) => {
    expect(isPrivateHost(hostOf(host))).toBe(false)
  })

  it('is refused by its name on the wire, when it is created and when it is changed, and nothing is stored', async () => {
    const { call, vault } = await managementWorld()
    const good = { connectionId: 'c1', authenticationUrl: 'https://p.example/a', tokenUrl: 'https://p.example/t', clientId: 'c' }
    const bad = {
      ...good,
      tokenUrl: 'https://169.254.169.254/latest/meta-data',
      data: { oidcUserEndpointUrl: 'https://[::1]/userinfo' },
      revocation: { url: 'https://10.0.0.1/revoke' },
    }
    const refusal = {
      errorCode: 'invalid_request',
      fields: { tokenUrl: expect.any(String), 'data.oidcUserEndpointUrl': expect.any(String), 'revocation.url': expect.any(String) },
    }
    const created = await call('POST', '/v1/connections', { body: bad })
    expect(created).toMatchObject({ status: 400, body: refusal })
    await expect(vault.connections.describe('c1')).rejects.toMatchObject({ code: 'connection_not_found' })

    expect((await call('POST', '/v1/connections', { body: good })).status).toBe(201)
    expect(await call('PUT', '/v1/connections/c1', { body: bad })).toMatchObject({ status: 400, body: refusal })
    expect(await vault.connections.describe('c1')).toMatchObject({ tokenEndpoint: good.tokenUrl })
    const withIssuer = { connectionId: 'c2', issuerUrl: 'https://10.0.0.1', clientId: 'c' }
    expect(await call('POST', '/v1/connections', { body: withIssuer })).toMatchObject({
      status: 400,
      body: { fields: { issuerUrl: expect.any(String) } },
    })
  })

  it.each([
    ['http://localhost:3000', 'http://127.0.0.1:4000', true],
    ['http://127.0.0.1:3000', 'http://localhost:4000', true],
    ['http://[::1]:3000', 'http://[::1]:4000', true],
    ['http://localhost:3000', 'http://192.168.1.1', false],
    ['http://localhost:3000', 'http://169.254.169.254', false],
    ['https://vault.example.com', 'http://localhost:4000', false],
    ['https://localhost.example.com', 'http://localhost:4000', false],
  ])('of a vault at %s may be %s: %s', (origin, issuer, may) => {
    const check = (): void => assertPublicEndpoints({ issuer }, origin)
    if (may) expect(check).not.toThrow()
    else expect(check).toThrow(expect.objectContaining({ code: 'invalid_request', facts: { fields: { issuerUrl: expect.any(String) } } }))
  })
})
