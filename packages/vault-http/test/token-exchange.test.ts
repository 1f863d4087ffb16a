import { isVaultError, VaultError, type VaultStore } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  ACCESS_TOKEN,
  allowReading,
  type ExchangeWorld,
  exchangeWorld,
  formOf,
  GRANT_TYPE,
  JWT,
  PUBLIC_URL,
} from './token-exchange-world.js'

const HOUR_MS = 3_600_000

let world: ExchangeWorld
beforeEach(async () => {
  world = await exchangeWorld()
})

describe('token exchange', () => {
  it('gives a service client with a grant the token of an absent user', async () => {
    await world.connect('demo', 'alice')
    const { clientId, token } = await world.client('Vault:Connections/demo/Users/*/Credentials')
    const answer = await world.exchange({ subject_token: token, requested_subject: 'alice' })
    expect(answer).toMatchObject({ status: 200 })
    expect(answer.body).toEqual({
      access_token: 'canary-access-1',
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      expires_in: 3_600,
      scope: 'files.read files.write',
    })
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(world.events).toContainEqual(
      expect.objectContaining({
        type: 'accessed',
        userId: 'alice',
        actor: expect.objectContaining({ kind: 'service_client', id: clientId }),
      }),
    )
  })

  it('gives a user his own, without any grant', async () => {
    await world.connect('demo', 'auth0|ä/1')
    const answer = await world.exchange({ subject_token: world.user('auth0|ä/1') })
    expect(answer).toMatchObject({ status: 200, body: { access_token: 'canary-access-1' } })
    const named = await world.exchange({ subject_token: world.user('auth0|ä/1'), requested_subject: 'auth0|ä/1' })
    expect(named.body).toEqual(answer.body)
  })

  it('gives a user somebody else’s only with a grant', async () => {
    await world.connect('demo', 'alice')
    const asked = { subject_token: world.user('bob'), requested_subject: 'alice' }
    expect(await world.exchange(asked)).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
    await allowReading(world.vault, 'bob', 'Vault:Connections/demo/Users/alice/Credentials')
    expect(await world.exchange(asked)).toMatchObject({ status: 200, body: { access_token: 'canary-access-1' } })
  })

  it('gives a service client what is kept under its own id only with a grant', async () => {
    const { clientId, token } = await world.client()
    await world.connect('demo', clientId)
    expect(await world.exchange({ subject_token: token })).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
    await allowReading(world.vault, clientId, `Vault:Connections/demo/Users/${clientId}/Credentials`)
    expect(await world.exchange({ subject_token: token })).toMatchObject({ status: 200, body: { access_token: 'canary-access-1' } })
  })

  it.each<[string, Record<string, string | undefined>]>([
    ['the other type of subject token', { subject_token_type: ACCESS_TOKEN }],
    ['the type that it gives anyway', { requested_token_type: ACCESS_TOKEN }],
    ['the id as audience', { connection: undefined, audience: 'demo' }],
    ['the URL as resource', { connection: undefined, resource: `${PUBLIC_URL}/v1/connections/demo` }],
    ['the URL as resource, with an escape', { connection: undefined, resource: `${PUBLIC_URL}/v1/connections/d%65mo` }],
    ['the issuer as resource', { connection: undefined, resource: 'https://demo.example' }],
    ['the issuer as resource, with the slash that URL libraries add', { connection: undefined, resource: 'https://demo.example/' }],
    ['three names that agree', { audience: 'demo', resource: `${PUBLIC_URL}/v1/connections/demo` }],
    ['an id and an issuer that agree', { audience: 'demo', resource: 'https://demo.example' }],
    ['scopes that the credential has', { scope: ' files.write  files.read ' }],
    ['parameters without value', { scope: '', actor_token: '', requested_subject: '', audience: '', requested_token_type: '' }],
    ['parameters that nobody knows', { client_id: 'x', client_secret: 'y', ['__proto__']: 'z' }],
  ])('takes %s', async (_name, changes) => {
    await world.connect('demo', 'alice')
    const answer = await world.exchange({ subject_token: world.user('alice'), ...changes })
    expect(answer).toMatchObject({ status: 200, body: { access_token: 'canary-access-1' } })
  })

  it('finds a connection of the store by its issuer, too', async () => {
    await world.connect('stored', 'alice')
    const asked = { subject_token: world.user('alice'), connection: undefined, resource: 'https://stored.example/tenants/1' }
    expect(await world.exchange(asked)).toMatchObject({ status: 200, body: { access_token: 'canary-access-1' } })
  })

  it('finds the connection that was configured by its issuer, whatever servers that were connected by their URL name the same', async () => {
    const connected = async (issuer: string, id: string): Promise<unknown> =>
      // As `connectResource` makes them.
      world.vault.connections.create({ connectionId: id, issuer, clientId: 'app', tags: { protected_resource: id } })
    const exchanged = async (resource: string): Promise<unknown> => {
      const { status, body } = await world.exchange({ subject_token: world.user('alice'), connection: undefined, resource })
      return [status, body.errorCode ?? body.access_token]
    }
    await world.connect('demo', 'alice')
    await connected('https://demo.example', 'mcp:1')
    await connected('https://demo.example', 'mcp:2')
    expect(await exchanged('https://demo.example')).toEqual([200, 'canary-access-1'])
    // One alone is found: Alice has not connected it.
    await connected('https://tools.example', 'mcp:3')
    expect(await exchanged('https://tools.example')).toEqual([400, 'credential_not_found'])
    await connected('https://tools.example', 'mcp:4')
    expect(await exchanged('https://tools.example')).toEqual([400, 'permission_denied'])
  })

  it.each([
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded;charset=UTF-8',
    'Application/X-WWW-Form-Urlencoded; charset="utf-8"',
  ])('takes a body of type %s', async (type) => {
    await world.connect('demo', 'alice')
    expect(await world.exchange({ subject_token: world.user('alice') }, { headers: { 'content-type': type } })).toMatchObject({
      status: 200,
    })
  })

  it('tells whole seconds of life, rounded down, and refreshes in time', async () => {
    await world.connect('demo', 'alice')
    const asked = { subject_token: world.user('alice') }
    world.advance(999)
    expect((await world.exchange(asked)).body).toMatchObject({ expires_in: 3_599, access_token: 'canary-access-1' })
    world.advance(HOUR_MS)
    expect((await world.exchange(asked)).body).toMatchObject({ expires_in: 3_600, access_token: 'canary-access-2' })
  })

  it('tells no seconds when the provider states none', async () => {
    world.provider.lifetimeS = null
    await world.connect('plain', 'alice')
    const { body } = await world.exchange({ subject_token: world.user('alice'), connection: 'plain' })
    expect(body).toMatchObject({ access_token: 'canary-access-1' })
    expect(body).not.toHaveProperty('expires_in')
  })

  it('lets go of a caller who has gone away while it waits for the provider', async () => {
    const signal = await world.goneDuringRefresh()
    const request = new Request(`${PUBLIC_URL}/oauth/token`, {
      method: 'POST',
      body: formOf({ grant_type: GRANT_TYPE, subject_token: world.user('alice'), subject_token_type: JWT, connection: 'demo' }),
      signal,
    })
    expect((await world.handler(request, undefined)).ok).toBe(false)
  })
})

