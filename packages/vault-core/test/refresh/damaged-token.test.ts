import { expect, it } from 'vitest'
import { ALICE } from '../fixtures/vault-world.js'
import { S, setScene } from './failure-matrix/scene.js'

const KEY = { ...ALICE, tenant: 'default', accountId: 'default' }

it('a refresh token that does not open is told to each who asks, and one that was restored is sent at once', async () => {
  const { world, ask, process } = await setScene('ended')
  const { credentials } = world.store
  const sound = await credentials.get(KEY)
  const write = async (refreshToken: Uint8Array | null | undefined, attemptId: string): Promise<void> => {
    const row = await credentials.get(KEY)
    await credentials.update({ key: KEY, attemptId, expect: { version: row?.version ?? 0 }, set: { refreshToken: refreshToken ?? null } })
  }
  await write(new Uint8Array(200), 'damaged')
  for (const vault of [process(), process()]) expect((await ask({}, vault)).end()).toMatchObject({ error: { code: 'decryption_failed' } })
  expect(world.provider.refreshes()).toBe(0)

  await write(sound?.refreshToken, 'restored')
  const call = await ask({}, process())
  await world.clock.advance(S)
  expect(call.end()).toMatchObject({ credentials: { accountId: 'default' } })
})
