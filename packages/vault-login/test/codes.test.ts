import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { LoginCodeRedemption, LoginGrant } from '../src/index.js'
import { APP, loginWorld, MINUTE } from './fixtures/login-world.js'

/** Like the published SDK's: base64url of numbers with commas between them. */
const sdkVerifier = (): string =>
  Buffer.from(new Uint32Array(Array.from({ length: 16 }, () => randomBytes(4).readUInt32LE() | 0x7000_0000)).join(',')).toString(
    'base64url',
  )
const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url')

/** Alice has signed in; her application has the code. */
async function codeIssued(codeVerifier = sdkVerifier()) {
  const world = loginWorld()
  const { login } = world.process({
    applications: [
      { applicationId: APP, redirectUrls: ['https://app.example.com'] },
      { applicationId: 'other', redirectUrls: ['https://app.example.com'] },
    ],
  })
  const { session } = await login.sessions.start({ userId: 'alice', applicationId: APP, connectionId: 'google' })
  const grant: LoginGrant = {
    requestId: 'r'.repeat(43),
    userId: 'alice',
    applicationId: APP,
    connectionId: 'google',
    sessionId: session.sessionId,
    redirectUrl: 'https://app.example.com/account?a=1',
    codeChallenge: challengeOf(codeVerifier),
  }
  const code = await login.codes.issue(grant)
  const right: LoginCodeRedemption = {
    requestId: grant.requestId,
    code,
    codeVerifier,
    redirectUri: grant.redirectUrl,
    applicationId: APP,
  }
  return { world, login, session, grant, right, isLive: () => login.sessions.isLive('alice', session.sessionId) }
}

describe('a code', () => {
  it('is redeemed once, with the SDK’s long verifier, by any process', async () => {
    const { world, grant, right } = await codeIssued()
    expect(right.codeVerifier.length).toBeGreaterThanOrEqual(226)
    expect(right.codeVerifier.length).toBeLessThanOrEqual(235)
    expect(await world.process().login.codes.redeem(right)).toEqual(grant)
  })

  it.each([43, 128, 230, 512])('takes a verifier of %i characters', async (length) => {
    const { login, grant, right } = await codeIssued('v'.repeat(length))
    expect(await login.codes.redeem(right)).toEqual(grant)
  })

  it.each([
    ['42 characters', 'v'.repeat(42)],
    ['513 characters', 'v'.repeat(513)],
    ['characters that none has', `${'v'.repeat(43)}+`],
    ['nothing', ''],
  ])('takes no verifier of %s, even if it is the right one', async (_what, verifier) => {
    const { login, right } = await codeIssued(verifier)
    expect(await login.codes.redeem(right)).toBeUndefined()
  })

  it('that comes again is refused, and ends the session that it stood for', async () => {
    const { login, grant, right, isLive } = await codeIssued()
    expect(await login.codes.redeem(right)).toEqual(grant)
    expect(await isLive()).toBe(true)
    expect(await login.codes.redeem(right)).toBeUndefined()
    expect(await isLive()).toBe(false)
    expect(await login.codes.redeem(right)).toBeUndefined()
  })

  it('that comes twenty times at once is redeemed at most once, and ends the session', async () => {
    const { world, right, isLive } = await codeIssued()
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.process().login.codes.redeem(right)))
    expect(answers.filter((answer) => answer !== undefined).length).toBeLessThanOrEqual(1)
    expect(await isLive()).toBe(false)
  })

  it.each<[string, Partial<LoginCodeRedemption>]>([
    ['verifier', { codeVerifier: sdkVerifier() }],
    ['verifier: the challenge itself', { codeVerifier: challengeOf('x') }],
    ['request', { requestId: 's'.repeat(43) }],
    ['application', { applicationId: 'other' }],
    ['redirect URI', { redirectUri: 'https://app.example.com/account?a=2' }],
    ['redirect URI: one of another origin', { redirectUri: 'https://evil.example/account?a=1' }],
    ['redirect URI: none', { redirectUri: '' }],
  ])('with the wrong %s is refused and spent', async (_what, wrong) => {
    const { login, right, isLive } = await codeIssued()
    expect(await login.codes.redeem({ ...right, ...wrong })).toBeUndefined()
    expect(await isLive()).toBe(true)
    // Somebody else has tried it: whoever comes with it now may be either.
    expect(await login.codes.redeem(right)).toBeUndefined()
    expect(await isLive()).toBe(false)
  })

  it('knows the redirect URI in its normal form', async () => {
    const { login, grant, right } = await codeIssued()
    expect(await login.codes.redeem({ ...right, redirectUri: 'HTTPS://APP.example.com:443/account?a=1' })).toEqual(grant)
  })

  it('is good for 5 minutes; coming late, it ends nothing', async () => {
    const early = await codeIssued()
    early.world.clock.advance(5 * MINUTE - 1)
    expect(await early.login.codes.redeem(early.right)).toEqual(early.grant)

    const late = await codeIssued()
    late.world.clock.advance(5 * MINUTE)
    expect(await late.login.codes.redeem(late.right)).toBeUndefined()
    expect(await late.isLive()).toBe(true)
  })

  it.each(['', 'x', 'A'.repeat(43), `${'A'.repeat(42)}=`, '../'.repeat(14)])(
    'that never was (%o) is refused, and leaves nothing behind',
    async (code) => {
      const { login, right, isLive } = await codeIssued()
      expect(await login.codes.redeem({ ...right, code })).toBeUndefined()
      expect(await isLive()).toBe(true)
      expect(await login.codes.redeem(right)).toBeDefined()
    },
  )

  it('of a session that has ended is refused', async () => {
    const { login, session, right } = await codeIssued()
    await login.sessions.end('alice', session.sessionId)
    expect(await login.codes.redeem(right)).toBeUndefined()
  })

  it('of a user who was forgotten meanwhile is refused', async () => {
    const world = loginWorld()
    const { vault, login } = world.process()
    const { session } = await login.sessions.start({ userId: 'alice', applicationId: APP, connectionId: 'google' })
    const codeVerifier = sdkVerifier()
    const redirectUrl = 'https://app.example.com/'
    const of = { requestId: 'r', applicationId: APP }
    const code = await login.codes.issue({
      ...of,
      userId: 'alice',
      connectionId: 'google',
      sessionId: session.sessionId,
      redirectUrl,
      codeChallenge: challengeOf(codeVerifier),
    })
    await vault.forgetUser('alice')
    expect(await login.codes.redeem({ ...of, code, codeVerifier, redirectUri: redirectUrl })).toBeUndefined()
  })

  it.each([undefined, '', 'plain', `${'c'.repeat(42)}=`])('is not issued without a challenge (%o)', async (codeChallenge) => {
    const { login, grant } = await codeIssued()
    await expect(login.codes.issue({ ...grant, codeChallenge })).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { codeChallenge: expect.any(String) } },
    })
  })
})
