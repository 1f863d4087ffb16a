import { describe, expect, it } from 'vitest'
import { createServiceClient, type ServiceClientOptions } from '../../src/service/index.js'
import { ALICE, faultyVault, token } from './faulty-vault.js'

const { accessKey } = faultyVault(() => token('t'))
const [clientId, keyId, accountId, privateKey = ''] = accessKey.split('.')

const create = (options: Partial<Record<keyof ServiceClientOptions, unknown>>) =>
  // What callers without types may pass, too.
  createServiceClient({ url: 'https://vault.example.com', accessKey, ...options } as ServiceClientOptions)

describe('createServiceClient', () => {
  it.each([
    ['no key at all', undefined],
    ['an empty one', ''],
    ['the short form of the documentation', 'sc_aaa.acc_001.secret'],
    ['a key without its private half', `${clientId}.${keyId}.${accountId}.`],
    ['a part too many', `${accessKey}.more`],
    ['a missing client id', `.${keyId}.${accountId}.${privateKey}`],
    ['a private half that was cut', accessKey.slice(0, -1)],
    ['a private half of another kind', `${clientId}.${keyId}.${accountId}.${btoa('x'.repeat(48))}`],
  ])('refuses %s, and says nothing of it', (_name, given) => {
    const failure = failureOf(() => create({ accessKey: given }))
    expect(failure).toMatchObject({ code: 'invalid_configuration', message: expect.stringContaining('`accessKey`') })
    expect(JSON.stringify(failure) + String(failure)).not.toContain(privateKey.slice(21, 40))
  })

  it('takes a key with the white space of a file around it', async () => {
    const vault = faultyVault(() => token('t'))
    expect((await vault.client({ accessKey: ` ${vault.accessKey}\n` }).getCredentials(ALICE)).accessToken).toBe('t')
  })

  it.each([
    undefined,
    '',
    'vault.example.com',
    'http://vault.example.com',
    'ftp://vault.example.com',
    'https://user@vault.example.com',
    'https://vault.example.com/?a=b',
    'https://vault.example.com/#a',
    'http://127.0.0.2',
  ])('refuses the URL %j', (url) => {
    expect(failureOf(() => create({ url }))).toMatchObject({ code: 'invalid_configuration', message: expect.stringContaining('`url`') })
  })

  it.each(['http://localhost:3000', 'http://127.0.0.1:3000/', 'http://[::1]:3000/vault', 'https://vault.example.com//'])(
    'takes the URL %s',
    (url) => {
      expect(create({ url })).toBeDefined()
    },
  )

  it.each(['https://vault.example.com/base#', 'https://vault.example.com/base/?', 'https://vault.example.com/base/?#'])(
    'asks below the path of %s',
    async (url) => {
      const vault = faultyVault(() => token('t'))
      await vault.client({ url }).getCredentials(ALICE)
      expect(vault.requests[0]?.url).toBe('https://vault.example.com/base/v1/connections/demo/users/alice/credentials')
    },
  )

  it.each([
    ['attempts', { attempts: 0 }],
    ['timeoutMs', { timeoutMs: Number.NaN }],
    ['maxRetryAfterMs', { maxRetryAfterMs: '9' }],
    ['maxEntries', { cache: { maxEntries: -1 } }],
    ['maxAgeMs', { cache: { maxAgeMs: null } }],
  ])('refuses a wrong %s, and names it', (name, options) => {
    expect(failureOf(() => create(options))).toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringContaining(`\`${name}\``),
    })
  })
})

function failureOf(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}