describe('a request that is wrong in itself', () => {
  it.each<[string, Record<string, string | undefined>, string]>([
    ['no grant type', { grant_type: undefined }, 'grant_type'],
    ['an empty grant type', { grant_type: '' }, 'grant_type'],
    ['no subject token', { subject_token: undefined }, 'subject_token'],
    ['no type of the subject token', { subject_token_type: undefined }, 'subject_token_type'],
    ['another type of subject token', { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' }, 'subject_token_type'],
    ['a refresh token asked for', { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }, 'requested_token_type'],
    ['a JWT asked for', { requested_token_type: JWT }, 'requested_token_type'],
    ['an actor token', { actor_token: 'a.b.c', actor_token_type: JWT }, 'actor_token is not supported'],
    ['the type of an actor token alone', { actor_token_type: JWT }, 'actor_token is not supported'],
  ])('%s is invalid_request', async (_name, changes, words) => {
    const answer = await world.exchange({ subject_token: world.user('alice'), ...changes })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request', errorCode: 'invalid_request' } })
    expect(answer.body.error_description).toContain(words)
  })

  it.each(['authorization_code', 'client_credentials', 'refresh_token', 'password', `${GRANT_TYPE} `, GRANT_TYPE.toUpperCase()])(
    'the grant type "%s" is unsupported_grant_type',
    async (grantType) => {
      const answer = await world.exchange({ subject_token: world.user('alice'), grant_type: grantType })
      expect(answer).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } })
    },
  )

  it.each(['grant_type', 'subject_token', 'connection', 'resource', 'scope', 'requested_subject', 'nobody_knows'])(
    'the parameter %s twice is invalid_request, also when one is empty or both are the same',
    async (name) => {
      await world.connect('demo', 'alice')
      const good = { grant_type: GRANT_TYPE, subject_token: world.user('alice'), subject_token_type: JWT, connection: 'demo' }
      for (const value of ['', good[name as 'grant_type'] ?? 'x']) {
        const form = formOf(good)
        form.append(name, value)
        if (form.getAll(name).length === 1) form.append(name, value)
        const answer = await world.send(form)
        expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
        expect(answer.body.error_description).toContain('more than once')
      }
    },
  )

  it.each<[string, BodyInit, Record<string, string>, string]>([
    ['JSON', JSON.stringify({ grant_type: GRANT_TYPE }), { 'content-type': 'application/json' }, 'unsupported_media_type'],
    ['of no type', `grant_type=${GRANT_TYPE}`, { 'content-type': '' }, 'unsupported_media_type'],
    ['multipart', 'x', { 'content-type': 'multipart/form-data; boundary=b' }, 'unsupported_media_type'],
    ['of another charset', 'x', { 'content-type': 'application/x-www-form-urlencoded; charset=latin1' }, 'unsupported_media_type'],
    ['compressed', 'x', { 'content-encoding': 'gzip' }, 'unsupported_media_type'],
    ['too long', `scope=${'x'.repeat(100_000)}`, {}, 'request_too_large'],
    ['not UTF-8', new Uint8Array([0x61, 0x3d, 0xff]), {}, 'invalid_request'],
    ['empty', '', {}, 'invalid_request'],
  ])('a body that is %s is invalid_request', async (_name, body, headers, errorCode) => {
    expect(await world.send(body, { headers })).toMatchObject({ status: 400, body: { error: 'invalid_request', errorCode } })
  })

  it.each(['', ';', '; charset=utf-8'])('a type that takes long to read is none, after the right one and "%s"', async (beginning) => {
    const type = `application/x-www-form-urlencoded${beginning}${' '.repeat(100_000)}x`
    const beganMs = performance.now()
    expect(await world.send('x', { headers: { 'content-type': type } })).toMatchObject({ body: { errorCode: 'unsupported_media_type' } })
    expect(performance.now() - beganMs).toBeLessThan(1_000)
  })

  it.each(['files.read\tfiles.write', 'files.read\nx', 'files."read"', 'files\\read', 'läsen', '\u0000'])(
    'the scope %j is invalid_scope',
    async (scope) => {
      await world.connect('demo', 'alice')
      const answer = await world.exchange({ subject_token: world.user('alice'), scope })
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_scope', errorCode: 'invalid_request' } })
    },
  )

  it.each<[string, Record<string, string | undefined>]>([
    ['no connection at all', {}],
    ['a resource that is no URI', { resource: 'demo' }],
    ['a resource with a fragment', { resource: 'https://demo.example#x' }],
    ['an id and another id', { connection: 'demo', audience: 'plain' }],
    ['an id and the URL of another', { connection: 'demo', resource: `${PUBLIC_URL}/v1/connections/plain` }],
  ])('%s is invalid_target, and says what is wrong', async (_name, changes) => {
    const answer = await world.exchange({ subject_token: world.user('alice'), connection: undefined, ...changes })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_target', errorCode: 'invalid_request' } })
  })

  it('in another method than POST is told which one to use', async () => {
    const response = await world.handler(new Request(`${PUBLIC_URL}/oauth/token`), undefined)
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  })
})

