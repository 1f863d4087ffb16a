import { describe, expect, expectTypeOf, it } from 'vitest'
import { defineProvider, type ProviderDefinition } from '../../src/index.js'
import { parseConnection } from '../../src/model/parse-connection.js'

const APP = { clientId: 'app', clientSecret: 'canary-client-secret' }

const acme = {
  providerId: 'acme',
  name: 'Acme',
  documentation: 'https://docs.acme.example/oauth',
  authorizationEndpoint: 'https://{tenant}.acme.example/authorize',
  tokenEndpoint: 'https://{tenant}.acme.example/token',
  apiOrigins: ['https://{tenant}.acme.example'],
  variables: { tenant: { kind: 'label', description: 'the first part of your address at Acme' } },
  refreshTokens: 'with_offline_access',
  offlineAccess: { scope: 'offline', parameters: { access_type: 'offline' } },
  defaultScopes: ['profile'],
  scopeSeparator: ',',
} as const satisfies ProviderDefinition

const problemsOf = (call: () => unknown): unknown => {
  try {
    call()
  } catch (error) {
    return [
      Reflect.get(error as object, 'code'),
      (error as Error).message,
      (Reflect.get(error as object, 'facts') as { fields: unknown }).fields,
    ]
  }
  return 'nothing'
}

