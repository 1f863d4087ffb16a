import { format, inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Credentials } from '../src/index.js'
import { Secret } from '../src/secret.js'

const CANARY = 'canary-s3cret'
const secret = new Secret(CANARY)
const credentials = new Credentials({
  connectionId: 'c',
  userId: 'u',
  accountId: 'default',
  tokenType: 'Bearer',
  scope: undefined,
  expiresAt: undefined,
  fingerprint: 'f',
  properties: {},
  accessToken: secret,
})

describe.each([
  ['a Secret', secret],
  ['what getCredentials returns', credentials],
])('%s', (_name, value) => {
  it.each([
    ['JSON.stringify', () => JSON.stringify({ value })],
    ['a template string', () => `${String(value)}`],
    ['string concatenation', () => ''.concat(String(value))],
    ['util.inspect', () => inspect(value)],
    ['util.inspect of everything', () => inspect({ value }, { showHidden: true, depth: 20, customInspect: false, getters: false })],
    ['console formats', () => format('%s %j %o %O', value, value, value, value)],
    ['an error’s cause', () => inspect(new Error('failed', { cause: value }), { depth: 20, showHidden: true })],
    ['object spread', () => JSON.stringify({ ...value }) + inspect({ ...value }, { showHidden: true })],
    ['own keys', () => Reflect.ownKeys(value).map(String).join() + JSON.stringify(Object.entries(value))],
    ['structuredClone', () => inspect(cloneIfItCan(value), { depth: 20, showHidden: true })],
  ])('shows nothing through %s', (_way, show) => {
    expect(show()).not.toContain(CANARY)
  })
})

describe('reading on purpose', () => {
  it('is possible in one way each', () => {
    expect(secret.reveal()).toBe(CANARY)
    expect(credentials.accessToken).toBe(CANARY)
    const { accessToken } = credentials
    expect(accessToken).toBe(CANARY)
  })
})

/** What a clone holds, or how it was refused. */
function cloneIfItCan(value: object): unknown {
  try {
    return [structuredClone(value), structuredClone({ ...value })]
  } catch (error) {
    return error
  }
}