describe('a subject token that is not valid', () => {
  it('is invalid_request, without telling which check failed', async () => {
    await world.connect('demo', 'alice')
    const { clientId, keyId, token } = await world.client('*')
    expect(await world.exchange({ subject_token: token, requested_subject: 'alice' })).toMatchObject({ status: 200 })
    await world.vault.serviceClients.deleteAccessKey(clientId, keyId)
    const other = await world.client('*')
    const [header, , signature] = other.token.split('.')
    const bad = [
      token,
      'garbage',
      'nobody.x.y',
      world.user(''),
      `${other.token}x`,
      `Bearer ${other.token}`,
      `${header}.${token.split('.')[1]}.${signature}`,
      `${world.user('alice')}${'x'.repeat(4_096)}`,
      `${world.user('alice')} `,
    ]
    const answers = new Set<string>()
    for (const subjectToken of bad) {
      const { status, body } = await world.exchange({ subject_token: subjectToken, requested_subject: 'alice' })
      expect([status, body.error, body.errorCode], subjectToken).toEqual([400, 'invalid_request', 'unauthenticated'])
      answers.add(JSON.stringify({ ...body, errorId: '' }))
    }
    expect(answers.size).toBe(1)
  })

  it('of a service client, or of no token’s form, is not shown to the host', async () => {
    const { token } = await world.client()
    for (const subjectToken of [token, 'opaque', 'a b.c.d', 'x'.repeat(5_000)]) await world.exchange({ subject_token: subjectToken })
    expect(world.shownToHost).toEqual([])
    await world.exchange({ subject_token: 'a.b.c' })
    expect(world.shownToHost).toEqual(['a.b.c'])
  })
})

