import { expect, it } from 'vitest'
import { settle } from '../fixtures/manual-clock.js'
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
    return jsonAnswer(200, { access_token: 'access-refreshed', refresh_token: 'refresh-rotated', token_type: 'Bearer', expires_in: 3_600 })
  })
  const call = world.tokenOf()
  await settle()
  await world.connectAs('a', { answer: { access_token: 'access-consented', refresh_token: undefined } })
  answer()
  expect(await call).toBe('access-consented')
  await world.clock.advance(130_000)

  const sent: (string | null)[] = []
  world.issuer.answers.set('/token', ({ form }) => {
    sent.push(form.get('refresh_token'))
    return jsonAnswer(200, { access_token: 'access-newest', refresh_token: 'refresh-newest', token_type: 'Bearer', expires_in: 3_600 })
  })
  await world.vault.getCredentials(ALICE, { forceRefresh: true })
  expect(sent).toEqual(['refresh-rotated'])
})
