import { beforeAll, describe, expect, it } from 'vitest'
import { type Grant, type ManagementWorld, managementWorld, PUBLIC_URL } from './fixtures/management-world.js'

let world: ManagementWorld
beforeAll(async () => {
  world = await managementWorld()
})

const oauth = {
  type: 'OAUTH2',
  authenticationUrl: 'https://p.example/authorize',
  tokenUrl: 'https://p.example/token',
  clientId: 'client-1',
}

describe('a connection over HTTP', () => {
  it('is created with an id of the vault’s own, and its secret is in no answer', async () => {
    const created = await world.call('POST', '/v1/connections', { body: { ...oauth, clientSecret: 'canary-secret' } })
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({ ...oauth, connectionId: expect.stringMatching(/^con_/), hasClientSecret: true, source: 'store' })
    const { connectionId, createdTime } = created.body
    const read = await world.call('GET', `/v1/connections/${connectionId}`)
    expect(read.body).toEqual(created.body)
    expect(createdTime).toMatch(/^\d{4}-\d\d-\d\dT/)
    const listed = await world.call('GET', '/v1/connections')
    expect(JSON.stringify([created.body, read.body, listed.body])).not.toContain('canary')
    const { clientSecret } = await world.vault.connections.get(connectionId)
    expect(clientSecret?.reveal()).toBe('canary-secret')
  })

  it('maps each field of the wire', async () => {
    const body = {
      ...oauth,
      connectionId: 'all-fields',
      issuerUrl: 'https://p.example',
      data: {
        name: 'Everything',
        supportedContentType: 'application/json',
        oidcUserEndpointUrl: 'https://p.example/userinfo',
        tenantId: 'tenant-at-provider',
        userIdExpression: '{team.id}-{id}',
        scopeSeparator: ',',
      },
      revocation: {
        url: 'https://api.p.example/grant',
        method: 'DELETE',
        tokens: 'access_token',
        token: { in: 'json', name: 'access_token' },
        clientAuthentication: 'omit',
        parameters: { reason: 'disconnected' },
        headers: { 'x-version': '2' },
        successField: 'ok',
        unknownToken: [404, 'gone'],
      },
      defaultConnectionProperties: { scope: 'openid files', access_type: 'offline' },
      incrementalConnectionProperties: { include_granted_scopes: 'true' },
      tags: { team: 'blue' },
    }
    const { status, body: answer } = await world.call('POST', '/v1/connections', { body })
    expect(status).toBe(201)
    expect(answer).toMatchObject(body)
    expect(await world.vault.connections.describe('all-fields')).toMatchObject({
      name: 'Everything',
      issuer: 'https://p.example',
      authorizationEndpoint: 'https://p.example/authorize',
      tokenEndpoint: 'https://p.example/token',
      userinfoEndpoint: 'https://p.example/userinfo',
      tokenRequestContentType: 'application/json',
      providerTenantId: 'tenant-at-provider',
      userIdExpression: '{team.id}-{id}',
      scopeSeparator: ',',
      revocation: body.revocation,
      defaultConnectionProperties: { scope: 'openid files', access_type: 'offline' },
      incrementalConnectionProperties: { include_granted_scopes: 'true' },
      tags: { team: 'blue' },
    })
    const { status: refused, body: refusal } = await world.call('POST', '/v1/connections', {
      body: { ...oauth, revocation: { url: 'http://p.example/revoke', token: { in: 'bearer' }, headers: { cookie: 'a' } } },
    })
    expect({ refused, fields: Object.keys(refusal.fields).sort() }).toEqual({
      refused: 400,
      fields: ['revocation.headers.cookie', 'revocation.url'],
    })
  })

  it('can be read, changed and put back, and keeps its secret and what the wire has no name for', async () => {
    await world.vault.connections.create({
      connectionId: 'kept',
      issuer: 'https://p.example',
      clientId: 'c',
      clientSecret: 'kept-secret',
      rotation: { kind: 'grace', seconds: 30 },
      refreshAhead: true,
      clientAuthentication: 'client_secret_post',
    })
    const { body: read } = await world.call('GET', '/v1/connections/kept')
    const put = await world.call('PUT', '/v1/connections/kept', { body: { ...read, data: { ...read.data, name: 'Renamed' } } })
    expect(put.status).toBe(200)
    expect(put.body).toMatchObject({ connectionId: 'kept', data: { name: 'Renamed' }, issuerUrl: 'https://p.example' })
    const { clientSecret, rotation, refreshAhead, clientAuthentication } = await world.vault.connections.get('kept')
    expect(clientSecret?.reveal()).toBe('kept-secret')
    expect({ rotation, refreshAhead, clientAuthentication }).toEqual({
      rotation: { kind: 'grace', seconds: 30 },
      refreshAhead: true,
      clientAuthentication: 'client_secret_post',
    })
  })

  it('loses by a PUT what the body does not name', async () => {
    const full = {
      ...oauth,
      connectionId: 'emptied',
      data: { name: 'N', tenantId: 't' },
      tags: { a: 'b' },
      defaultConnectionProperties: { scope: 'x' },
    }
    await world.call('POST', '/v1/connections', { body: full })
    const { body } = await world.call('PUT', '/v1/connections/emptied', { body: oauth })
    expect(body).toMatchObject(oauth)
    expect([body.tags, body.data.tenantId]).toEqual([undefined, undefined])
    expect(body.defaultConnectionProperties ?? {}).toEqual({})
    expect(body.data.name).not.toBe('N')
  })

  it('does not send a secret to new endpoints unless it is given again', async () => {
    await world.call('POST', '/v1/connections', { body: { ...oauth, connectionId: 'guarded', clientSecret: 'canary-secret' } })
    const moved = { ...oauth, tokenUrl: 'https://evil.example/token' }
    const refused = await world.call('PUT', '/v1/connections/guarded', { body: moved })
    expect(refused).toMatchObject({ status: 400, body: { errorCode: 'invalid_request', fields: { clientSecret: expect.any(String) } } })
    expect((await world.call('PUT', '/v1/connections/guarded', { body: { ...moved, clientSecret: 'another' } })).status).toBe(200)
  })

  it('says where tokens may be sent, and to no more places without the secret', async () => {
    const api = (...apiOrigins: string[]) => ({ ...oauth, data: { apiOrigins, apiTokenHeader: { name: 'X-Token', prefix: 'token' } } })
    const first = 'https://api.example'
    const made = await world.call('POST', '/v1/connections', {
      body: { ...api(first), connectionId: 'called', clientSecret: 'canary-secret' },
    })
    expect(made).toMatchObject({
      status: 201,
      body: { data: { apiOrigins: [first], apiTokenHeader: { name: 'X-Token', prefix: 'token' } } },
    })
    const put = (body: object) => world.call('PUT', '/v1/connections/called', { body })
    expect(await put(made.body)).toMatchObject({ status: 200, body: { data: { apiOrigins: [first] } } })
    expect(await put(api(first, 'https://evil.example'))).toMatchObject({
      status: 400,
      body: { fields: { clientSecret: expect.any(String) } },
    })
    expect((await put({ ...api(first, 'https://b.example'), clientSecret: 'again' })).status).toBe(200)
    for (const bad of ['https://10.0.0.1', 'https://localhost', 'https://vault.internal', 'https://*.example', 'https://a.example/v1']) {
      expect(await put({ ...api(bad), clientSecret: 'again' })).toMatchObject({
        status: 400,
        body: { fields: { 'data.apiOrigins': expect.any(String) } },
      })
    }
    const { body } = await put(oauth)
    expect([body.data.apiOrigins, body.data.apiTokenHeader]).toEqual([undefined, undefined])
  })

  describe('whose users are connected', () => {
    const real = { ...oauth, issuerUrl: 'https://provider.example', data: { apiOrigins: ['https://api.example'] } }
    const connected = async (connectionId: string, ...more: Grant[]) => {
      await world.call('POST', '/v1/connections', { body: { ...real, connectionId, clientSecret: 'canary-secret' } })
      await world.vault.importCredential({ connectionId, userId: 'ann', refreshToken: 'canary-refresh', accessToken: 'canary-access' })
      const { token } = await world.client([
        ['Vault:Editor', `Vault:Connections/${connectionId}`],
        ['Vault:Editor', 'Vault:Connections'],
        ...more,
      ])
      return { token, change: (body: object) => world.call('PUT', `/v1/connections/${connectionId}`, { as: token, body }) }
    }
    const refused = { status: 403, body: { errorCode: 'permission_denied' } }

    it.each<[string, object]>([
      ['token endpoint', { tokenUrl: 'https://thief.example/token' }],
      ['issuer', { issuerUrl: 'https://thief.example' }],
      ['userinfo endpoint', { data: { ...real.data, oidcUserEndpointUrl: 'https://thief.example/me' } }],
      ['API', { data: { apiOrigins: ['https://thief.example', 'https://api.example'] } }],
      ['revocation endpoint', { revocation: { url: 'https://thief.example/revoke' } }],
    ])('sends their tokens to no other %s for whoever may only change it, whatever secret he makes up', async (what, changes) => {
      const connectionId = `connected-${what.replace(' ', '-')}`
      const { change } = await connected(connectionId)
      for (const body of [
        { ...real, ...changes, clientSecret: 'made-up' },
        { ...real, ...changes, clientSecret: 'canary-secret' },
      ])
        expect(await change(body)).toMatchObject(refused)
      expect(await world.call('GET', `/v1/connections/${connectionId}`)).toMatchObject({ body: { ...real, tokenUrl: real.tokenUrl } })
      expect((await change({ ...real, data: { ...real.data, name: 'Renamed' }, clientSecret: 'rotated' })).status).toBe(200)
      expect((await change({ ...real, data: { apiOrigins: [] } })).status).toBe(200)
    })

    it('may be changed in other things, however the origins of its API are written', async () => {
      const { change } = await connected('written')
      for (const origin of ['https://api.example/', 'https://API.example', 'https://api.example:443', 'https://api.example'])
        expect((await change({ ...real, data: { apiOrigins: [origin] } })).status).toBe(200)
    })

    it('sends them there for whoever has every right to their credentials', async () => {
      const { change } = await connected('moved', ['Vault:Admin', 'Vault:Connections/moved/Users/*/Credentials'])
      expect((await change({ ...real, tokenUrl: 'https://moved.example/token', clientSecret: 'canary-secret' })).status).toBe(200)
    })

    it('is not made anew under its id by whoever may only make connections', async () => {
      const { token } = await connected('again')
      await world.call('DELETE', '/v1/connections/again', { as: token })
      const anew = { ...oauth, connectionId: 'again', tokenUrl: 'https://thief.example/token' }
      expect(await world.call('POST', '/v1/connections', { as: token, body: anew })).toMatchObject(refused)
      expect((await world.call('POST', '/v1/connections', { as: token, body: { ...anew, connectionId: 'another' } })).status).toBe(201)
      expect((await world.call('POST', '/v1/connections', { body: { ...real, connectionId: 'again' } })).status).toBe(201)
    })
  })

  it('is deleted once', async () => {
    await world.call('POST', '/v1/connections', { body: { ...oauth, connectionId: 'short-lived' } })
    expect((await world.call('DELETE', '/v1/connections/short-lived')).status).toBe(204)
    expect(await world.call('GET', '/v1/connections/short-lived')).toMatchObject({
      status: 404,
      body: { errorCode: 'connection_not_found' },
    })
    expect((await world.call('DELETE', '/v1/connections/short-lived')).status).toBe(404)
    expect((await world.call('PUT', '/v1/connections/short-lived', { body: oauth })).status).toBe(404)
  })

  it('conflicts with one of the same id, and with one in code', async () => {
    const body = { ...oauth, connectionId: 'taken' }
    expect((await world.call('POST', '/v1/connections', { body })).status).toBe(201)
    expect(await world.call('POST', '/v1/connections', { body })).toMatchObject({ status: 409, body: { errorCode: 'conflict' } })
    const inCode = { status: 409, body: { errorCode: 'conflict', reason: 'in_code' } }
    expect(await world.call('POST', '/v1/connections', { body: { ...oauth, connectionId: 'in-code' } })).toMatchObject(inCode)
    expect(await world.call('PUT', '/v1/connections/in-code', { body: oauth })).toMatchObject(inCode)
    expect(await world.call('DELETE', '/v1/connections/in-code')).toMatchObject(inCode)
    expect(await world.call('GET', '/v1/connections/in-code')).toMatchObject({
      status: 200,
      body: { source: 'code', hasClientSecret: true },
    })
  })

  it('is listed under both paths, page by page, with absolute links on the public URL', async () => {
    for (const path of ['/v1/connections', '/v1/connections/']) {
      const seen: string[] = []
      let next: string | undefined = `${path}?limit=2`
      while (next !== undefined) {
        const { body } = await world.call('GET', next)
        expect(body.links.self.href).toBe(PUBLIC_URL + next)
        seen.push(...body.connections.map((connection: { connectionId: string }) => connection.connectionId))
        if (body.pagination) expect(new URL(body.links.next.href).searchParams.get('cursor')).toBe(body.pagination.next.cursor)
        next = body.links.next?.href.slice(PUBLIC_URL.length)
      }
      const all = (await world.call('GET', path)).body.connections.map((connection: { connectionId: string }) => connection.connectionId)
      expect(seen).toEqual(all)
      expect(new Set(seen).size).toBe(seen.length)
      expect(seen[0]).toBe('in-code')
    }
  })
})

