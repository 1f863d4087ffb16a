import type { CredentialKey, CredentialRow } from '@holdfast/vault-core/store'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { keyName } from '../src/reading/key-name.ts'
import { sharedReads } from '../src/reading/shared-reads.ts'

/** Answers when the test says so. */
function readerForFaults() {
  const statements: {
    readonly keys: readonly CredentialKey[]
    answer(rows: readonly (CredentialRow | null)[]): void
    fail(error: Error): void
  }[] = []
  const ask = (keys: readonly CredentialKey[]): Promise<readonly (CredentialRow | null)[]> =>
    new Promise((answer, fail) => statements.push({ keys, answer, fail }))
  const reader = sharedReads({ one: async (key) => (await ask([key]))[0] ?? null, many: ask }, keyName)
  return { reader, statements }
}

const key = (userId: string): CredentialKey => ({ tenant: 't', connectionId: 'c', userId, accountId: 'default' })
const row = (userId: string): CredentialRow =>
  ({ ...key(userId), version: 1, accessToken: Uint8Array.of(1, 2, 3) }) as Partial<CredentialRow> as CredentialRow
const usersIn = (keys: readonly CredentialKey[] | undefined) => keys?.map(({ userId }) => userId)
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('reads that are shared', () => {
  afterEach(() => void vi.useRealTimers())

  it('sends one alone at once, and those of one turn of the event loop together', async () => {
    const { reader, statements } = readerForFaults()
    const alone = reader.one(key('a'))
    await turn()
    expect(statements.map(({ keys }) => usersIn(keys))).toEqual([['a']])
    const both = Promise.all([reader.one(key('b')), Promise.resolve().then(() => reader.one(key('c')))])
    await turn()
    expect(usersIn(statements[1]?.keys)).toEqual(['b', 'c'])
    statements[0]?.answer([row('a')])
    statements[1]?.answer([row('b'), null])
    expect(await alone).toMatchObject({ userId: 'a' })
    expect(await both).toMatchObject([{ userId: 'b' }, null])
  })

  it('lets those that come while two are under way wait for the first answer, and never joins a statement that has left', async () => {
    const { reader, statements } = readerForFaults()
    for (const userId of ['a', 'b']) {
      void reader.one(key(userId))
      await turn()
    }
    const late = ['a', 'c', 'a'].map((userId) => reader.one(key(userId)))
    await turn()
    expect(statements).toHaveLength(2)
    statements[0]?.answer([row('a')])
    await turn()
    expect(usersIn(statements[2]?.keys)).toEqual(['a', 'c'])
    statements[2]?.answer([row('a'), row('c')])
    expect(await Promise.all(late)).toMatchObject([{ userId: 'a' }, { userId: 'c' }, { userId: 'a' }])
  })

  it('waits no longer than a moment for statements that hang', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { reader, statements } = readerForFaults()
    for (const userId of ['a', 'b', 'c']) {
      void reader.one(key(userId))
      await turn()
    }
    expect(statements).toHaveLength(2)
    vi.advanceTimersByTime(20)
    await turn()
    expect(usersIn(statements[2]?.keys)).toEqual(['c'])
  })

  it('puts no more than a hundred into one statement', async () => {
    const { reader, statements } = readerForFaults()
    for (let user = 0; user < 250; user++) void reader.one(key(`u${user}`))
    await turn()
    expect(statements.map(({ keys }) => keys.length)).toEqual([100, 100, 50])
  })

  it('tells each of them of the failure, and goes on', async () => {
    const { reader, statements } = readerForFaults()
    const both = Promise.allSettled([reader.one(key('a')), reader.one(key('b'))])
    await turn()
    statements[0]?.fail(new Error('gone'))
    expect(await both).toMatchObject([{ reason: { message: 'gone' } }, { reason: { message: 'gone' } }])
    const next = reader.one(key('a'))
    await turn()
    statements[1]?.answer([row('a')])
    expect(await next).toMatchObject({ userId: 'a' })
  })
})