describe('a target that the caller has no right to', () => {
  const TARGETS: readonly Record<string, string | undefined>[] = [
    { connection: 'demo', requested_subject: 'alice' },
    { connection: 'demo', requested_subject: 'nobody' },
    { connection: 'absent', requested_subject: 'alice' },
    { connection: '*', requested_subject: 'alice' },
    { connection: 'demo', requested_subject: '*' },
    { connection: 'x'.repeat(300), requested_subject: 'alice' },
    { connection: 'demo', requested_subject: 'x'.repeat(300) },
    { connection: 'a/b', requested_subject: '../alice' },
    { connection: 'demo', requested_subject: 'alice\u0000' },
    { connection: '__proto__', requested_subject: 'constructor' },
    { connection: undefined, resource: 'https://demo.example', requested_subject: 'alice' },
    { connection: undefined, resource: 'https://absent.example', requested_subject: 'alice' },
    { connection: undefined, resource: 'https://twin.example', requested_subject: 'alice' },
    { connection: 'plain', resource: 'https://demo.example', requested_subject: 'alice' },
    { connection: 'plain', resource: 'https://absent.example', requested_subject: 'alice' },
    { connection: undefined, resource: `${PUBLIC_URL}/v1/connections/absent`, requested_subject: 'alice' },
    { connection: undefined, resource: `${PUBLIC_URL}/v1/connections/demo/`, requested_subject: 'alice' },
    { connection: undefined, resource: `${PUBLIC_URL}/v1/connections/demo?x`, requested_subject: 'alice' },
    { connection: undefined, resource: `${PUBLIC_URL}/v1/connections/%ff`, requested_subject: 'alice' },
  ]

  it('is invalid_target in one answer, whether or not it exists, and nothing is looked up', async () => {
    await world.connect('demo', 'alice')
    const { token } = await world.client('Vault:Connections/demo/Users/bob/Credentials')
    const answers = new Set<string>()
    for (const subjectToken of [token, world.user('mallory')]) {
      for (const target of TARGETS) {
        const { status, body } = await world.exchange({ subject_token: subjectToken, ...target })
        expect([status, body.error], JSON.stringify(target)).toEqual([400, 'invalid_target'])
        answers.add(JSON.stringify({ ...body, errorId: '' }))
      }
    }
    expect([...answers]).toEqual([expect.stringContaining('permission_denied')])
    expect(world.events.filter(({ type }) => type === 'accessed' || type === 'access_refused')).toEqual([])
  })

  it('by its issuer is decided by the same work, whether or not a connection has it, and before anything of it is told', async () => {
    const work: string[] = []
    const counted =
      <Arguments extends readonly unknown[], Result>(what: string, call: (...args: Arguments) => Result) =>
      (...args: Arguments): Result => {
        work.push(what)
        return call(...args)
      }
    const { permissions, connections } = world.vault
    Object.assign(permissions, { recordThatAllows: counted('permission', permissions.recordThatAllows) })
    Object.assign(connections, { describeAll: counted('listing', connections.describeAll) })
    const { token } = await world.client('Vault:Connections/demo/Users/bob/Credentials')
    const answers: unknown[] = []
    for (const target of [
      { resource: 'https://demo.example' },
      { resource: 'https://absent.example' },
      { resource: 'https://twin.example' },
      { connection: 'plain', resource: 'https://demo.example' },
      { connection: 'demo', resource: 'https://demo.example' },
    ]) {
      work.splice(0)
      const body = formOf({ grant_type: GRANT_TYPE, subject_token_type: JWT, subject_token: token, requested_subject: 'alice', ...target })
      answers.push({ ...(await world.send(body)).body, errorId: '' })
      expect(work, JSON.stringify(target)).toEqual(['listing', 'permission'])
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ error: 'invalid_target', errorCode: 'permission_denied' })
  })

  it('is answered the same as one that is not there to whoever may read all', async () => {
    await world.connect('demo', 'alice')
    const { token } = await world.reader()
    const { body: denied } = await world.exchange({ subject_token: (await world.client()).token, requested_subject: 'alice' })
    const absent = TARGETS.filter(({ connection, resource = '', requested_subject: subject = '' }) => {
      const isThere = connection === 'demo' || (connection === undefined && resource === 'https://demo.example')
      return !isThere || subject.length > 64 || /[*\0]/.test(subject)
    })
    for (const target of absent.filter(({ requested_subject: subject }) => subject !== '*')) {
      const { body } = await world.exchange({ subject_token: token, ...target })
      expect({ ...body, errorId: denied.errorId }, JSON.stringify(target)).toEqual(denied)
    }
    // His own on a connection that is not there: a user has the right, and there is none.
    const { body } = await world.exchange({ subject_token: world.user('alice'), connection: 'absent' })
    expect({ ...body, errorId: denied.errorId }).toEqual(denied)
  })
})

