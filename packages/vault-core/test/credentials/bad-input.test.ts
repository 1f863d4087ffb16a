import { describe, expect, it } from 'vitest'
import type { CredentialSelector, GetCredentialsOptions, Vault } from '../../src/index.js'
import { interceptedStore } from '../fixtures/intercepted-store.js'
import { ALICE, type VaultWorld, vaultWorld } from '../fixtures/vault-world.js'

const READS = ['credentials.get', 'credentials.getMany', 'credentials.list', 'documents.get']

/** A vault in which Alice's token has ended, so that a good call would send a request; and what it asks of its store. */
async function watched(): Promise<{ readonly vault: Vault; readonly calls: string[]; readonly world: VaultWorld }> {
  const world = vaultWorld()
  await world.connect(world.vault())
  await world.clock.advance(7_200_000)
  const calls: string[] = []
  const store = interceptedStore(world.store, async (call, work) => {
    calls.push(call)
    return work()
  })
  return { world, calls, vault: world.vault({ store }) }
}

/** What a caller without types, or with wrong ones, may pass. */
function untyped<T>(value: unknown): T {
  return value as T
}

const nothingWasDone = ({ calls, world }: { readonly calls: readonly string[]; readonly world: VaultWorld }): void => {
  expect(calls).toEqual([])
  expect(world.provider.refreshes()).toBe(0)
}

/** Reads tell what is there. */
const nothingWasChanged = ({ calls, world }: { readonly calls: readonly string[]; readonly world: VaultWorld }): void => {
  expect(calls.filter((call) => !READS.includes(call))).toEqual([])
  expect(world.provider.refreshes()).toBe(0)
}

describe('a bad option of getCredentials is refused by name, before the store is asked or anything is sent', () => {
  it.each<[string, unknown]>([
    ...[Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '60000', 10n, null, {}, true].map(
      (value): [string, unknown] => ['minValidityMs', value],
    ),
    ...['files.read', [''], [' '], ['files.read files.write'], ['files.read\n'], [7], [null], {}, null, 7, new Set(['files.read'])].map(
      (value): [string, unknown] => ['requiredScopes', value],
    ),
    ...['yes', 1, null, {}].map((value): [string, unknown] => ['forceRefresh', value]),
    ...['', 'canary-access-1', 7, null, {}, 'x'.repeat(21), `${'x'.repeat(22)}\n`].map((value): [string, unknown] => ['rejected', value]),
    ...[{}, 'signal', null, new AbortController(), { aborted: false }].map((value): [string, unknown] => ['signal', value]),
  ])('%s: %o', async (field, value) => {
    const scene = await watched()
    const error: unknown = await scene.vault
      .getCredentials(ALICE, untyped<GetCredentialsOptions>({ [field]: value }))
      .catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'invalid_request', facts: { fields: { [field]: expect.any(String) } } })
    expect(String(error)).not.toContain('canary')
    nothingWasDone(scene)
  })

  it('all of them in one error', async () => {
    const scene = await watched()
    const bad = untyped<GetCredentialsOptions>({ minValidityMs: -1, requiredScopes: '', forceRefresh: 0, rejected: '', signal: 0 })
    const fields = ['forceRefresh', 'minValidityMs', 'rejected', 'requiredScopes', 'signal']
    const error: unknown = await scene.vault.getCredentials(ALICE, bad).catch((thrown) => thrown)
    expect(error).toMatchObject({ facts: { fields: Object.fromEntries(fields.map((name) => [name, expect.any(String)])) } })
    nothingWasDone(scene)
  })

  it.each([undefined, null])('and %s as options is none', async (options) => {
    const { vault } = await watched()
    expect((await vault.getCredentials(ALICE, untyped<GetCredentialsOptions>(options))).accessToken).toBe('canary-access-2')
  })
})

describe('a bad selector is refused by name, before the store is asked or anything is sent', () => {
  const selectors: readonly (readonly [string, unknown])[] = [
    ...['', 'a\0b', 'x'.repeat(256), '\ud800', 7, null, undefined, {}, ['alice']].flatMap((value) => [
      ['userId', { ...ALICE, userId: value }] as const,
      ['connectionId', { ...ALICE, connectionId: value }] as const,
    ]),
    ...['', 'a\0b', 'x'.repeat(256), 7, null].map((value) => ['accountId', { ...ALICE, accountId: value }] as const),
    ['userId', undefined],
    ['userId', null],
    ['userId', 'alice'],
  ]

  it.each(selectors)('%s: getCredentials(%o)', async (field, selector) => {
    const scene = await watched()
    await expect(scene.vault.getCredentials(untyped<CredentialSelector>(selector))).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { [field]: expect.any(String) } },
    })
    nothingWasDone(scene)
  })

  it.each(selectors)('%s: disconnect(%o)', async (field, selector) => {
    const scene = await watched()
    await expect(scene.vault.disconnect(untyped<CredentialSelector>(selector))).rejects.toMatchObject({
      code: 'invalid_request',
      facts: { fields: { [field]: expect.any(String) } },
    })
    nothingWasDone(scene)
  })

  it('an id of 255 characters of any script is none', async () => {
    const { vault } = await watched()
    await expect(vault.getCredentials({ ...ALICE, userId: '語'.repeat(255) })).rejects.toMatchObject({ code: 'credential_not_found' })
  })
})

describe('what is not there is said so, and nothing is written or sent', () => {
  it('a signal that has aborted already: its own reason, and the store is not asked', async () => {
    const scene = await watched()
    const gone = new Error('too late')
    await expect(scene.vault.getCredentials(ALICE, { signal: AbortSignal.abort(gone) })).rejects.toBe(gone)
    nothingWasDone(scene)
  })

  it('an unknown connection', async () => {
    const scene = await watched()
    await expect(scene.vault.getCredentials({ ...ALICE, connectionId: 'nowhere' })).rejects.toMatchObject({
      code: 'connection_not_found',
      facts: { connectionId: 'nowhere' },
    })
    nothingWasChanged(scene)
  })

  it.each([
    ['user', { ...ALICE, userId: 'mallory' }],
    ['account', { ...ALICE, accountId: 'second' }],
  ])('an unknown %s', async (_what, selector) => {
    const scene = await watched()
    await expect(scene.vault.getCredentials(selector, { forceRefresh: true })).rejects.toMatchObject({
      code: 'credential_not_found',
      facts: { connectionId: 'drive', userId: selector.userId },
    })
    nothingWasChanged(scene)
  })

  it('a scope that was not granted: no refresh is made for it', async () => {
    const scene = await watched()
    await expect(scene.vault.getCredentials(ALICE, { requiredScopes: ['files.read', 'files.write'] })).rejects.toMatchObject({
      code: 'insufficient_scope',
      facts: { missingScopes: ['files.write'] },
    })
    nothingWasChanged(scene)
  })
})
