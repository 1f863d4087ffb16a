import { createLogin } from '@holdfast/vault-login'
import { memoryStore } from '@holdfast/vault-store-memory'
import { describe, expect, it } from 'vitest'
import { createHandOutGuard } from '../src/hand-outs/hand-out-guard.js'
import { createVaultHandler, type HandOut, type HandOutOptions } from '../src/index.js'
import { type Answer, type ExchangeWorld, exchangeWorld, PUBLIC_URL } from './token-exchange-world.js'

const USERS = ['ann', 'ben', 'cid', 'dan', 'eve'] as const
const FROZEN = {
  status: 403,
  body: { errorCode: 'hand_out_frozen', title: expect.stringContaining('operator'), errorId: expect.any(String) },
}
const EXCHANGE_FROZEN = { status: 403, body: { error: 'access_denied', errorCode: 'hand_out_frozen' } }

interface Handed extends ExchangeWorld {
  readonly clientId: string
  readonly token: string
  /** Asks the route of the SDK. */
  ask(userId: string, as?: string): Promise<Pick<Answer, 'status' | 'body'>>
  exchangeFor(userId: string): Promise<Answer>
}

async function handed(handOuts?: HandOutOptions, store = memoryStore()): Promise<Handed> {
  const world = await exchangeWorld({ store, ...(handOuts && { handOuts }) })
  for (const userId of USERS) await world.connect('demo', userId)
  const { clientId, token } = await world.reader()
  return {
    ...world,
    clientId,
    token,
    async ask(userId, as = token) {
      const response = await world.handler(
        new Request(`${PUBLIC_URL}/v1/connections/demo/users/${userId}/credentials`, { headers: { authorization: `Bearer ${as}` } }),
        undefined,
      )
      return { status: response.status, body: await response.json() }
    },
    exchangeFor: (userId) => world.exchange({ subject_token: token, requested_subject: userId }),
  }
}

