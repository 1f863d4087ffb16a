import { format, inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { canariesIn } from '../../../vault-core/test/fixtures/canary.js'
import { manualClock } from '../../../vault-core/test/fixtures/manual-clock.js'
import type { ServiceClientOptions } from '../../src/service/index.js'
import { ALICE, type Fault, faultyVault, token } from './faulty-vault.js'

const PROVIDER_TOKEN = 'canary-provider-token-0123456789'

/** What a logger, a console or a crash reporter would show. */
const showings = (value: unknown): string =>
  [
    JSON.stringify({ value }),
    String(value),
    inspect(value, { depth: 20 }),
    inspect(value, { depth: 20, showHidden: true, customInspect: false }),
    format('%s %j %o %O', value, value, value, value),
    value instanceof Error ? `${value.stack} ${JSON.stringify(Object.entries(value))}` : '',
  ].join('\n')

/** Secrets of a vault's client: its private key, and the tokens that it signed and was given. */
function secretsOf({ accessKey, requests }: ReturnType<typeof faultyVault>): string[] {
  const privateKey = accessKey.split('.')[3] ?? ''
  const signatures = requests.map(({ headers }) => headers.get('authorization')?.split('.')[2] ?? '')
  return [privateKey.slice(21), PROVIDER_TOKEN, ...signatures].filter(Boolean)
}

/** A library whose errors hold what was sent. */
const tellingFetch: Fault = (request) => {
  const config = { headers: Object.fromEntries(request.headers) }
  throw Object.assign(new Error(`failed: ${config.headers.authorization}`), {
    config,
    cause: Object.assign(new Error('no'), { config, code: config.headers.authorization }),
  })
}

/** A server that answers with what it was sent. */
const echo =
  (status: number): Fault =>
  (request) => {
    const text = `No: ${request.headers.get('authorization')}`
    return Response.json({ title: text, reason: text, errorId: text, errorCode: 'unauthenticated' }, { status })
  }

describe('nothing secret shows', () => {
  it.each<[string, Fault, Partial<ServiceClientOptions>]>([
    ['a library’s error that holds the request', tellingFetch, {}],
    ['an answer that quotes the token', echo(401), {}],
    ['a 503 that quotes it, once retries are over', echo(503), {}],
    ['an answer that is no credential', () => Response.json({ accessToken: `${PROVIDER_TOKEN}\n`, refresh_token: PROVIDER_TOKEN }), {}],
    ['an answer that is no JSON', () => new Response(PROVIDER_TOKEN), {}],
    ['an answer of another service', () => new Response(PROVIDER_TOKEN, { status: 404 }), {}],
  ])('in the error after %s', async (_name, fault, options) => {
    const clock = manualClock()
    const vault = faultyVault(fault)
    const reading = vault
      .client({ clock, ...options })
      .getCredentials(ALICE)
      .then(
        () => undefined,
        (error: unknown) => error,
      )
    await clock.advance(60_000)
    const error = await reading
    expect(error).toMatchObject({ name: 'VaultClientError', code: expect.any(String) })
    const secrets = secretsOf(vault)
    expect(secrets.length).toBeGreaterThan(2)
    expect(canariesIn(showings(error), secrets)).toEqual([])
  })

  it('in the client, and in the credentials, whose token is there for whoever asks', async () => {
    const vault = faultyVault(() => token(PROVIDER_TOKEN))
    const client = vault.client()
    const credentials = await client.getCredentials(ALICE)
    const shown = showings({ client, credentials, fetch: client.fetch(ALICE), spread: { ...credentials } })
    expect(canariesIn(shown, secretsOf(vault))).toEqual([])
    expect(shown).toContain('Bearer')
    const { accessToken } = credentials
    expect(accessToken).toBe(PROVIDER_TOKEN)
  })

  it('in a message of one line, however the vault writes', async () => {
    const title = 'one\ntwo\u001b[31m\u2028three\u0007'
    const vault = faultyVault(() => Response.json({ title, reason: title, errorId: title, errorCode: 'not_found' }, { status: 404 }))
    const error: unknown = await vault
      .client()
      .getCredentials(ALICE)
      .catch((failure: unknown) => failure)
    expect(String(error)).toBe('VaultClientError: one two [31m three  (404)')
    expect(error).toMatchObject({ reason: 'one two [31m three ', errorId: 'one two [31m three ' })
  })

  it('and a message is not endless', async () => {
    const long = 'x'.repeat(100_000)
    const vault = faultyVault(() => Response.json({ title: long, reason: long, errorId: long, errorCode: 'not_found' }, { status: 404 }))
    const error: unknown = await vault
      .client()
      .getCredentials(ALICE)
      .catch((failure: unknown) => failure)
    expect(String(error).length).toBeLessThan(600)
    expect(JSON.stringify(error).length).toBeLessThan(1_200)
  })
})
