import { describe, expect, it } from 'vitest'
import type { ConnectionInput } from '../../src/index.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'

const ENDPOINT = 'https://provider.example/device'
const CODE = {
  device_code: 'canary-device-code',
  user_code: 'WDJB-MJHT',
  verification_uri: 'https://provider.example/activate',
  verification_uri_complete: 'https://provider.example/activate?code=WDJB-MJHT',
  expires_in: 900,
  interval: 5,
}
const TOKENS = {
  access_token: 'canary-access-1',
  refresh_token: 'canary-refresh-1',
  token_type: 'Bearer',
  expires_in: 3600,
  scope: 'files.read',
}
const refusal = (error: string, status = 400): Response => Response.json({ error }, { status })

/** A provider that answers as it is told; a real one is in the demo provider’s tests. */
function faultyDeviceWorld(overrides: Partial<ConnectionInput> = {}) {
  const started: URLSearchParams[] = []
  const asked: URLSearchParams[] = []
  const answers: (Response | Error)[] = []
  let code: object | (() => Response) = CODE
  const world = vaultWorld({ deviceAuthorizationEndpoint: ENDPOINT, ...overrides })
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const form = new URLSearchParams(String(init?.body))
    if (String(input) === ENDPOINT) {
      started.push(form)
      return typeof code === 'function' ? code() : Response.json(code)
    }
    asked.push(form)
    const answer = answers.shift() ?? refusal('authorization_pending')
    if (answer instanceof Error) throw answer
    return answer
  }
  return {
    ...world,
    started,
    asked,
    answers,
    answerWith: (body: object | (() => Response)): void => {
      code = body
    },
    open: () => world.vault({ fetch }),
  }
}