describe('a credential that cannot be had', () => {
  it('for want of consent is invalid_grant', async () => {
    const { token } = await world.reader()
    const asked = { subject_token: token, requested_subject: 'al"ice\\ 名前' }
    expect(await world.exchange(asked)).toMatchObject({ status: 400, body: { error: 'invalid_grant', errorCode: 'credential_not_found' } })
    await world.connect('demo', 'al"ice\\ 名前')
    world.advance(2 * HOUR_MS)
    world.provider.refuseWith = () => Response.json({ error: 'invalid_grant' }, { status: 400 })
    expect(await world.exchange(asked)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', errorCode: 'reauthorization_required', reason: 'revoked' },
    })
  })

  it('for want of a scope is invalid_scope, and says which', async () => {
    await world.connect('demo', 'alice')
    expect(await world.exchange({ subject_token: world.user('alice'), scope: 'files.read mail.send admin' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_scope', errorCode: 'insufficient_scope', missingScopes: ['mail.send', 'admin'] },
    })
  })

  it('while the provider fails is temporarily_unavailable, with a time to wait', async () => {
    await world.connect('demo', 'alice')
    world.advance(2 * HOUR_MS)
    world.provider.refuseWith = () => Response.json({ error: 'invalid_request' }, { status: 429, headers: { 'retry-after': '7' } })
    const answer = await world.exchange({ subject_token: world.user('alice') })
    expect(answer).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable', errorCode: 'provider_unavailable' } })
    expect(answer.headers.get('retry-after')).toBe('7')
  })

  it('while the store fails is temporarily_unavailable, and its log line has the id of the answer', async () => {
    const fault = { isOn: false }
    world = await exchangeWorld({ store: storeThatFails(fault) })
    await world.connect('demo', 'alice')
    fault.isOn = true
    const answer = await world.exchange({ subject_token: world.user('alice') })
    expect(answer).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable', errorCode: 'store_unavailable' } })
    expect(answer.body.error_description).not.toContain('row 7')
    const [line] = world.logged.filter(({ fields }) => 'errorId' in fields && fields.errorId === answer.body.errorId)
    expect(line?.fields).toMatchObject({
      route: 'POST /oauth/token',
      err: expect.toSatisfy((error) => isVaultError(error, 'store_unavailable')),
    })
  })

  it('as the provider refuses this application is invalid_target, which no retry mends', async () => {
    await world.connect('demo', 'alice')
    world.advance(2 * HOUR_MS)
    world.provider.refuseWith = () => Response.json({ error: 'invalid_client' }, { status: 401 })
    const answer = await world.exchange({ subject_token: world.user('alice') })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_target', errorCode: 'provider_rejected_client' } })
    expect(world.logged.map(({ fields }) => fields)).toContainEqual(expect.objectContaining({ errorId: answer.body.errorId }))
  })

  it('through the caller’s own fault is not in the log', async () => {
    await world.exchange({ subject_token: 'a.b.c' })
    await world.exchange({ subject_token: world.user('alice') })
    expect(world.logged).toEqual([])
  })
})

