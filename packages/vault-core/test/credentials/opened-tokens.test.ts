import { describe, expect, it } from 'vitest'
import { createOpenedTokens } from '../../src/credentials/opened-tokens.js'
import { sealTokens } from '../../src/credentials/sealed-tokens.js'
import { createSealer } from '../../src/crypto/create-sealer.js'
import { noblePrimitives } from '../../src/crypto/primitives.js'
import type { Sealer } from '../../src/crypto/sealer.js'
import { localKeyring } from '../../src/index.js'
import { Secret } from '../../src/secret.js'
import type { CredentialRow } from '../../src/storage/contract.js'
import { permissionWorld } from '../permissions/permission-world.js'

const DATA = JSON.stringify({ v: 1, tokenType: 'Bearer', scope: null })
const KEY = { tenant: 'default', connectionId: 'drive', userId: 'alice', accountId: 'default' }

function world({ maxTokens = 1_000 } = {}) {
  const { clock, runtime, documents } = permissionWorld()
  const keyring = localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }])
  const real = createSealer({
    documents,
    keyring,
    tenant: 'default',
    runtime,
    primitives: noblePrimitives,
    cipherSuite: 'xchacha20-poly1305',
  })
  const counts = { opened: 0 }
  const sealer: Sealer = {
    ...real,
    open: (context, blob) => {
      counts.opened += 1
      return real.open(context, blob)
    },
  }
  const rowOf = async (token: string, place: Partial<CredentialRow> = {}): Promise<CredentialRow> => {
    const at = { ...KEY, epoch: 1, secretRev: 1, ...place }
    const sealed = await sealTokens(real, at, { accessToken: new Secret(token), refreshToken: undefined })
    return { ...at, ...sealed, data: DATA } as CredentialRow
  }
  return { clock, counts, rowOf, tokens: createOpenedTokens({ sealer, clock, maxTokens }) }
}

describe('an access token that was opened', () => {
  it('is not opened again for the same bytes', async () => {
    const { tokens, counts, rowOf } = world()
    const row = await rowOf('canary-1')
    for (let times = 0; times < 5; times += 1) {
      const read = { ...row, accessToken: row.accessToken?.slice() ?? null }
      expect((await tokens.open(read))?.reveal()).toBe('canary-1')
    }
    expect(counts.opened).toBe(1)
  })

  it('is never given for other bytes, another place or another credential', async () => {
    const { tokens, counts, rowOf } = world()
    expect((await tokens.open(await rowOf('canary-1')))?.reveal()).toBe('canary-1')
    expect((await tokens.open(await rowOf('canary-2')))?.reveal()).toBe('canary-2')
    expect((await tokens.open(await rowOf('canary-3', { secretRev: 2 })))?.reveal()).toBe('canary-3')
    expect((await tokens.open(await rowOf('canary-4', { userId: 'bob' })))?.reveal()).toBe('canary-4')
    expect((await tokens.open(await rowOf('canary-3', { secretRev: 2 })))?.reveal()).toBe('canary-3')
    expect(counts.opened).toBe(5)
    const row = await rowOf('canary-5')
    await tokens.open(row)
    for (const moved of [{ epoch: 2 }, { secretRev: 3 }, { userId: 'bob' }, { connectionId: 'other' }, { accountId: 'second' }])
      await expect(tokens.open({ ...row, ...moved })).rejects.toMatchObject({ code: 'decryption_failed' })
    const damaged = { ...row, accessToken: row.accessToken?.slice() ?? null }
    damaged.accessToken?.set([(damaged.accessToken.at(-1) ?? 0) ^ 1], damaged.accessToken.length - 1)
    await expect(tokens.open(damaged)).rejects.toMatchObject({ code: 'decryption_failed' })
  })

  it('keeps credentials apart whose ids run together', async () => {
    const { tokens, rowOf } = world()
    const rows = [
      await rowOf('canary-1', { connectionId: 'ab', userId: 'c' }),
      await rowOf('canary-2', { connectionId: 'a', userId: 'bc' }),
      await rowOf('canary-3', { connectionId: 'a', userId: 'b', accountId: 'cdefault' }),
    ]
    for (const row of [...rows, ...rows]) expect((await tokens.open(row))?.reveal()).toBe(`canary-${rows.indexOf(row) + 1}`)
  })

  it('is forgotten after five minutes', async () => {
    const { tokens, counts, clock, rowOf } = world()
    const row = await rowOf('canary-1')
    await tokens.open(row)
    await clock.advance(299_999)
    await tokens.open(row)
    expect(counts.opened).toBe(1)
    await clock.advance(1)
    await tokens.open(row)
    expect(counts.opened).toBe(2)
  })

  it('is one of so many at most: most of those that are remembered stay, and the old ones go first', async () => {
    const { tokens, counts, clock, rowOf } = world({ maxTokens: 80 })
    const rows = await Promise.all(Array.from({ length: 160 }, (_, index) => rowOf(`canary-${index}`, { userId: `u${index}` })))
    const openAll = async (some: typeof rows): Promise<number> => {
      const before = counts.opened
      for (const row of some) await tokens.open(row)
      return counts.opened - before
    }
    expect(await openAll(rows)).toBe(160)
    // One of eight has taken another's place.
    expect(await openAll(rows.slice(10, 80))).toBe(0)
    await clock.advance(300_000)
    expect(await openAll(rows.slice(80))).toBe(80)
    expect(await openAll(rows.slice(80))).toBe(0)
  })

  it('is opened each time where none are remembered', async () => {
    const { tokens, counts, rowOf } = world({ maxTokens: 0 })
    const row = await rowOf('canary-1')
    for (let times = 0; times < 3; times += 1) expect((await tokens.open(row))?.reveal()).toBe('canary-1')
    expect(counts.opened).toBe(3)
  })

  it('does not shine through: bytes that the caller changes afterwards are not its own', async () => {
    const { tokens, rowOf } = world()
    const row = await rowOf('canary-1')
    await tokens.open(row)
    row.accessToken?.fill(0)
    await expect(tokens.open(row)).rejects.toMatchObject({ code: 'decryption_failed' })
  })
})