describe('a flow on another device', () => {
  it('tells what to show, asks as the application, and stores what comes', async () => {
    const { open, started, asked, answers, clock } = faultyDeviceWorld({
      resource: 'https://files.example/',
      defaultConnectionProperties: { scope: 'files.read', prompt: 'consent' },
    })
    const vault = open()
    const flow = await vault.authorization.startDevice({ ...ALICE, connectionProperties: { audience: 'files' } })
    expect(flow).toMatchObject({
      userCode: 'WDJB-MJHT',
      verificationUri: CODE.verification_uri,
      verificationUriComplete: CODE.verification_uri_complete,
      expiresAt: new Date(clock.now() + 900_000),
      intervalMs: 5_000,
    })
    // What is for a browser stays out.
    expect(Object.fromEntries(started[0] ?? [])).toEqual({
      client_id: 'client-1',
      scope: 'files.read',
      audience: 'files',
      resource: 'https://files.example/',
    })
    answers.push(Response.json(TOKENS))
    const polled = await vault.authorization.pollDevice({ handle: flow.handle })
    expect(polled).toMatchObject({ status: 'connected', ...ALICE, accountId: 'default', scope: 'files.read', hasRefreshToken: true })
    expect(polled).not.toHaveProperty('returnTo')
    expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: 'canary-device-code',
    })
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-1')
    await expect(vault.authorization.pollDevice({ handle: flow.handle })).rejects.toMatchObject({ code: 'authorization_flow_invalid' })
    expect(asked).toHaveLength(1)
  })

  it('is asked about by one at a time, no more often than the provider wants, also by other processes', async () => {
    const { open, asked, answers, clock } = faultyDeviceWorld()
    const [vault, other] = [open(), open()]
    const { handle } = await vault.authorization.startDevice(ALICE)
    const poll = (of = vault) => of.authorization.pollDevice({ handle })
    expect(await poll()).toEqual({ status: 'pending', retryAfterMs: 5_000 })
    expect(await poll(other)).toEqual({ status: 'pending', retryAfterMs: 5_000 })
    await clock.advance(3_000)
    expect(await poll(other)).toEqual({ status: 'pending', retryAfterMs: 2_000 })
    expect(asked).toHaveLength(1)
    await clock.advance(2_000)
    answers.push(refusal('slow_down'))
    expect(await poll(other)).toEqual({ status: 'pending', retryAfterMs: 10_000 })
    await clock.advance(10_000)
    // From then on, as RFC 8628 says.
    expect(await poll()).toEqual({ status: 'pending', retryAfterMs: 10_000 })
    expect(asked).toHaveLength(3)
  })

  it.each<[string, Response, string, string | undefined]>([
    ['a no', refusal('access_denied'), 'authorization_denied', 'access_denied'],
    ['a code that ended', refusal('expired_token'), 'authorization_flow_invalid', 'expired'],
    ['a code that was used', refusal('invalid_grant'), 'authorization_flow_invalid', 'expired'],
  ])('ends with %s', async (_what, answer, code, reason) => {
    const { open, asked, answers } = faultyDeviceWorld()
    const vault = open()
    const { handle } = await vault.authorization.startDevice(ALICE)
    answers.push(answer)
    await expect(vault.authorization.pollDevice({ handle })).rejects.toMatchObject({ code, facts: { reason } })
    await expect(vault.authorization.pollDevice({ handle })).rejects.toMatchObject({ code: 'authorization_flow_invalid' })
    expect(asked).toHaveLength(1)
  })

  it.each<[string, Response | Error, string]>([
    ['a provider that fails', new Response('<html>', { status: 502 }), 'provider_unavailable'],
    ['no answer', new TypeError('fetch failed'), 'provider_unavailable'],
    ['an application that is refused', refusal('invalid_client', 401), 'provider_rejected_client'],
  ])('goes on after %s', async (_what, answer, code) => {
    const { open, answers, clock } = faultyDeviceWorld()
    const vault = open()
    const { handle } = await vault.authorization.startDevice(ALICE)
    answers.push(answer)
    await expect(vault.authorization.pollDevice({ handle })).rejects.toMatchObject({ code })
    await clock.advance(5_000)
    answers.push(Response.json(TOKENS))
    expect(await vault.authorization.pollDevice({ handle })).toMatchObject({ status: 'connected' })
  })

  it('is not quoted, whatever the provider says of it', async () => {
    const { open, answers, logLines } = faultyDeviceWorld()
    const vault = open()
    const { handle } = await vault.authorization.startDevice(ALICE)
    answers.push(refusal('unknown canary-device-code'))
    const refused = await vault.authorization.pollDevice({ handle }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'authorization_response_invalid', facts: { reason: 'unknown_error' } })
    expect(`${refused}${JSON.stringify([refused, logLines])}`).not.toContain('canary-device-code')
  })

  it('is over when its time is, whoever asks', async () => {
    const { open, asked, clock, store } = faultyDeviceWorld()
    const vault = open()
    const { handle } = await vault.authorization.startDevice(ALICE)
    await clock.advance(900_000)
    await expect(vault.authorization.pollDevice({ handle })).rejects.toMatchObject({ code: 'authorization_flow_invalid' })
    expect(asked).toHaveLength(0)
    expect((await store.documents.list({ tenant: 'default', kind: 'device_flow', limit: 10 })).items).toEqual([])
  })

  it('is removed by the next one when nobody asked about it any more', async () => {
    const { open, clock, store } = faultyDeviceWorld()
    const vault = open()
    await vault.authorization.startDevice(ALICE)
    await clock.advance(900_000 + 600_001)
    await vault.authorization.startDevice(ALICE)
    expect((await store.documents.list({ tenant: 'default', kind: 'device_flow', limit: 10 })).items).toHaveLength(1)
  })

  it('keeps what it waits for sealed, and its handle out of the store', async () => {
    const { open, store } = faultyDeviceWorld()
    const { handle } = await open().authorization.startDevice(ALICE)
    const { items } = await store.documents.list({ tenant: 'default', kind: 'device_flow', limit: 10 })
    const kept = JSON.stringify(items)
    for (const secret of ['canary-device-code', handle, 'alice']) expect(kept).not.toContain(secret)
  })

  it('is not another user’s, nor of a handle that was guessed', async () => {
    const { open, asked, clock } = faultyDeviceWorld()
    const vault = open()
    const { handle } = await vault.authorization.startDevice(ALICE)
    await expect(vault.authorization.pollDevice({ handle, userId: 'mallory' })).rejects.toMatchObject({
      code: 'authorization_flow_invalid',
      facts: { reason: 'user' },
    })
    for (const guess of ['', 'x'.repeat(43), `${handle}x`, undefined as unknown as string])
      await expect(vault.authorization.pollDevice({ handle: guess })).rejects.toMatchObject({ code: 'authorization_flow_invalid' })
    expect(asked).toHaveLength(0)
    await clock.advance(5_000)
    expect(await vault.authorization.pollDevice({ handle, userId: 'alice' })).toMatchObject({ status: 'pending' })
  })
})

