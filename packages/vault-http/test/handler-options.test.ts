import { createVault, isVaultError, localKeyring } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { expect, it } from 'vitest'
import { createVaultHandler, type VaultHandlerOptions } from '../src/index.js'

const vault = createVault({ store: memoryStore(), keyring: localKeyring([{ id: 'k', key: new Uint8Array(32).fill(5) }]), connections: [] })

function fieldsOf(option: object): unknown {
  const options = { vault, publicUrl: 'http://localhost:4000', identify: () => undefined, ...option } as VaultHandlerOptions
  try {
    createVaultHandler(options)
  } catch (error) {
    return isVaultError(error, 'invalid_configuration') ? Object.keys(error.facts.fields ?? {}) : error
  }
  return []
}

it.each([
  ['accessTokenMaxAgeS', Number(undefined)],
  ['accessTokenMaxAgeS', '3600'],
  ['accessTokenMaxAgeS', 0],
  ['accessTokenMaxAgeS', -1],
  ['accessTokenMaxAgeS', Number.POSITIVE_INFINITY],
  ['rateLimit', true],
  ['verifyUsertoken', () => undefined],
  ['alowedReturnTo', ['https://app.example.com']],
  ['rateLimit', { limit: () => ({ allowed: true }) }],
])('refuses %s %j when the handler is made, and not each request', (name, value) => {
  expect(fieldsOf({ [name]: value })).toEqual([name])
})

it.each([
  ['accessTokenMaxAgeS', undefined],
  ['accessTokenMaxAgeS', 60],
  ['rateLimit', undefined],
  ['rateLimit', false],
  ['rateLimit', () => ({ allowed: true })],
])('takes %s %j', (name, value) => {
  expect(fieldsOf({ [name]: value })).toEqual([])
})
