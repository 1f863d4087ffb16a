import { expect, it } from 'vitest'
import { createVault, localKeyring } from '../../src/index.js'
import { failingStore } from '../fixtures/intercepted-store.js'
import { settle } from '../fixtures/manual-clock.js'
import { memoryJournal } from '../fixtures/memory-journal.js'
import { oidcConnection } from '../oauth/authorization-world.js'
import { jsonAnswer } from '../oauth/faulty-token-endpoint.js'
import { ALICE, accountWorld } from './account-world.js'

const HOUR = 3_600_000

// A provider that sends one with the first consent only, and replaces it at each refresh.
it('a refresh token that came while its user consented again, and got none, takes the place of the one that it was asked for with', async () => {
  const world = await accountWorld()
  await world.connectAs('a')
  await world.clock.advance(2 * HOUR)
  let answer = (): void => undefined
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  world.issuer.answers.set('/token', async () => {
    await answered
    return jsonAnswer(200, {
      access_token: 'access-refreshed',
      refresh_token: 'refresh-rotated',
      token_type: 'Bearer',
      expires_in: 3_600,
      refresh_token_expires_in: 7_200,
    })
  })
  const call = world.tokenOf()
  const startedAtMs = world.clock.now()
  await settle()
  await world.connectAs('a', { answer: { access_token: 'access-consented', refresh_token: undefined } })
  answer()
  expect(await call).toBe('access-consented')
  expect(await world.vault.getCredentialInfo(ALICE)).toMatchObject({ refreshTokenExpiresAt: new Date(startedAtMs + 7_200_000) })
  await world.clock.advance(130_000)

  const sent: (string | null)[] = []
  world.issuer.answers.set('/token', ({ form }) => {
    sent.push(form.get('refresh_token'))
    return jsonAnswer(200, { access_token: 'access-newest', refresh_token: 'refresh-newest', token_type: 'Bearer', expires_in: 3_600 })
  })
  await world.vault.getCredentials(ALICE, { forceRefresh: true })
  expect(sent).toEqual(['refresh-rotated'])
})

// The store was away when the answer came, and the process ended before it was back.
it('a refresh token that waits in the journal is the one that is kept when its user consents again, and gets none', async () => {
  const world = await accountWorld()
  const journal = memoryJournal()
  const { clock, issuer } = world
  const process = (store = world.store) =>
    createVault({
      store,
      journal,
      clock,
      fetch: issuer.fetch,
      background: false,
      keyring: localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }]),
      connections: [oidcConnection],
    })
  await world.connectAs('a')
  await clock.advance(2 * HOUR)
  const failing = failingStore(world.store, (call) => call === 'credentials.update')
  const ending = process({ ...failing.store, close: async () => undefined })
  issuer.answers.set('/token', () =>
    jsonAnswer(200, { access_token: 'access-refreshed', refresh_token: 'refresh-rotated', token_type: 'Bearer', expires_in: 3_600 }),
  )
  failing.isDown = true
  expect((await ending.getCredentials(ALICE)).accessToken).toBe('access-refreshed')
  void ending.close()
  await clock.advance(200_000)
  expect(journal.entries.size).toBe(1)

  const vault = process()
  await world.connectAs('a', { vault, answer: { access_token: 'access-consented', refresh_token: undefined } })
  const sent: (string | null)[] = []
  issuer.answers.set('/token', ({ form }) => {
    sent.push(form.get('refresh_token'))
    return jsonAnswer(200, { access_token: 'access-newest', refresh_token: 'refresh-newest', token_type: 'Bearer', expires_in: 3_600 })
  })
  await vault.getCredentials(ALICE, { forceRefresh: true })
  expect(sent).toEqual(['refresh-rotated'])
})

// RFC 9449, section 5: that of a client without a secret is bound to the key of its own consent, and each consent has a key of its own.
it.each([
  ['one without a secret does not keep it', false],
  ['any other does', true],
] as const)('of two clients whose tokens are bound to keys, and whose user consents again: %s', async (_which, hasSecret) => {
  const { clientSecret, ...client } = oidcConnection
  const secret = hasSecret && clientSecret !== undefined ? { clientSecret } : { clientAuthentication: 'none' as const }
  const { connectAs } = await accountWorld({}, { connections: [{ ...client, ...secret, dpop: true }] })
  const bound = { token_type: 'DPoP' }
  expect(await connectAs('a', { answer: bound })).toMatchObject({ hasRefreshToken: true })
  expect(await connectAs('a', { answer: { ...bound, refresh_token: undefined } })).toMatchObject({ hasRefreshToken: hasSecret })
})

it('one that the provider has refused is not kept when its user consents again, and gets none', async () => {
  const world = await accountWorld()
  await world.connectAs('a')
  await world.clock.advance(2 * HOUR)
  world.revokeAtProvider()
  await expect(world.tokenOf()).rejects.toMatchObject({ code: 'reauthorization_required' })
  expect(await world.connectAs('a', { answer: { refresh_token: undefined } })).toMatchObject({ hasRefreshToken: false })
})
