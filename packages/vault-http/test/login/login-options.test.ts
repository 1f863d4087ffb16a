import { createVault, isVaultError, localKeyring, type Vault } from '@holdfast/vault-core'
import { createLogin, type Login } from '@holdfast/vault-login'
import { memoryStore } from '@holdfast/vault-store-memory'
import { beforeAll, describe, expect, it } from 'vitest'
import { createVaultHandler, type VaultHandler, type VaultHandlerOptions } from '../../src/index.js'
import { APP_URL, VAULT_URL } from './login-world.js'

let vault: Vault
let login: Login

beforeAll(() => {
  vault = createVault({
    store: memoryStore(),
    keyring: localKeyring([{ id: 'k', key: new Uint8Array(32).fill(7) }]),
    connections: [],
    background: false,
  })
  login = createLogin({ vault, publicUrl: VAULT_URL, applications: [{ applicationId: 'app_default', redirectUrls: [`${APP_URL}/`] }] })
})

const handlerWith = (options: Partial<VaultHandlerOptions>): VaultHandler =>
  createVaultHandler({ vault, publicUrl: VAULT_URL, identify: () => undefined, rateLimit: false, ...options })

const fieldsOf = (options: Partial<VaultHandlerOptions>): readonly string[] => {
  try {
    handlerWith(options)
    return []
  } catch (error) {
    if (isVaultError(error, 'invalid_configuration')) return Object.keys(error.facts.fields ?? {})
    throw error
  }
}

describe('the options of a login', () => {
  it('want the login’s own origin, without a path', () => {
    expect(fieldsOf({ login })).toEqual([])
    expect(fieldsOf({ login, publicUrl: `${VAULT_URL}/` })).toEqual([])
    expect(fieldsOf({ login, publicUrl: `${VAULT_URL}/vault` })).toEqual(['publicUrl'])
    expect(fieldsOf({ login, publicUrl: 'https://other.example.com' })).toEqual(['publicUrl'])
  })

  it.each(['example.com', 'auth.example.com'])('take %s as the domain of cookies', (cookieDomain) => {
    expect(fieldsOf({ login, cookieDomain })).toEqual([])
  })

  it.each([
    'com',
    '.example.com',
    'app.example.com',
    'xample.com',
    'example.net',
    'Example.com',
    'https://example.com',
    'example.com; Path=/x',
    '',
  ])('refuse "%s" as the domain of cookies', (cookieDomain) => {
    expect(fieldsOf({ login, cookieDomain })).toEqual(['cookieDomain'])
  })

  it('refuse a domain for cookies without a login, and on loopback', () => {
    expect(fieldsOf({ cookieDomain: 'example.com' })).toEqual(['cookieDomain'])
    const local = createLogin({
      vault,
      publicUrl: 'http://localhost:4000',
      applications: [{ applicationId: 'app_default', redirectUrls: ['http://localhost:3000/'] }],
    })
    expect(fieldsOf({ login: local, publicUrl: 'http://localhost:4000', cookieDomain: 'localhost' })).toEqual(['cookieDomain'])
  })
})

describe('without a login', () => {
  it('none of its paths is the vault’s, and none of them in the description', async () => {
    const handler = handlerWith({})
    for (const path of ['/login', '/logout', '/api/session', '/api/authentication', '/.well-known/openid-configuration']) {
      expect(handler.handles(path), path).toBe(false)
      expect(handlerWith({ login }).handles(path), path).toBe(true)
    }
    const document = await (await handler(new Request(`${VAULT_URL}/openapi.json`), undefined)).text()
    expect(document).not.toMatch(/\/api\/|session/)
  })

  it('with one, too, other paths below /api stay the host’s', () => {
    const handler = handlerWith({ login })
    for (const path of ['/api', '/api/files', '/api/session/x', '/login/x', '/settings', '/api/authentication/x/y']) {
      expect(handler.handles(path), path).toBe(false)
    }
  })
})
