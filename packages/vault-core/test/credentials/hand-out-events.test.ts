import { describe, expect, it } from 'vitest'
import { ALICE, vaultWorld } from '../fixtures/vault-world.js'

const NIGHTLY = { kind: 'service_client', id: 'sc_nightly', keyId: 'k1', address: '203.0.113.9' } as const

async function connected() {
  const world = vaultWorld()
  const vault = world.vault()
  await world.connect(vault)
  const told = () => world.events.filter(({ type }) => type === 'accessed' || type === 'access_refused')
  return { world, vault, told }
}

describe('each token that is handed out, and each that is not', () => {
  it('is told once: to whom, whose, and which', async () => {
    const { world, vault, told } = await connected()
    const { fingerprint } = await vault.getCredentials(ALICE, { actor: NIGHTLY })
    await vault.getCredentials(ALICE)
    const event = {
      id: expect.stringMatching(/^[\w-]{22}$/),
      type: 'accessed',
      atMs: world.clock.now(),
      tenant: 'default',
      ...ALICE,
      accountId: 'default',
      fingerprint,
    }
    expect(told()).toEqual([{ ...event, actor: NIGHTLY }, event])
    expect(new Set(told().map(({ id }) => id)).size).toBe(2)
  })

  it('is told with the reason where none is given', async () => {
    const { vault, told } = await connected()
    await expect(vault.getCredentials({ ...ALICE, userId: 'bob' }, { actor: NIGHTLY })).rejects.toMatchObject({
      code: 'credential_not_found',
    })
    await expect(vault.getCredentials(ALICE, { requiredScopes: ['files.write'] })).rejects.toMatchObject({ code: 'insufficient_scope' })
    expect(told()).toMatchObject([
      { type: 'access_refused', userId: 'bob', actor: NIGHTLY, code: 'credential_not_found' },
      { type: 'access_refused', userId: 'alice', code: 'insufficient_scope' },
    ])
  })

  it('is not told where the call was wrong in itself, or its caller ended it', async () => {
    const { vault, told } = await connected()
    await expect(vault.getCredentials(ALICE, { minValidityMs: -1 })).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(vault.getCredentials(ALICE, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
    expect(told()).toEqual([])
  })

  it.each([
    [{ kind: 'user', id: '' }, 'actor.id'],
    [{ kind: 'user', id: 'a\0b' }, 'actor.id'],
    [{ kind: 'user', id: 'x'.repeat(256) }, 'actor.id'],
    [{ kind: 'robot', id: 'r2' }, 'actor.kind'],
    [{ kind: 'user', id: 'ann', keyId: 7 }, 'actor.keyId'],
    ['ann', 'actor'],
  ])('is refused to an actor that is none: %j', async (actor, field) => {
    const { vault, told } = await connected()
    const refusal = { code: 'invalid_request', facts: { fields: { [field]: expect.any(String) } } }
    await expect(vault.getCredentials(ALICE, { actor: actor as never })).rejects.toMatchObject(refusal)
    await expect(vault.disconnect(ALICE, { actor: actor as never })).rejects.toMatchObject(refusal)
    await expect(vault.forgetUser('alice', { actor: actor as never })).rejects.toMatchObject(refusal)
    expect(told()).toEqual([])
  })

  it('tells of its actor nothing but what an actor is made of', async () => {
    const { vault, told } = await connected()
    await vault.getCredentials(ALICE, { actor: { ...NIGHTLY, accessKey: 'canary-access-key' } as never })
    expect(told()).toMatchObject([{ actor: NIGHTLY }])
    expect(told()[0]?.actor).toEqual(NIGHTLY)
  })
})
