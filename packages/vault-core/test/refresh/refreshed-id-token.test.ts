import { describe, expect, it } from 'vitest'
import { PROVIDER } from '../fixtures/faulty-provider.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'

const ISSUER = 'https://issuer.example'
const RIGHT = { iss: ISSUER, sub: 'alice-at-provider', aud: 'client-1' }

const part = (value: object): string => btoa(JSON.stringify(value)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')
const idToken = (claims: object): string => `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`

/** A credential of a known subject, whose next refresh is answered with this ID token. */
async function refreshedWith(sent: unknown, subject: string | null = 'alice-at-provider', overrides: object = {}) {
  const world = vaultWorld({ issuer: ISSUER, ...overrides })
  const vault = world.vault({
    fetch: async (input) => {
      if (String(input) !== `${PROVIDER}/token`) throw new TypeError(`Nothing else is asked: ${input}`)
      return Response.json({
        access_token: 'canary-access-2',
        refresh_token: 'canary-refresh-2',
        token_type: 'Bearer',
        expires_in: 3600,
        id_token: sent,
      })
    },
  })
  await vault.importCredential({
    ...ALICE,
    accessToken: 'canary-access-1',
    refreshToken: 'canary-refresh-1',
    expiresAt: new Date(world.clock.now() + 600_000),
    ...(subject !== null && { subject }),
  })
  const accessToken = await vault.getCredentials(ALICE, { forceRefresh: true }).then(
    (credentials) => credentials.accessToken,
    (error: unknown) => error,
  )
  return { ...world, vault, accessToken }
}

describe('an ID token that comes with a refresh', () => {
  it.each<[string, unknown]>([
    ['the same user’s', idToken({ ...RIGHT, iat: 1 })],
    ['for several applications', idToken({ ...RIGHT, aud: ['other', 'client-1'], azp: 'client-1' })],
    ['one that cannot be read', 'not a token'],
    ['an encrypted one', 'a.b.c.d.e'],
    ['one whose claims are no JSON', `${part({})}.bm90IGpzb24.x`],
    ['none', undefined],
  ])('lets the access token be handed out: %s', async (_what, sent) => {
    expect((await refreshedWith(sent)).accessToken).toBe('canary-access-2')
  })

  it.each<[string, object]>([
    ['of another user', { ...RIGHT, sub: 'mallory-at-provider' }],
    ['of nobody', { ...RIGHT, sub: undefined }],
    ['from another issuer', { ...RIGHT, iss: 'https://evil.example' }],
    ['for another application', { ...RIGHT, aud: 'other' }],
    ['for another application', { ...RIGHT, azp: 'other' }],
    ['from the future', { ...RIGHT, iat: 99_999_999_999 }],
  ])('that is %s keeps it back, and the new refresh token safe', async (_problem, claims) => {
    const { accessToken, vault, store, clock, logLines } = await refreshedWith(idToken(claims))
    expect(accessToken).toMatchObject({ code: 'provider_unavailable' })
    // What was good before is served until it ends.
    expect((await vault.getCredentials(ALICE)).accessToken).toBe('canary-access-1')
    const [kept] = (await store.credentials.list({ tenant: 'default', limit: 1 })).items
    expect(kept?.status).toBe('quarantined')
    expect(JSON.stringify(logLines)).toContain('id_token')
    expect(JSON.stringify(logLines)).not.toContain('mallory')
    // And no longer.
    await clock.advance(600_000)
    expect(await vault.getCredentials(ALICE).catch((error: unknown) => error)).toMatchObject({ code: 'provider_unavailable' })
  })

  it('is compared by what names the account', async () => {
    const named = { userIdExpression: '{id}' }
    expect((await refreshedWith(idToken({ ...RIGHT, sub: 'another name' }), 'alice-at-provider', named)).accessToken).toBe(
      'canary-access-2',
    )
    expect((await refreshedWith(idToken({ ...RIGHT, sub: 'anybody' }), null)).accessToken).toBe('canary-access-2')
  })
})
