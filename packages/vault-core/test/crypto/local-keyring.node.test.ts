import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { localKeyring } from '../../src/crypto/local-keyring.js'

const key = 'Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LWNhbmE='
const keyring = localKeyring([{ id: 'k', key }])
const printedBytes = /99, +97, +110|63 +61 +6e|canary|Y2FuYXJ5/i

it.each([
  ['util.inspect', () => inspect(keyring)],
  ['util.inspect of everything', () => inspect({ keyring }, { showHidden: true, depth: 20, customInspect: false, getters: true })],
  ['console formats', () => format('%s %j %o %O', keyring, keyring, keyring, keyring)],
  ['an error’s cause', () => inspect(new Error('failed', { cause: keyring }), { depth: 20, showHidden: true })],
  ['the text of its functions', () => Object.values(keyring).map(String).join()],
])('a local keyring shows no key through %s', (_way, show) => {
  expect(printedBytes.test(inspect(Buffer.from(key, 'base64')))).toBe(true)
  expect(show()).not.toMatch(printedBytes)
})

describe('the example key of the documentation', () => {
  const example = { id: 'k1', key: 'aG9sZGZhc3QgZXhhbXBsZSBrZXksIG5vdCBzZWNyZXQ=' }
  const { NODE_ENV } = process.env
  afterEach(() => {
    process.env.NODE_ENV = NODE_ENV
  })

  it('is the one that the README shows', () => {
    expect(readFileSync(join(import.meta.dirname, '../../../../README.md'), 'utf8')).toContain(example.key)
  })

  it.each(['development', ''])('is taken where NODE_ENV is %j', (value) => {
    process.env.NODE_ENV = value
    expect(localKeyring([example]).current()).toBe('k1')
  })

  it('is refused in production, as bytes too, in front or behind, with a sentence that says how to mend it', () => {
    process.env.NODE_ENV = 'production'
    const other = { id: 'k2', key: new Uint8Array(32).fill(9) }
    const bytes = { id: 'k1', key: Uint8Array.from(Buffer.from(example.key, 'base64')) }
    for (const keys of [[example], [bytes], [other, example]])
      expect(() => localKeyring(keys)).toThrow(
        expect.objectContaining({ code: 'invalid_configuration', message: expect.stringMatching(/"k1" is the example.*openssl rand/) }),
      )
    expect(localKeyring([other]).current()).toBe('k2')
  })
})