describe('the limits of requests', () => {
  it('are for whoever proves nothing, by a token or by a form that is none', async () => {
    world = await exchangeWorld({ rateLimit: undefined, clientAddress: () => '192.0.2.1' } as object)
    await world.connect('demo', 'alice')
    const statuses = new Map<string, number>()
    for (let times = 0; times < 60; times += 1) {
      for (const answer of [await world.exchange({ subject_token: 'a.b.c' }), await world.send('x=1')]) {
        const key = `${answer.status} ${answer.body.error} ${answer.body.errorCode}`
        statuses.set(key, (statuses.get(key) ?? 0) + 1)
      }
    }
    expect(Object.fromEntries(statuses)).toEqual({
      '400 invalid_request unauthenticated': 50,
      '400 invalid_request invalid_request': 50,
      '429 temporarily_unavailable rate_limited': 20,
    })
    expect(await world.exchange({ subject_token: world.user('alice') })).toMatchObject({ status: 200 })
  })

  it('are asked about callers when the host has its own', async () => {
    const asked: string[] = []
    world = await exchangeWorld({
      rateLimit: ({ key, route }) => {
        asked.push(`${route} ${key}`)
        return key === 'user:eve' ? { allowed: false, retryAfterMs: 2_500 } : { allowed: true }
      },
    })
    const { clientId, token } = await world.client()
    await world.exchange({ subject_token: token })
    const refused = await world.exchange({ subject_token: world.user('eve') })
    expect(asked).toEqual([`POST /oauth/token client:${clientId}`, 'POST /oauth/token user:eve'])
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3'])
  })
})

/** The store in memory, whose credentials cannot be read while the fault is on. */
function storeThatFails(fault: { readonly isOn: boolean }): VaultStore {
  const store = memoryStore()
  const { credentials } = store
  return {
    ...store,
    credentials: {
      ...credentials,
      get: async (key) => {
        if (fault.isOn) throw new VaultError('store_unavailable', 'The database is away: row 7.')
        return credentials.get(key)
      },
    },
  }
}