describe('waiting for another device', () => {
  it('asks until it is decided, less often while the provider fails', async () => {
    const { open, asked, answers, clock } = faultyDeviceWorld()
    const vault = open()
    const { handle } = await vault.authorization.startDevice(ALICE)
    answers.push(
      refusal('authorization_pending'),
      new TypeError('fetch failed'),
      new TypeError('fetch failed'),
      refusal('slow_down'),
      Response.json(TOKENS),
    )
    const waiting = vault.authorization.waitForDevice({ handle })
    const counts: number[] = []
    for (const ms of [0, 5_000, 10_000, 20_000, 10_000]) {
      await clock.advance(ms)
      counts.push(asked.length)
    }
    expect(counts).toEqual([1, 2, 3, 4, 5])
    expect(await waiting).toMatchObject({ ...ALICE, hasRefreshToken: true })
  })

  it('ends with its signal, and the flow goes on', async () => {
    const { open, answers, clock } = faultyDeviceWorld()
    const vault = open()
    const { handle } = await vault.authorization.startDevice(ALICE)
    const controller = new AbortController()
    const waiting = vault.authorization.waitForDevice({ handle, signal: controller.signal })
    const refused = expect(waiting).rejects.toThrow('enough')
    await clock.advance(1_000)
    controller.abort(new Error('enough'))
    await refused
    await clock.advance(5_000)
    answers.push(Response.json(TOKENS))
    expect(await vault.authorization.pollDevice({ handle })).toMatchObject({ status: 'connected' })
  })
})

describe('the beginning of a flow on another device', () => {
  it.each<[string, object | (() => Response), string, string]>([
    ['no device code', { ...CODE, device_code: undefined }, 'provider_unavailable', 'it sent no device_code'],
    ['a user code of control characters', { ...CODE, user_code: 'a\u0007' }, 'provider_unavailable', 'it sent no user_code'],
    [
      'an address that is none',
      { ...CODE, verification_uri: 'javascript:alert(1)' },
      'provider_unavailable',
      'it sent no verification_uri',
    ],
    ['an address by http', { ...CODE, verification_uri: 'http://provider.example' }, 'provider_unavailable', 'it sent no verification_uri'],
    ['no time to consent in', { ...CODE, expires_in: undefined }, 'provider_unavailable', 'it sent no expires_in'],
    ['a time that is none', { ...CODE, expires_in: 'soon' }, 'provider_unavailable', 'it sent no expires_in'],
    ['a refusal', () => refusal('unauthorized_client'), 'provider_rejected_client', 'unauthorized_client'],
    ['a failure', () => new Response('', { status: 500 }), 'provider_unavailable', 'http_500'],
  ])('fails on %s', async (_what, body, code, reason) => {
    const { open, answerWith } = faultyDeviceWorld()
    answerWith(body)
    await expect(open().authorization.startDevice(ALICE)).rejects.toMatchObject({ code, facts: { reason } })
  })

  it('reads the address by the name that a draft gave it, and does without an interval', async () => {
    const { open, answerWith } = faultyDeviceWorld()
    const { verification_uri: url, verification_uri_complete: _complete, interval: _interval, ...rest } = CODE
    answerWith({ ...rest, verification_url: url, verification_uri_complete: 'javascript:alert(1)' })
    expect(await open().authorization.startDevice(ALICE)).toMatchObject({
      verificationUri: url,
      verificationUriComplete: undefined,
      intervalMs: 5_000,
    })
  })

  it.each<[string, Record<string, unknown>, string[]]>([
    ['no user', { connectionId: 'drive' }, ['userId']],
    ['two accounts that are meant', { ...ALICE, accountId: 'a', addAccount: true }, ['addAccount']],
    ['a parameter of the protocol', { ...ALICE, connectionProperties: { client_id: 'x' } }, ['connectionProperties.client_id']],
  ])('is refused with %s', async (_what, request, fields) => {
    const { open } = faultyDeviceWorld()
    const refused = await open()
      .authorization.startDevice(request as never)
      .catch((error: unknown) => error)
    expect(Object.keys((refused as { facts: { fields: object } }).facts.fields)).toEqual(fields)
  })

  it('needs an endpoint, and no other but that of tokens', async () => {
    const { connection, vault } = vaultWorld()
    await expect(vault().authorization.startDevice(ALICE)).rejects.toMatchObject({
      code: 'invalid_configuration',
      facts: { fields: { deviceAuthorizationEndpoint: 'is missing' } },
    })
    const { authorizationEndpoint: _endpoint, ...device } = connection
    expect(() => vault({ connections: [{ ...device, deviceAuthorizationEndpoint: ENDPOINT }] })).not.toThrow()
    expect(() => vault({ connections: [device as ConnectionInput] })).toThrow('authorizationEndpoint')
  })
})