describe('a provider', () => {
  it('makes connections with its data, the variables filled in', () => {
    const connection = parseConnection(defineProvider(acme)({ ...APP, tenant: 'blue-sky', scopes: ['files', 'mail'] }))
    expect(connection.connectionId).toBe('acme')
    expect(connection.name).toBe('Acme')
    expect(connection.endpoints.token).toBe('https://blue-sky.acme.example/token')
    expect(connection.api.origins).toEqual(['https://blue-sky.acme.example'])
    expect(connection.defaultConnectionProperties).toEqual({ access_type: 'offline', scope: 'files,mail,offline' })
  })

  it('has variables filled in wherever a URL is asked for', () => {
    const provider = defineProvider({
      ...acme,
      defaultScopes: ['https://{tenant}.acme.example/.default'],
      offlineAccess: { scope: 'https://{tenant}.acme.example/offline', parameters: { audience: 'https://{tenant}.acme.example/' } },
      defaultConnectionProperties: { resource_url: 'https://{tenant}.acme.example/api' },
    })
    expect(provider({ ...APP, tenant: 'blue' }).defaultConnectionProperties).toEqual({
      scope: 'https://blue.acme.example/.default,https://blue.acme.example/offline',
      audience: 'https://blue.acme.example/',
      resource_url: 'https://blue.acme.example/api',
    })
  })

  it('says what scopes are given by, and not what connections without a provider give them by', () => {
    expect(() => defineProvider(acme)({ ...APP, tenant: 'blue', scope: ['files'] } as never)).toThrow(
      expect.objectContaining({ code: 'invalid_configuration', facts: { fields: { scope: 'is unknown; did you mean `scopes`?' } } }),
    )
  })

  it('asks for its default scopes, and for no refresh token where none is wanted', () => {
    const input = defineProvider(acme)({ ...APP, tenant: 'blue', offlineAccess: false })
    expect(input.defaultConnectionProperties).toEqual({ scope: 'profile' })
  })

  it('lets the application have the last word', () => {
    const input = defineProvider(acme)({
      ...APP,
      tenant: 'blue',
      connectionId: 'acme-eu',
      name: 'Acme (EU)',
      tokenEndpoint: 'https://eu.acme.example/token',
      defaultConnectionProperties: { access_type: 'online', scope: 'all' },
    })
    expect(input).toMatchObject({ connectionId: 'acme-eu', name: 'Acme (EU)', tokenEndpoint: 'https://eu.acme.example/token' })
    expect(input.defaultConnectionProperties).toEqual({ access_type: 'online', scope: 'all' })
  })

  it('keeps its definition for who lists providers', () => {
    const { definition } = defineProvider(acme)
    expect(definition.documentation).toBe('https://docs.acme.example/oauth')
    expect(Object.isFrozen(definition)).toBe(true)
    expectTypeOf(definition.providerId).toEqualTypeOf<'acme'>()
  })

  it('says what a variable is when it is missing', () => {
    const provider = defineProvider(acme)
    // @ts-expect-error -- `tenant` is missing.
    expect(problemsOf(() => provider(APP))).toEqual([
      'invalid_configuration',
      'The connection of Acme is wrong: `tenant` is missing: the first part of your address at Acme.',
      { tenant: 'is missing: the first part of your address at Acme' },
    ])
  })

  const HOSTILE = [
    'evil.example/',
    'evil.example#',
    'evil.example?',
    'evil.example\\',
    'a.b',
    '@evil',
    'user@evil',
    'user:pass@evil.example/',
    'a/b',
    '..',
    '.',
    '-a',
    'a-',
    ' a',
    'a ',
    'a\n',
    'a\t',
    'a%2eb',
    'a%',
    'ａ',
    'é',
    'a:1',
    '[::1]',
    '',
    'x'.repeat(64),
    '{tenant}',
    '$&',
  ]
  it.each(HOSTILE)('takes no label that could lead elsewhere: %j', (tenant) => {
    expect(problemsOf(() => defineProvider(acme)({ ...APP, tenant }))).toEqual([
      'invalid_configuration',
      expect.not.stringContaining('evil'),
      { tenant: expect.any(String) },
    ])
  })

  const OF_A_HOST = {
    ...acme,
    authorizationEndpoint: 'https://{domain}/authorize',
    tokenEndpoint: 'https://{domain}/token',
    apiOrigins: ['https://{domain}'],
    variables: { domain: { kind: 'host', description: 'your domain', endings: ['.acme.example', '.acme.dev'] } },
  } as const satisfies ProviderDefinition

  it.each([
    ['acme.example.evil.example', false],
    ['evil-acme.example', false],
    ['evilacme.dev', false],
    ['blue.acme.example:8443', false],
    ['blue.acme.example/x', false],
    ['https://blue.acme.example', false],
    ['.acme.example', false],
    ['blue.acme.example', true],
    ['a.b.ACME.dev', true],
  ])('takes a host name of its own alone: %s', (domain, isTaken) => {
    const call = () => defineProvider(OF_A_HOST)({ ...APP, domain }).tokenEndpoint
    if (isTaken) expect(call()).toBe(`https://${domain}/token`)
    else expect(problemsOf(call)).toEqual(['invalid_configuration', expect.any(String), { domain: expect.any(String) }])
  })

  it.each<[unknown]>([[['acme.example']], ['.acme.example'], [[]], [['.acme.dev', '.Acme.example']], [['.acme.example/']], [['.']], [[7]]])(
    'takes no ending that would be one of other people’s names, or of none: %j',
    (endings) => {
      const variables = { domain: { ...OF_A_HOST.variables.domain, endings: endings as readonly string[] } }
      expect(problemsOf(() => defineProvider({ ...OF_A_HOST, variables }))).toEqual([
        'invalid_configuration',
        expect.stringContaining('`endings`'),
        { 'variables.domain': expect.any(String) },
      ])
    },
  )

  it.each(['127.0.0.1', '10.0.0.1', 'localhost', '1.2.3.4', '[::1]', 'a.1', '0x7f.1'])('takes no address for a host name: %s', (domain) => {
    const { endings: _endings, ...variable } = OF_A_HOST.variables.domain
    const provider = defineProvider({ ...OF_A_HOST, variables: { domain: variable } })
    expect(problemsOf(() => provider({ ...APP, domain }))).toEqual([
      'invalid_configuration',
      expect.any(String),
      { domain: expect.any(String) },
    ])
  })

  it('takes a choice and a segment for what they are, and a default where none is given', () => {
    const provider = defineProvider({
      ...acme,
      authorizationEndpoint: 'https://login.acme.{region}/{directory}/authorize',
      tokenEndpoint: 'https://login.acme.{region}/{directory}/token',
      apiOrigins: ['https://api.acme.{region}'],
      variables: {
        region: { kind: 'choice', choices: ['com', 'co.uk'], default: 'com', description: 'where your data is' },
        directory: { kind: 'segment', default: 'common', description: 'your directory' },
      },
    })
    expect(provider(APP).tokenEndpoint).toBe('https://login.acme.com/common/token')
    expect(provider({ ...APP, region: 'co.uk', directory: 'a.b_c' }).tokenEndpoint).toBe('https://login.acme.co.uk/a.b_c/token')
    for (const region of ['evil.example', 'com.evil', 'com/']) expect(problemsOf(() => provider({ ...APP, region }))).not.toBe('nothing')
    for (const directory of ['..', '.', 'a/b', 'a?b', '%2e%2e', 'a#'])
      expect(problemsOf(() => provider({ ...APP, directory }))).not.toBe('nothing')
  })
})

