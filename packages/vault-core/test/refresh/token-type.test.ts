import { describe, expect, it } from 'vitest'
import { json } from '../fixtures/faulty-provider.js'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'

const HOUR = 3_600_000

describe('the type of a token that could not be used', () => {
  it('is not that of the next one, which states none', async () => {
    const world = vaultWorld()
    const vault = world.vault()
    await world.connect(vault)
    await world.clock.advance(2 * HOUR)
    world.provider.failNext({
      when: 'after',
      respond: () => json(200, { access_token: 'canary-mac', refresh_token: 'canary-refresh-2', token_type: 'mac' }),
    })
    await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'provider_unavailable', facts: { reason: 'quarantined' } })
    await world.clock.advance(HOUR)
    world.provider.failNext({
      when: 'after',
      respond: () => json(200, { access_token: 'canary-access-3', refresh_token: 'canary-refresh-3', expires_in: 3_600 }),
    })
    expect(await vault.getCredentials(ALICE)).toMatchObject({ accessToken: 'canary-access-3', tokenType: 'Bearer' })
  })
})
