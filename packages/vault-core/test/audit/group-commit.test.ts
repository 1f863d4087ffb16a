import { describe, expect, it } from 'vitest'
import { createGroupCommit } from '../../src/audit/group-commit.js'
import { VaultError } from '../../src/errors.js'
import type { NewAuditEntry } from '../../src/storage/contract.js'

const entry = (id: string): NewAuditEntry => ({ tenant: 't', id, data: '{}' })

/** Appends that end when the test says so. */
function heldAppends() {
  const calls: { readonly ids: readonly string[]; end(error?: unknown): Promise<void> }[] = []
  const store = (entries: readonly NewAuditEntry[]): Promise<void> =>
    new Promise((resolve, reject) => {
      calls.push({
        ids: entries.map(({ id }) => id),
        async end(error) {
          if (error === undefined) resolve()
          else reject(error)
          for (let turn = 0; turn < 10; turn++) await Promise.resolve()
        },
      })
    })
  return { calls, store }
}

describe('a group commit', () => {
  it('stores what comes while an append runs in the next one, and lets nobody go on before his is stored', async () => {
    const { calls, store } = heldAppends()
    const { append, drained } = createGroupCommit(store)
    const done: string[] = []
    const add = (id: string) => void append([entry(id)]).then(() => done.push(id))
    add('a')
    for (const id of ['b', 'c', 'd']) add(id)
    expect(calls.map(({ ids }) => ids)).toEqual([['a']])
    await calls[0]?.end()
    expect(done).toEqual(['a'])
    expect(calls.map(({ ids }) => ids)).toEqual([['a'], ['b', 'c', 'd']])
    await calls[1]?.end()
    expect(done).toEqual(['a', 'b', 'c', 'd'])
    await drained()
  })

  it('begins anew for whoever comes in the very turn in which the last append ends', async () => {
    const stored: string[] = []
    const { append, drained } = createGroupCommit(async (entries) => void stored.push(...entries.map(({ id }) => id)))
    for (let delay = 0; delay < 12; delay++) {
      const first = append([entry(`first-${delay}`)])
      for (let turn = 0; turn < delay; turn++) await Promise.resolve()
      await Promise.all([first, append([entry(`second-${delay}`)])])
    }
    await drained()
    expect(stored.length).toBe(24)
  })

  it('tells a failure to each whose entries were in it, and goes on', async () => {
    const { calls, store } = heldAppends()
    const { append } = createGroupCommit(store)
    const first = append([entry('a')])
    const rest = Promise.allSettled([append([entry('b')]), append([entry('c')])])
    await calls[0]?.end()
    await first
    await calls[1]?.end(new VaultError('store_unavailable', 'down'))
    expect((await rest).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const again = append([entry('d')])
    await calls[2]?.end()
    await again
  })

  it('lets what the store will not take fail alone', async () => {
    const stored: string[] = []
    const bad = new VaultError('invalid_request', 'too big')
    const { append } = createGroupCommit(async (entries) => {
      if (entries.some(({ id }) => id === 'bad')) throw bad
      stored.push(...entries.map(({ id }) => id))
    })
    const ends = await Promise.allSettled(['a', 'b', 'bad', 'c'].map((id) => append([entry(id)])))
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(stored).toEqual(['a', 'b', 'c'])
  })

  it('bounds an append, and keeps the order', async () => {
    const sizes: number[] = []
    const stored: string[] = []
    const { append } = createGroupCommit(async (entries) => {
      sizes.push(entries.length)
      stored.push(...entries.map(({ id }) => id))
    })
    const ids = Array.from({ length: 1_700 }, (_, n) => `e${n}`)
    await Promise.all(ids.map((id) => append([entry(id)])))
    expect(stored).toEqual(ids)
    expect(Math.max(...sizes)).toBe(500)
    expect(sizes.length).toBe(5)
  })
})
