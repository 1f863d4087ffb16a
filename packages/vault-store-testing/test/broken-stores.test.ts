import type { VaultStore } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { describe, expect, it } from 'vitest'
import { brokenStores } from '../src/broken-stores/index.js'
import type { OpenStore } from '../src/index.js'
import { brokenRules } from './recording-runner.js'

/** Opens a sound store, and lets a fault be put in. */
function opener(breakIt: (typeof brokenStores)[string]['breakIt']): () => OpenStore {
  return () => {
    let now = 1_800_000_000_000
    return {
      store: breakIt(memoryStore({ clock: () => now })),
      elapse: (ms) => {
        now += ms
      },
    }
  }
}

/** Asks once for each query, and never again. */
function cacheOf<Q, A>(ask: (query: Q) => Promise<A>): (query: Q) => Promise<A> {
  const answers = new Map<string, Promise<A>>()
  return (query) => {
    const name = JSON.stringify(query)
    const answer = answers.get(name) ?? ask(query)
    answers.set(name, answer)
    return answer
  }
}

// A suite that catches nothing proves nothing: each of these stores has one fault, and the rule about it must find it.
describe('the suite', () => {
  it('finds nothing wrong with the sound store', async () => {
    const { broken, run } = await brokenRules(opener((sound) => sound))
    expect(broken).toEqual([])
    expect(run).toBeGreaterThan(170)
  }, 60_000)

  it.each(Object.entries(brokenStores))(
    'catches a store in which %s',
    async (_fault, { breakIt, caughtBy }) => {
      const { broken, run } = await brokenRules(opener(breakIt), caughtBy)
      expect({ run, broken: broken.length }).toEqual({ run: 1, broken: 1 })
    },
    60_000,
  )

  it.each([
    ['getMany', (store, cached) => ({ ...store, credentials: { ...store.credentials, getMany: cached(store.credentials.getMany) } })],
    ['list', (store, cached) => ({ ...store, credentials: { ...store.credentials, list: cached(store.credentials.list) } })],
    ['revision', (store, cached) => ({ ...store, documents: { ...store.documents, revision: cached(store.documents.revision) } })],
  ] as const satisfies readonly (readonly [string, (store: VaultStore, cached: typeof cacheOf) => VaultStore])[])(
    'catches a store in which each connection keeps what %s told it',
    async (_method, breakIt) => {
      const sound = memoryStore()
      const open = (): OpenStore => ({ store: sound, elapse: () => undefined, another: () => breakIt(sound, cacheOf) })
      const { broken, run } = await brokenRules(open, /another connection sees at once what was written/)
      expect({ run, broken: broken.length }).toEqual({ run: 1, broken: 1 })
    },
  )

  it('has more than sixty of them', () => {
    expect(Object.keys(brokenStores).length).toBeGreaterThan(60)
  })
})