describe('a service client that is handed the credentials of many users', () => {
  it('is frozen beyond the limit, on both routes, until the host lifts it: then it is counted anew', async () => {
    const world = await handed({ maxUsersPerHour: 3 })
    const { ask, exchangeFor, vault, clientId } = world
    for (const userId of ['ann', 'ben', 'ann', 'ben', 'ann']) expect((await ask(userId)).status).toBe(200)
    expect((await exchangeFor('cid')).status).toBe(200)
    expect(await ask('dan')).toMatchObject(FROZEN)
    // Also for those whose credentials it had before.
    expect(await ask('ann')).toMatchObject(FROZEN)
    expect(await exchangeFor('ann')).toMatchObject(EXCHANGE_FROZEN)
    expect(world.logged).toEqual([
      { fields: { clientId, usersInHour: 4 }, message: expect.stringContaining('vault.serviceClients.unfreeze') },
    ])
    expect(world.events.filter(({ type }) => type === 'client_frozen')).toHaveLength(1)
    world.advance(2 * 3_600_000)
    expect(await ask('ann')).toMatchObject(FROZEN)

    await vault.serviceClients.unfreeze(clientId)
    for (const userId of ['ann', 'ben', 'cid']) expect((await ask(userId)).status).toBe(200)
    expect(await exchangeFor('dan')).toMatchObject(EXCHANGE_FROZEN)
  })

  it('is not while an hour lies between them, and is counted for itself', async () => {
    const world = await handed({ maxUsersPerHour: 2 })
    const other = await world.reader()
    for (const userId of ['ann', 'ben']) expect((await world.ask(userId)).status).toBe(200)
    for (const userId of ['cid', 'dan']) expect((await world.ask(userId, other.token)).status).toBe(200)
    world.advance(3_600_000)
    for (const userId of ['eve', 'ann']) expect((await world.ask(userId)).status).toBe(200)
    expect(await world.ask('ben')).toMatchObject(FROZEN)
    expect((await world.ask('dan', other.token)).status).toBe(200)
  })

  it('gets not one more when it asks for all at once', async () => {
    const world = await handed({ maxUsersPerHour: 2 })
    const answers = await Promise.all(USERS.flatMap((userId) => [world.ask(userId), world.exchangeFor(userId)]))
    const tokens = new Set(answers.flatMap(({ body }) => body.accessToken ?? body.access_token ?? []))
    expect(tokens.size).toBe(2)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 403]))
  })

  it('is frozen also for a handler that counts nothing', async () => {
    const store = memoryStore()
    const first = await handed({ maxUsersPerHour: 1 }, store)
    await first.ask('ann')
    expect(await first.ask('ben')).toMatchObject(FROZEN)
    const handler = createVaultHandler({
      vault: first.vault,
      publicUrl: PUBLIC_URL,
      identify: () => undefined,
      now: () => Date.parse('2026-11-25T12:00:01Z'),
    })
    const response = await handler(
      new Request(`${PUBLIC_URL}/v1/connections/demo/users/ann/credentials`, { headers: { authorization: `Bearer ${first.token}` } }),
      undefined,
    )
    expect([response.status, (await response.json()).errorCode]).toEqual([403, 'hand_out_frozen'])
  })

  it('still may do all else, and shows since when', async () => {
    const world = await handed({ maxUsersPerHour: 1 })
    await world.vault.accessRecords.create({
      name: 'r',
      users: [{ userId: world.clientId }],
      statements: [{ roles: ['Vault:Viewer'], resources: [{ resourceUri: 'Vault:ServiceClients/*' }] }],
    })
    await world.ask('ann')
    await world.ask('ben')
    world.advance(1_000)
    const response = await world.handler(
      new Request(`${PUBLIC_URL}/v1/clients/${world.clientId}`, { headers: { authorization: `Bearer ${world.token}` } }),
      undefined,
    )
    expect([response.status, await response.json()]).toMatchObject([200, { frozenSince: '2026-11-25T12:00:00.250Z' }])
  })

  it('is not counted for what it was not handed, and users are not counted', async () => {
    const world = await handed({ maxUsersPerHour: 1 })
    for (const userId of ['nobody', 'no-one']) expect((await world.ask(userId)).status).toBe(404)
    expect((await world.ask('ann')).status).toBe(200)
    for (const userId of USERS) expect((await world.ask(userId, world.user(userId))).status).toBe(200)
    expect((await world.ask('ann')).status).toBe(200)
  })

  it('is told without a right, frozen or not, that it has none', async () => {
    const world = await handed({ maxUsersPerHour: 1 })
    const { clientId, token } = await world.client()
    await world.vault.serviceClients.freeze(clientId)
    expect(await world.ask('ann', token)).toMatchObject({ status: 403, body: { errorCode: 'permission_denied' } })
  })

  it('is never frozen where nobody counts, but by hand', async () => {
    const world = await handed()
    for (const userId of USERS) expect((await world.ask(userId)).status).toBe(200)
    await world.vault.serviceClients.freeze(world.clientId)
    expect(await world.ask('ann')).toMatchObject(FROZEN)
    await world.vault.serviceClients.unfreeze(world.clientId)
    expect((await world.ask('ann')).status).toBe(200)
  })

  it('is refused all the same when the store cannot keep that it is frozen', async () => {
    const store = memoryStore()
    let isFull = false
    const documents = {
      ...store.documents,
      put: (put: Parameters<typeof store.documents.put>[0]) => (isFull ? Promise.reject(new Error('full')) : store.documents.put(put)),
    }
    const world = await handed({ maxUsersPerHour: 1 }, { ...store, documents })
    await world.ask('ann')
    isFull = true
    for (let times = 0; times < 2; times += 1) expect(await world.ask('ben')).toMatchObject(FROZEN)
    expect(world.logged.map(({ message }) => message)).toContain('A service client is to be frozen, and could not be.')
    isFull = false
    expect(await world.ask('cid')).toMatchObject(FROZEN)
    expect(await world.vault.serviceClients.isFrozen(world.clientId)).toBe(true)
  })
})

describe('`onHandOut`', () => {
  it('is told who is handed what, and how much that comes to', async () => {
    const seen: HandOut[] = []
    const world = await handed({ onHandOut: (handOut) => void seen.push(handOut) })
    await world.ask('ann')
    await world.ask('ann')
    await world.exchangeFor('ben')
    const { clientId } = world
    expect(seen).toEqual([
      { clientId, connectionId: 'demo', userId: 'ann', usersInHour: 1, timesInHour: 1 },
      { clientId, connectionId: 'demo', userId: 'ann', usersInHour: 1, timesInHour: 2 },
      { clientId, connectionId: 'demo', userId: 'ben', usersInHour: 2, timesInHour: 1 },
    ])
  })

  it('decides before the limit does, may take its time, and leaves to the limit what it does not decide', async () => {
    const world = await handed({
      maxUsersPerHour: 2,
      onHandOut: async ({ userId, usersInHour }) => (userId === 'cid' ? 'allow' : usersInHour > 3 ? 'freeze' : undefined),
    })
    for (const userId of ['ann', 'ben', 'cid']) expect((await world.ask(userId)).status).toBe(200)
    expect(await world.ask('dan')).toMatchObject(FROZEN)
    expect(await world.vault.serviceClients.isFrozen(world.clientId)).toBe(true)
  })

  it('that throws leaves it to the limit, and the log is told', async () => {
    const onHandOut = () => {
      throw new Error('The monitor is down.')
    }
    const world = await handed({ maxUsersPerHour: 1, onHandOut })
    expect((await world.ask('ann')).status).toBe(200)
    expect(world.logged).toEqual([
      { fields: { clientId: world.clientId, err: expect.any(Error) }, message: expect.stringContaining('onHandOut') },
    ])
    expect(await world.ask('ben')).toMatchObject(FROZEN)
  })
})

