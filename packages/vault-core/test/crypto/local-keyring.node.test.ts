import { format, inspect } from 'node:util'
import { expect, it } from 'vitest'
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
