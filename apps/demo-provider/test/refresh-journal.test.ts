import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Vault } from '@holdfast/vault-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { canariesIn } from '../../../packages/vault-core/test/fixtures/canary.ts'
import { interceptedStore } from '../../../packages/vault-core/test/fixtures/intercepted-store.ts'
import { type DemoProvider, startDemoProvider } from '../src/index.ts'
import { type JournalWorld, journalWorld } from './journal/journal-world.ts'
import { connectUser, REDIRECT_URI } from './stampede/connect-user.ts'

const LONG_MS = 3_600_000
const ALICE = { connectionId: 'demo', userId: 'alice' }

let provider: DemoProvider
const folder = mkdtempSync(join(tmpdir(), 'holdfast-journal-'))
beforeAll(async () => {
  provider = await startDemoProvider({ redirectUris: [REDIRECT_URI], accessTokenTtlS: 1_800 })
})
afterAll(async () => {
  await provider.close()
  rmSync(folder, { recursive: true, force: true })
})

// A real authorization server that rotates refresh tokens and ends the grant when one is used twice.
describe('a store that goes away as soon as the provider has rotated', () => {
  it('costs nobody anything when there is a journal: the next process gives the store what the dead one could not', async () => {
    const { world, accessToken, kill } = await rotatedWithoutStore({ hasJournal: true })
    await kill()
    const next = world.process()
    // From the journal: nothing is sent for it.
    expect((await next.getCredentials(ALICE)).accessToken).toBe(accessToken)
    expect(world.refreshes()).toEqual({ rotated: 1, refused: 0 })
    expect(readdirSync(world.journalFolder)).toEqual([])
    // And the refresh token was in it too.
    world.elapse(LONG_MS)
    const later = await next.getCredentials(ALICE)
    expect(later.accessToken).not.toBe(accessToken)
    expect(world.refreshes()).toEqual({ rotated: 2, refused: 0 })
    const answer = await fetch(new URL('files', provider.apiUrl), { headers: { authorization: `Bearer ${later.accessToken}` } })
    expect(answer.status).toBe(200)
    await next.close()
  })

  it('costs the grant when there is none: the test can fail', async () => {
    const { world, kill } = await rotatedWithoutStore({ hasJournal: false })
    await kill()
    world.elapse(LONG_MS)
    const next = world.process()
    await expect(next.getCredentials(ALICE)).rejects.toMatchObject({ code: 'reauthorization_required' })
    expect(world.refreshes()).toEqual({ rotated: 1, refused: 1 })
    await next.close()
  })

  it('finds an empty journal behind it once it has come back to a process that lives', async () => {
    const { world, accessToken, vault, mend } = await rotatedWithoutStore({ hasJournal: true })
    expect(readdirSync(world.journalFolder)).toHaveLength(1)
    mend()
    await vi.waitFor(() => expect(readdirSync(world.journalFolder)).toEqual([]), { timeout: 40_000 })
    const other = world.process()
    expect((await other.getCredentials(ALICE)).accessToken).toBe(accessToken)
    expect(world.refreshes()).toEqual({ rotated: 1, refused: 0 })
    await Promise.all([vault.close(), other.close()])
  })

  it('leaves no token in the journal, in no shape', async () => {
    const { world, kill } = await rotatedWithoutStore({ hasJournal: true })
    const [file = '', ...others] = readdirSync(world.journalFolder)
    expect(others).toEqual([])
    const content = readFileSync(join(world.journalFolder, file))
    expect(content.length).toBeGreaterThan(500)
    const isIdToken = (token: string): boolean => token.split('.').length === 3
    // Access and refresh token of two answers; their ID tokens are one and the same if both were signed within a second.
    expect([...world.tokens].filter((token) => !isIdToken(token))).toHaveLength(4)
    expect([...world.tokens].some(isIdToken)).toBe(true)
    expect(canariesIn(`${file} ${content.toString('latin1')}`, [...world.tokens, provider.clientSecret])).toEqual([])
    await kill()
  })
})

interface Rotated {
  readonly world: JournalWorld
  readonly vault: Vault
  /** What the caller got all the same. */
  readonly accessToken: string
  /** The store comes back. */
  mend(): void
  /** The process ends, and wrote nothing more. */
  kill(): Promise<void>
}

/** Alice's token has ended, a process refreshes it, and from the provider's answer on the store fails for this process. */
async function rotatedWithoutStore({ hasJournal }: { readonly hasJournal: boolean }): Promise<Rotated> {
  const world = journalWorld(provider, mkdtempSync(join(folder, 'world-')), hasJournal)
  onTestFinished(() => world.store.close())
  const connecting = world.process()
  await connectUser(connecting, ALICE.userId)
  await connecting.close()
  world.elapse(LONG_MS)
  let isMended = false
  let isDead = false
  const store = interceptedStore(world.store, async (call, work) => {
    if (world.refreshes().rotated > 0 && !isMended) throw new Error(`The store is away: ${call} failed.`)
    return work()
  })
  const vault = world.process(store, () => isDead)
  const { accessToken } = await vault.getCredentials(ALICE)
  expect(world.tokens).toContain(accessToken)
  expect(world.refreshes()).toEqual({ rotated: 1, refused: 0 })
  return {
    world,
    vault,
    accessToken,
    mend() {
      isMended = true
    },
    async kill() {
      isDead = true
      await vault.close()
    },
  }
}