describe('the options of hand-outs', () => {
  it.each([
    ['maxUsersPerHour', 0],
    ['maxUsersPerHour', Number.NaN],
    ['maxUsersPerHour', '5'],
    ['onHandOut', 'freeze'],
  ])('are refused when `%s` is %j', async (field, value) => {
    const wrong: object = { [field]: value }
    await expect(exchangeWorld({ handOuts: wrong })).rejects.toMatchObject({
      code: 'invalid_configuration',
      facts: { fields: { [`handOuts.${field}`]: expect.any(String) } },
    })
  })

  it('freeze nobody below a thousand users by default', async () => {
    const { vault, client } = await exchangeWorld()
    const { clientId } = await client()
    const guard = createHandOutGuard({ options: {}, vault, now: () => 0, log: undefined })
    const mayHandOut = (user: number): Promise<boolean> => guard.mayHandOut({ clientId, connectionId: 'demo', userId: `u${user}` })
    for (let user = 0; user < 1_000; user += 1) expect(await mayHandOut(user)).toBe(true)
    expect(await vault.serviceClients.isFrozen(clientId)).toBe(false)
    expect(await mayHandOut(1_000)).toBe(false)
    expect(await vault.serviceClients.isFrozen(clientId)).toBe(true)
  })
})

describe('a token that is bound to a key of the vault', () => {
  const BOUND = {
    connectionId: 'bound',
    authorizationEndpoint: 'https://provider.example/authorize',
    tokenEndpoint: 'https://provider.example/token',
    clientId: 'app',
    dpop: true,
  } as const

  it('is handed to nobody, on either route, and told of to who may ask alone', async () => {
    const { vault, handler, connect, reader, exchange, user, client } = await exchangeWorld()
    await vault.connections.create(BOUND)
    await connect('bound', 'ann')
    const { token } = await reader()
    const ask = async (as: string) => {
      const headers = { authorization: `Bearer ${as}` }
      const response = await handler(new Request(`${PUBLIC_URL}/v1/connections/bound/users/ann/credentials`, { headers }), undefined)
      return { status: response.status, body: await response.json() }
    }
    for (const as of [token, user('ann')])
      expect(await ask(as)).toMatchObject({ status: 400, body: { errorCode: 'invalid_request', reason: 'token_bound_to_key' } })
    expect((await ask((await client()).token)).body).toMatchObject({ errorCode: 'permission_denied' })
    const asked = { connection: 'bound', requested_subject: 'ann' }
    expect(await exchange({ ...asked, subject_token: token })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', errorCode: 'invalid_request', reason: 'token_bound_to_key' },
    })
    expect((await exchange({ ...asked, subject_token: (await client()).token })).body).toMatchObject({ error: 'invalid_target' })
  })

  it('is not given to the page of its user either, who signed in through the vault', async () => {
    const { vault, connect } = await exchangeWorld()
    await vault.connections.create(BOUND)
    for (const connectionId of ['bound', 'demo']) await connect(connectionId, 'ann')
    const publicUrl = 'https://auth.example.com'
    const login = createLogin({ vault, publicUrl, applications: [{ applicationId: 'app', redirectUrls: ['https://app.example.com/'] }] })
    const signedIn = { userId: 'ann', applicationId: 'app', connectionId: 'bound' }
    const { sessionId } = (await login.sessions.start(signedIn)).session
    const { accessToken } = await login.tokens.issue({ ...signedIn, sessionId })
    const handler = createVaultHandler({ vault, login, publicUrl, identify: () => undefined })
    const ask = async (query = '') => {
      const headers = { authorization: `Bearer ${accessToken}` }
      const response = await handler(new Request(`${publicUrl}/api/session/credentials${query}`, { headers }), undefined)
      return { status: response.status, body: await response.json() }
    }
    expect(await ask()).toMatchObject({ status: 400, body: { errorCode: 'invalid_request', reason: 'token_bound_to_key' } })
    expect(await ask('?connectionId=demo')).toMatchObject({ status: 200, body: { tokenType: 'Bearer' } })
  })
})
