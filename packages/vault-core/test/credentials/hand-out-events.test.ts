import { describe, expect, it } from 'vitest'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'

async function connected() {
  const world = vaultWorld()
  const vault = world.vault()
  await world.connect(vault)
  const told = () => world.events.filter(({ type }) => type === 'credentials_read' || type === 'credentials_refused')
  return { world, vault, told }
}

describe('each token that is handed out, and each that is not', () => {
  it('is told once: to whom, whose, and which', async () => {
    const { world, vault, told } = await connected()
    const { fingerprint } = await vault.getCredentials(ALICE, { reader: 'sc_nightly' })
    await vault.getCredentials(ALICE)
    const event = { type: 'credentials_read', atMs: world.clock.now(), tenant: 'default', ...ALICE, accountId: 'default', fingerprint }
    expect(told()).toEqual([
      { ...event, reader: 'sc_nightly' },
      { ...event, reader: undefined },
    ])
  })

  it('is told with the reason where none is given', async () => {
    const { vault, told } = await connected()
    await expect(vault.getCredentials({ ...ALICE, userId: 'bob' }, { reader: 'sc' })).rejects.toMatchObject({
      code: 'credential_not_found',
    })
    await expect(vault.getCredentials(ALICE, { requiredScopes: ['files.write'] })).rejects.toMatchObject({ code: 'insufficient_scope' })
    expect(told()).toMatchObject([
      { type: 'credentials_refused', userId: 'bob', reader: 'sc', code: 'credential_not_found' },
      { type: 'credentials_refused', userId: 'alice', code: 'insufficient_scope' },
    ])
  })

  it('is not told where the call was wrong in itself, or its caller ended it', async () => {
    const { vault, told } = await connected()
    await expect(vault.getCredentials(ALICE, { minValidityMs: -1 })).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(vault.getCredentials(ALICE, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
    expect(told()).toEqual([])
  })

  it.each(['', 'a\0b', 'x'.repeat(256)])('is refused to a reader whose name is %j', async (reader) => {
    const { vault } = await connected()
    await expect(vault.getCredentials(ALICE, { reader })).rejects.toMatchObject({ facts: { fields: { reader: expect.any(String) } } })
  })
})
