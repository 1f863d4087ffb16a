import { expect, it } from 'vitest'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'

it('what stays of a credential that was disconnected holds nothing that was sealed for it', async () => {
  const world = vaultWorld({ dpop: true, credentialProperties: ['team.name'] })
  const tokens = { access_token: 'canary-access-1', refresh_token: 'canary-refresh-1', token_type: 'DPoP', expires_in: 3600 }
  const vault = world.vault({ fetch: async () => Response.json({ ...tokens, team: { name: 'Acme' } }) })
  const sealed = async (): Promise<unknown[]> => {
    const row = await world.store.credentials.get({ tenant: 'default', ...ALICE, accountId: 'default' })
    const { sealedLabel, sealedProperties, sealedDpopKey } = JSON.parse(row?.data ?? '{}')
    return [row?.accessToken, row?.refreshToken, sealedLabel, sealedProperties, sealedDpopKey]
  }
  await world.connect(vault)
  const [, , , properties, dpopKey] = await sealed()
  expect([properties, dpopKey]).toEqual([expect.any(String), expect.any(String)])
  await vault.disconnect(ALICE)
  expect(await sealed()).toEqual([null, null, null, null, null])
  // Nothing of it stands in the way of the next consent.
  await world.connect(vault)
  expect(await vault.getCredentials(ALICE)).toMatchObject({ tokenType: 'DPoP', properties: { 'team.name': 'Acme' } })
})
