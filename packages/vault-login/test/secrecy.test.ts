import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import type { VaultStore } from '@holdfast/vault-core'
import { describe, expect, it } from 'vitest'
import { APP, idTokenOf, type LoginWorld, loginWorld, userinfoOf } from './fixtures/login-world.js'

const NAME = 'canary-name-Lovelace'
const EMAIL = 'canary-mail@example.com'
const PICTURE = 'https://example.com/canary-picture.png'
const SUBJECT = 'canary-subject-at-the-provider'
const VERIFIER = 'canary-verifier-'.repeat(4)

/** Everything that goes into a store, as text. */
function recording(store: VaultStore, seen: string[]): VaultStore {
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(from, property, receiver) {
        const value: unknown = Reflect.get(from, property, receiver)
        if (typeof value === 'object' && value !== null) return wrap(value)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          seen.push(
            JSON.stringify(args, (_key, part: unknown) => (part instanceof Uint8Array ? Buffer.from(part).toString('latin1') : part)),
          )
          return Reflect.apply(value, from, args)
        }
      },
    })
  return wrap(store)
}

/** Does everything once; returns what secrets there were, and what could be seen from outside. */
async function walkAllPaths(world: LoginWorld) {
  const { vault, login } = world.process()
  const claims = { name: NAME, email: EMAIL, picture: PICTURE }
  const userId = await login.identities.resolve(idTokenOf('google', SUBJECT, claims))
  await login.identities.resolve(userinfoOf('github', { id: `${SUBJECT}-2`, ...claims }), userId)
  const begun = await login.sessions.start({ userId, applicationId: APP, connectionId: 'google' })
  const continued = await login.sessions.resume(begun.token.reveal())
  const { sessionId } = begun.session
  const request = { userId, applicationId: APP, connectionId: 'google', sessionId }
  const tokens = await login.tokens.issue(request)
  await login.tokens.verify(tokens.accessToken)
  await login.tokens.rotateSigningKeys()
  const grant = {
    ...request,
    requestId: 'r'.repeat(43),
    redirectUrl: 'https://app.example.com/',
    codeChallenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  }
  const code = await login.codes.issue(grant)
  await login.codes.redeem({ ...grant, code, codeVerifier: VERIFIER, redirectUri: grant.redirectUrl })
  const unspent = await login.codes.issue(grant)
  const sealedRequest = await login.requests.seal({
    requestId: 'canary-request-id',
    applicationId: APP,
    redirectUrl: 'https://app.example.com/',
    codeChallenge: grant.codeChallenge,
    connectionId: 'google',
    connectionProperties: { login_hint: EMAIL },
    responseLocation: 'cookie',
    flowType: ['code'],
    multiAccount: false,
    linkTo: undefined,
    createdAtMs: world.clock.now(),
  })
  const sessionSecrets = [begun.token, continued?.token].map((token) => token?.reveal().split('.')[2] ?? '')
  return {
    vault,
    login,
    held: [begun, continued],
    personal: [NAME, EMAIL, PICTURE, SUBJECT, VERIFIER, 'canary-request-id'],
    secrets: [
      ...sessionSecrets,
      ...sessionSecrets.map((secret) => secret.slice(0, 43)),
      code,
      unspent,
      sealedRequest,
      ...Object.values(tokens),
    ],
  }
}

/** The text itself, and its base64 wherever it may begin. */
function formsOf(text: string): readonly string[] {
  const shifted = ['', 'x', 'xy'].map((padding) => {
    const base64 = Buffer.from(padding + text).toString('base64')
    return base64.slice(padding.length === 0 ? 0 : padding.length + 1, -4)
  })
  return [text, Buffer.from(text).toString('hex'), ...shifted, ...shifted.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))]
}

describe('what reaches the store', () => {
  it('has no name, address, picture, id at a provider, secret, code or token in it', async () => {
    const written: string[] = []
    const world = loginWorld((store) => recording(store, written))
    const { personal, secrets, login } = await walkAllPaths(world)
    expect(written.length).toBeGreaterThan(40)
    const all = written.join('\n')
    for (const canary of [...personal, ...secrets.filter((secret): secret is string => typeof secret === 'string')]) {
      for (const form of formsOf(canary)) expect(all.includes(form), canary).toBe(false)
    }
    // No key in any shape: neither the letters of a JWK, nor what stands in the published one.
    expect(all).not.toMatch(/\\?"(?:d|x|kty)\\?":/)
    for (const { x } of (await login.tokens.jwks()).keys) expect(all).not.toContain(x)
  })

  it('would show it: what is written open is found', async () => {
    const written: string[] = []
    const world = loginWorld((store) => recording(store, written))
    const { vault } = world.process()
    await vault.users.put({ userId: 'alice', name: NAME })
    expect(formsOf(NAME).some((form) => written.join('\n').includes(form))).toBe(true)
  })
})

describe('what can be seen of a login', () => {
  it('has no secret in it, however it is printed, and neither have sessions and the log', async () => {
    const world = loginWorld()
    const { login, held, secrets } = await walkAllPaths(world)
    const shown = [login, ...Object.values(login), held, world.logLines].flatMap((value) => [
      JSON.stringify(value) ?? '',
      String(value),
      inspect(value, { depth: 20, showHidden: true }),
      inspect(value, { depth: 20, showHidden: true, customInspect: false }),
      inspect(new Error('failed', { cause: value }), { depth: 20, showHidden: true }),
    ])
    const all = shown.join('\n')
    expect(all).toContain(held[0]?.session.sessionId)
    for (const secret of secrets) if (typeof secret === 'string') expect(all).not.toContain(secret)
    expect(all).not.toContain('privateJwk')
    expect(all).not.toContain('canary-')
  })
})
