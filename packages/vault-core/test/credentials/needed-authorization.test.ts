import { describe, expect, it } from 'vitest'
import type { ConnectionInput, GetCredentialsOptions, NeededAuthorization, VaultError } from '../../src/index.js'
import { type AccountWorld, ALICE, accountWorld, REDIRECT_URI } from './account-world.js'

const HOUR = 3_600_000

/** What the error of a call says is to be begun. */
async function needed(world: AccountWorld, options?: GetCredentialsOptions, accountId?: string): Promise<VaultError['facts']> {
  const selector = { ...ALICE, ...(accountId !== undefined && { accountId }) }
  return world.vault.getCredentials(selector, options).then(
    () => Promise.reject(new Error('The call succeeded.')),
    ({ facts }: VaultError) => facts,
  )
}

/** The scope that the provider is asked for when that is begun. */
async function askedBy({ vault }: AccountWorld, authorization: NeededAuthorization | undefined): Promise<URLSearchParams> {
  if (!authorization) throw new Error('Nothing is to be begun.')
  const flow = await vault.authorization.start({ ...authorization, redirectUri: REDIRECT_URI })
  return new URL(flow.authorizationUrl).searchParams
}

describe('what is to be begun', () => {
  it('for a scope that is lacking asks for that, for what was granted, and for what the connection asks for', async () => {
    const world = await accountWorld({ incrementalConnectionProperties: { include_granted_scopes: 'true' } })
    await world.connectAs('a', { answer: { scope: 'openid files.read extra' } })
    const { authorization, ...facts } = await needed(world, { requiredScopes: ['files.read', 'files.write'] })
    expect(facts).toEqual({ ...ALICE, missingScopes: ['files.write'], grantedScopes: ['openid', 'files.read', 'extra'] })
    expect(authorization).toEqual({
      ...ALICE,
      accountId: 'a',
      // `offline_access` was asked for, and the provider does not name it among what it granted.
      connectionProperties: { scope: 'openid offline_access files.read extra files.write', include_granted_scopes: 'true' },
    })
    const asked = await askedBy(world, authorization)
    expect([asked.get('scope'), asked.get('include_granted_scopes'), asked.get('prompt')]).toEqual([
      'openid offline_access files.read extra files.write',
      'true',
      'consent',
    ])
  })

  it('is for the account that was asked for', async () => {
    const world = await accountWorld()
    await world.connectAs('a')
    await world.connectAs('b', { answer: { scope: 'openid b.read' } })
    const { authorization } = await needed(world, { requiredScopes: ['x'] }, 'b')
    expect(authorization).toMatchObject({ accountId: 'b', connectionProperties: { scope: 'openid offline_access b.read x' } })
    await world.connectAs('b', { ...authorization, answer: { scope: 'openid b.read x' } })
    expect((await world.vault.getCredentials({ ...ALICE, accountId: 'b' }, { requiredScopes: ['x'] })).accessToken).toBe('access-3')
  })

  it('writes scopes as the provider reads them', async () => {
    const world = await accountWorld({ scopeSeparator: ',', defaultConnectionProperties: { scope: 'openid,user' } })
    await world.connectAs(undefined, { answer: { scope: 'repo,user' } })
    const { authorization } = await needed(world, { requiredScopes: ['gist'] })
    expect(authorization?.connectionProperties).toEqual({ scope: 'openid,user,repo,gist' })
  })

  it('for a user who has not connected asks for what the connection asks for, and what is required', async () => {
    const world = await accountWorld({ incrementalConnectionProperties: { include_granted_scopes: 'true' } })
    expect((await needed(world)).authorization).toEqual({ ...ALICE, connectionProperties: { scope: 'openid offline_access' } })
    expect(await needed(world, { requiredScopes: ['files.read', 'openid'] })).toEqual({
      ...ALICE,
      authorization: { ...ALICE, connectionProperties: { scope: 'openid offline_access files.read' } },
    })
  })

  it('for a connection that asks for nothing is nothing more', async () => {
    const world = await accountWorld({ defaultConnectionProperties: {} })
    expect((await needed(world)).authorization).toEqual({ ...ALICE, connectionProperties: {} })
  })

  it('for a grant that has ended keeps what was granted', async () => {
    const world = await accountWorld({ incrementalConnectionProperties: { include_granted_scopes: 'true' } })
    await world.connectAs('a', { answer: { scope: 'openid files.read' } })
    world.revokeAtProvider()
    await world.clock.advance(2 * HOUR)
    for (const requiredScopes of [[], ['files.read']])
      expect(await needed(world, { requiredScopes })).toMatchObject({
        reason: 'revoked',
        grantedScopes: ['openid', 'files.read'],
        authorization: { accountId: 'a', connectionProperties: { scope: 'openid offline_access files.read' } },
      })
    const callers = await Promise.all([needed(world), needed(world, { requiredScopes: ['openid'] })])
    expect(callers.map(({ reason }) => reason)).toEqual(['revoked', 'revoked'])
  })

  it('for callers who wait for one refresh is what each of them lacks', async () => {
    const world = await accountWorld()
    await world.connectAs('a', { answer: { scope: 'openid one two' } })
    await world.clock.advance(2 * HOUR)
    world.issuer.answers.set('/token', () =>
      Response.json({ access_token: 'narrow', token_type: 'Bearer', expires_in: 3600, scope: 'openid' }),
    )
    const facts = await Promise.all([needed(world, { requiredScopes: ['one'] }), needed(world, { requiredScopes: ['two'] })])
    expect(facts).toMatchObject([
      {
        missingScopes: ['one'],
        grantedScopes: ['openid'],
        authorization: { connectionProperties: { scope: 'openid offline_access one' } },
      },
      {
        missingScopes: ['two'],
        grantedScopes: ['openid'],
        authorization: { connectionProperties: { scope: 'openid offline_access two' } },
      },
    ])
  })

  it('is not said where consent does not help', async () => {
    const world = await accountWorld()
    await world.connectAs('a')
    world.issuer.answers.set('/token', () => Response.json({}, { status: 503 }))
    expect(await needed(world, { forceRefresh: true })).not.toHaveProperty('authorization')
  })
})

describe('a connection', () => {
  it.each<[string, Partial<ConnectionInput>]>([
    ['incrementalConnectionProperties.client_id', { incrementalConnectionProperties: { client_id: 'other' } }],
    ['scopeSeparator', { scopeSeparator: ';' as ',' }],
  ])('is refused with a wrong %s', async (field, connection) => {
    await expect(accountWorld(connection)).rejects.toMatchObject({
      code: 'invalid_configuration',
      facts: { fields: { [`connections[0].${field}`]: expect.any(String) } },
    })
  })
})