describe('a body that the vault cannot keep to', () => {
  it.each<[string, object, string]>([
    ['SAML', { type: 'SAML2' }, 'type'],
    ['a certificate', { providerCertificate: '-----BEGIN CERTIFICATE-----' }, 'providerCertificate'],
    ['a data region', { userDataConfiguration: { location: 'eu-west' } }, 'userDataConfiguration'],
    ['a condition', { conditions: { requireBusinessAccount: true } }, 'conditions'],
    ['a leeway', { conditions: { authenticationLeewayDuration: 'PT1H' } }, 'conditions'],
    ['automatic linking', { linkingConfiguration: { type: 'AUTOMATIC' } }, 'linkingConfiguration'],
    ['an assignment of tenants', { tenantConfiguration: { assignmentType: 'TRUSTED_DOMAIN_FALLBACK' } }, 'tenantConfiguration'],
    ['the id of a secret', { clientSecretId: 'secret-1' }, 'clientSecretId'],
    ['an expression for user ids that names no claim', { data: { userIdExpression: 'sub' } }, 'data.userIdExpression'],
    ['trust in user ids', { data: { trustIdentityUserId: true } }, 'data.trustIdentityUserId'],
    ['a developer account', { data: { developerAccountId: 'x' } }, 'data.developerAccountId'],
    ['an unknown field', { scopes: 'x' }, 'scopes'],
    ['an unknown field below', { data: { userName: 'x' } }, 'data.userName'],
    ['a refresh token', { refreshToken: 'x' }, 'refreshToken'],
    ['a setting of the core’s', { allowInsecureRequests: true }, 'allowInsecureRequests'],
    ['a private key', { privateKey: 'x' }, 'privateKey'],
    ['no client id', { clientId: undefined }, 'clientId'],
    ['an endpoint without TLS', { tokenUrl: 'http://p.example/token' }, 'tokenUrl'],
    ['an endpoint that is none', { authenticationUrl: 'nowhere' }, 'authenticationUrl'],
    ['an issuer that is none', { issuerUrl: 'nowhere' }, 'issuerUrl'],
    ['a userinfo endpoint that is none', { data: { oidcUserEndpointUrl: 'nowhere' } }, 'data.oidcUserEndpointUrl'],
    ['no token endpoint', { tokenUrl: undefined }, 'tokenUrl'],
    ['a content type that is none', { data: { supportedContentType: 'text/xml' } }, 'data.supportedContentType'],
    [
      'a reserved parameter',
      { defaultConnectionProperties: { redirect_uri: 'https://evil.example' } },
      'defaultConnectionProperties.redirect_uri',
    ],
    ['an id that is none', { connectionId: 'a/b' }, 'connectionId'],
    ['text for tags', { tags: 'x' }, 'tags'],
  ])('%s is refused, with the name of the field', async (_name, part, field) => {
    const refused = await world.call('POST', '/v1/connections', { body: { ...oauth, ...part } })
    expect(refused.status).toBe(400)
    expect(refused.body.errorCode).toBe('invalid_request')
    expect(Object.keys(refused.body.fields)).toEqual([field])
    expect(refused.body.title).toContain(field)
  })

  it('accepts neutral values of what it does not implement, and what only answers carry', async () => {
    const neutral = {
      providerCertificate: null,
      userDataConfiguration: { location: null },
      conditions: { requireBusinessAccount: false, authenticationLeewayDuration: 'PT5M' },
      linkingConfiguration: { type: null },
      tenantConfiguration: null,
      clientSecretId: '',
      data: { userIdExpression: '{sub}', trustIdentityUserId: false, developerAccountId: null },
      createdTime: '2026-01-01T00:00:00.000Z',
      lastUpdated: '2026-01-01T00:00:00.000Z',
      isActiveConnection: true,
    }
    const { status, body } = await world.call('POST', '/v1/connections', { body: { ...oauth, ...neutral } })
    expect(status).toBe(201)
    expect(body.createdTime).not.toBe(neutral.createdTime)
    expect(body).not.toHaveProperty('conditions')
  })

  it('does not rename a connection by a PUT', async () => {
    await world.call('POST', '/v1/connections', { body: { ...oauth, connectionId: 'mine' } })
    const refused = await world.call('PUT', '/v1/connections/mine', { body: { ...oauth, connectionId: 'other' } })
    expect(refused).toMatchObject({ status: 400, body: { fields: { connectionId: expect.any(String) } } })
    expect((await world.call('GET', '/v1/connections/other')).status).toBe(404)
  })

  it('repeats no secret that stands in a wrong place', async () => {
    const { body } = await world.call('POST', '/v1/connections', {
      body: { ...oauth, clientSecret: { value: 'canary' }, 'canary secret': 1 },
    })
    expect(body.errorCode).toBe('invalid_request')
    expect(JSON.stringify(body)).not.toContain('canary')
  })
})

it('an id that no connection can have is not found', async () => {
  for (const id of ['x'.repeat(300), 'a%2Fb', '%00', '%E2%80%AE', '..%2F..']) {
    for (const [method, body] of [['GET'], ['DELETE'], ['PUT', oauth]] as const) {
      const { status, body: answer } = await world.call(method, `/v1/connections/${id}`, { body })
      expect([method, id, status, answer.errorCode]).toEqual([method, id, 404, 'connection_not_found'])
    }
  }
})
