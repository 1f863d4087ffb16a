import { expect, it } from 'vitest'
import { VaultError } from '../../src/index.js'
import { interceptedStore } from '../fixtures/intercepted-store.js'
import { setScene } from './failure-matrix/scene.js'

// Before the request nothing was sent: whoever asks next need not wait for an answer that cannot come.
it.each(['before', 'after'] as const)(
  'a store that fails %s it has written the mark of a request keeps nobody from refreshing when it is back',
  async (when) => {
    const { world, process, ask } = await setScene('ended')
    let fails = true
    const store = interceptedStore(world.store, async (call, work) => {
      if (!fails || call !== 'credentials.markSent') return work()
      fails = false
      if (when === 'after') await work()
      throw new VaultError('store_unavailable', 'The connection broke.')
    })
    const vault = process({ store })
    const first = await ask({}, vault)
    expect(first.end()).toMatchObject({ error: { code: 'store_unavailable' } })
    expect(world.provider.refreshes()).toBe(0)

    const second = await ask({}, vault)
    expect(second.end()).toMatchObject({ credentials: { accessToken: 'canary-access-2' } })
  },
)