describe('a definition that is wrong', () => {
  it('with a typo in a field name does not compile, and says what was meant', () => {
    const { tokenEndpoint, ...rest } = acme
    // @ts-expect-error -- There is no such field.
    expect(problemsOf(() => defineProvider({ ...rest, issuer: 'https://acme.example', tokenEndpiont: tokenEndpoint }))).toEqual([
      'invalid_configuration',
      'The definition of provider "acme" is wrong: `tokenEndpiont` is unknown; did you mean `tokenEndpoint`?.',
      { tokenEndpiont: 'is unknown; did you mean `tokenEndpoint`?' },
    ])
  })

  it.each<[string, object, string]>([
    ['no id', { providerId: undefined }, 'providerId'],
    ['an id that is none', { providerId: 'Acme Inc' }, 'providerId'],
    ['no documentation', { documentation: undefined }, 'documentation'],
    ['refresh tokens of another kind', { refreshTokens: 'sometimes' }, 'refreshTokens'],
    ['no way to ask for them', { offlineAccess: undefined }, 'offlineAccess'],
    ['a way to ask for what is always given', { refreshTokens: 'issued' }, 'offlineAccess'],
    ['a place without a variable', { tokenEndpoint: 'https://{tenant}.{region}.acme.example/token' }, 'tokenEndpoint'],
    ['a variable without a place', { variables: { ...acme.variables, region: { kind: 'label', description: 'x' } } }, 'variables.region'],
    ['a variable of no kind', { variables: { tenant: { description: 'x' } } }, 'variables.tenant'],
    ['a variable that nobody explains', { variables: { tenant: { kind: 'label' } } }, 'variables.tenant'],
    ['a label that chooses the host', { tokenEndpoint: 'https://login.{tenant}/token' }, 'tokenEndpoint'],
    ['a label that chooses the host before a port', { tokenEndpoint: 'https://login.{tenant}:8443/token' }, 'tokenEndpoint'],
    ['a place in a query', { tokenEndpoint: 'https://acme.example/token?t={tenant}' }, 'tokenEndpoint'],
    ['a place in a user name', { tokenEndpoint: 'https://{tenant}@acme.example/token' }, 'tokenEndpoint'],
    ['a default that is none', { variables: { tenant: { kind: 'label', description: 'x', default: 'a.b' } } }, 'variables.tenant'],
    ['http', { tokenEndpoint: 'http://{tenant}.acme.example/token' }, 'tokenEndpoint'],
    ['an API origin with a path', { apiOrigins: ['https://{tenant}.acme.example/v1'] }, 'apiOrigins'],
    ['an error code for one that is none', { errorCodes: { bad: 'broken' } }, 'errorCodes.bad'],
    ['a hook that is no function', { hooks: { mapTokenResponse: 'x' } }, 'hooks.mapTokenResponse'],
    ['a hook that there is not', { hooks: { mapTokens: () => ({}) } }, 'hooks.mapTokens'],
    ['a token among the properties', { credentialProperties: ['refresh_token'] }, 'credentialProperties'],
    ['a secret among the parameters', { tokenRequestParameters: { client_secret: 'x' } }, 'tokenRequestParameters.client_secret'],
    ['an account that nothing names', { userIdSource: 'token_response' }, 'userIdSource'],
    ['PKCE of another kind', { pkce: true }, 'pkce'],
  ])('is told: %s', (_what, changed, field) => {
    expect(problemsOf(() => defineProvider({ ...acme, ...changed } as typeof acme))).toEqual([
      'invalid_configuration',
      expect.stringContaining('`'),
      expect.objectContaining({ [field]: expect.any(String) }),
    ])
  })
})
