import { describe, expect, it } from 'vitest'
import { type AuditLogEntry, auditLog } from '../../src/audit/index.js'
import { type Actor, extensionOf, isVaultError } from '../../src/index.js'
import { canariesIn } from '../fixtures/canary.js'
import { json } from '../fixtures/faulty-provider.js'
import { failingStore, interceptedStore } from '../fixtures/intercepted-store.js'
import { ALICE } from '../fixtures/vault-world.js'
import { type AuditedVault, type AuditWorld, auditWorld } from './audit-world.js'

const HOUR = 3_600_000
const CLIENT: Actor = { kind: 'service_client', id: 'sc_1', keyId: 'key-1', accessRecordId: 'rec_1', address: '192.0.2.7' }

async function entriesOf({ audit }: Pick<AuditedVault, 'audit'>): Promise<readonly AuditLogEntry[]> {
  return (await audit.list({ limit: 1_000 })).items
}

async function typesOf(process: Pick<AuditedVault, 'audit'>): Promise<readonly string[]> {
  return (await entriesOf(process)).map(({ type }) => type)
}

/** Alice connects, reads, refreshes, is refused and disconnects. */
async function walk(world: AuditWorld, { vault }: AuditedVault): Promise<void> {
  await world.connect(vault)
  await vault.getCredentials(ALICE, { actor: CLIENT })
  await world.clock.advance(2 * HOUR)
  await vault.getCredentials(ALICE, { actor: CLIENT })
  await expect(vault.getCredentials({ ...ALICE, userId: 'nobody' }, { actor: CLIENT })).rejects.toThrow()
  await world.clock.advance(2 * HOUR)
  world.provider.failNext({ when: 'before', respond: () => json(400, { error: 'invalid_grant' }) })
  await expect(vault.getCredentials(ALICE, { actor: CLIENT })).rejects.toThrow()
  await vault.disconnect(ALICE, { actor: { kind: 'operator', id: 'jo' } })
}

describe('the audit log', () => {
  it('says who did what, with which credential, when, and what came of it', async () => {
    const world = auditWorld()
    const process = world.process()
    const beganMs = world.clock.now()
    await walk(world, process)
    const entries = await entriesOf(process)
    expect(entries.map(({ type, outcome, userId }) => `${type} ${outcome} ${userId}`)).toEqual([
      'connected done alice',
      'accessed done alice',
      'refreshed done alice',
      'accessed done alice',
      'access_refused failed nobody',
      'reauthorization_required failed alice',
      'refresh_failed failed alice',
      'access_refused failed alice',
      'disconnected done alice',
    ])
    const [connected, accessed] = entries
    expect(connected).toMatchObject({ actor: { kind: 'user', id: 'alice' }, details: { scope: 'files.read' } })
    expect(accessed).toMatchObject({ actor: CLIENT, connectionId: 'drive', accountId: 'default', at: new Date(beganMs), isGenuine: true })
    expect(accessed?.details).toEqual({ fingerprint: expect.stringMatching(/^[\w-]{22}$/) })
    expect(entries.at(4)).toMatchObject({ reason: 'credential_not_found', actor: CLIENT })
    expect(entries.at(-1)).toMatchObject({ reason: 'requested', actor: { kind: 'operator', id: 'jo' } })
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1))
    expect(await process.audit.verify()).toMatchObject({ ok: true, entries: entries.length })
  })

  it('holds no secret, in no shape, neither in the store nor in what it tells', async () => {
    const world = auditWorld()
    const process = world.process()
    await walk(world, process)
    let lines = ''
    for await (const line of process.audit.export()) lines += line
    const stored = JSON.stringify(await world.raw.records('audit'))
    const canaries = ['canary-', ...Array.from({ length: 9 }, (_, n) => `canary-access-${n + 1}`)]
    expect(canariesIn(lines + stored, canaries)).toEqual([])
    expect(lines).toContain('"type":"accessed"')
  })

  it('is exported as JSON lines, by time and by user', async () => {
    const world = auditWorld()
    const process = world.process()
    await process.fill(3)
    await world.clock.advance(HOUR)
    const since = new Date(world.clock.now())
    await process.fill(3)
    const exported = async (query?: Parameters<typeof process.audit.export>[0]): Promise<readonly { sequence: number; type: string }[]> => {
      const lines: string[] = []
      for await (const line of process.audit.export(query)) lines.push(line)
      expect(lines.every((line) => line.endsWith('}\n') && !line.slice(0, -1).includes('\n'))).toBe(true)
      return lines.map((line) => JSON.parse(line))
    }
    const sequences = async (query?: Parameters<typeof process.audit.export>[0]) => (await exported(query)).map(({ sequence }) => sequence)
    expect(await sequences()).toEqual([1, 2, 3, 4, 5, 6])
    expect(await sequences({ since })).toEqual([4, 5, 6])
    expect(await sequences({ until: since })).toEqual([1, 2, 3])
    expect(await sequences({ userId: 'alice', after: 1 })).toEqual([4])
    expect((await exported())[0]).toMatchObject({ type: 'accessed', actor: { id: 'sc_1', keyId: 'k1' }, isGenuine: true })
  })

  it('is listed by user, credential and type, a page at a time, each entry once', async () => {
    const world = auditWorld()
    const process = world.process()
    const { audit, vault } = process
    await process.fill(30)
    const { recorder } = extensionOf(vault)
    await recorder.record(recorder.make({ type: 'connection_paused', connectionId: 'mail', reason: 'invalid_client', retryAfterMs: 1 }))
    await recorder.record(recorder.make({ type: 'client_frozen', clientId: 'alice' }))
    const resource = 'Vault:Connections/drive/Users/alice/Credentials'
    await recorder.record(recorder.make({ type: 'access_denied', permission: 'READ', resource, actor: CLIENT }))
    const all: number[] = []
    let after: number | undefined
    do {
      const page = await audit.list({ limit: 7, ...(after !== undefined && { after }) })
      expect(page.items.length).toBeLessThanOrEqual(7)
      all.push(...page.items.map(({ sequence }) => sequence))
      after = page.after
    } while (after !== undefined)
    expect(all).toEqual(Array.from({ length: 33 }, (_, n) => n + 1))
    const own = await audit.list({ userId: 'alice' })
    expect(own.items.length).toBe(11)
    // What somebody was refused of hers is about her, and a client that is called like her is not.
    expect(own.items.at(-1)).toMatchObject({ type: 'access_denied', outcome: 'denied', connectionId: 'drive', details: { resource } })
    expect((await audit.list({ userId: 'alice', connectionId: 'mail' })).items).toEqual([])
    expect((await audit.list({ connectionId: 'mail' })).items.length).toBe(1)
    expect((await audit.list({ types: ['client_frozen'] })).items.length).toBe(1)
    expect((await audit.list({ userId: 'alice', limit: 3 })).after).toBe(7)
  })

  it('shows an entry that is not the vault’s for what it is', async () => {
    const world = auditWorld()
    const process = world.process()
    await process.fill(2)
    const [key, record] = (await world.raw.records('audit'))[0] ?? ['', {}]
    world.raw.set('audit', key, { ...record, data: String(record['data']).replace('sc_1', 'sc_2') })
    expect(await entriesOf(process)).toMatchObject([{ type: 'unreadable', isGenuine: false, details: {} }, { type: 'accessed' }])
  })

  it('keeps what its options name, and nothing else', async () => {
    const world = auditWorld()
    const process = world.process({ events: ['disconnected'] })
    await walk(world, process)
    expect(await typesOf(process)).toEqual(['disconnected'])
  })

  it.each([
    [{ retentionDays: 0 }, 'retentionDays'],
    [{ retentionDays: 1.5 }, 'retentionDays'],
    [{ retentionDays: 99_999 }, 'retentionDays'],
    [{ events: ['nothing_of_the_kind'] as never }, 'events'],
    [{ events: 'accessed' as never }, 'events'],
    [{ retentionDay: 400 } as never, 'retentionDay'],
  ])('refuses %j, naming %s', (options, field) => {
    const refused = (): unknown => auditLog(options)
    expect(refused).toThrow(expect.objectContaining({ code: 'invalid_configuration', facts: { fields: { [field]: expect.any(String) } } }))
  })

  it.each([
    [{ limit: 0 }, 'limit'],
    [{ userId: '' }, 'userId'],
    [{ connectionId: 7 as never }, 'connectionId'],
    [{ after: -1 }, 'after'],
    [{ types: ['x'] as never }, 'types'],
    [{ since: new Date('x') } as never, 'since'],
  ])('refuses to list %j, naming %s', async (query, field) => {
    const { audit } = auditWorld().process()
    const error = await audit.list(query).catch((refusal: unknown) => refusal)
    expect(isVaultError(error, 'invalid_request') && Object.keys(error.facts.fields ?? {})).toEqual([field])
  })

  it('serves one vault, and says so', async () => {
    const world = auditWorld()
    const audit = auditLog()
    await expect(audit.verify()).rejects.toThrow('Give it to `createVault`')
    world.process({}, { audit })
    expect(() => world.process({}, { audit })).toThrow(expect.objectContaining({ code: 'invalid_configuration' }))
  })

  it('ends with its vault', async () => {
    const { vault, audit, fill } = auditWorld().process()
    await fill(1)
    await vault.close()
    await expect(audit.verify()).rejects.toSatisfy((error) => isVaultError(error, 'store_unavailable'))
  })
})

describe('no entry, no token', () => {
  it('hands out nothing while the log cannot be written', async () => {
    const world = auditWorld()
    const failing = failingStore(world.store, (call) => call === 'audit.append')
    const process = world.process({}, { store: failing.store })
    await world.connect(process.vault)
    failing.isDown = true
    await expect(process.vault.getCredentials(ALICE)).rejects.toSatisfy((error) => isVaultError(error, 'store_unavailable'))
    failing.isDown = false
    await process.vault.getCredentials(ALICE)
    expect((await typesOf(process)).filter((type) => type === 'accessed').length).toBe(1)
  })

  it('has as many entries as tokens were handed out, however many ask at once and whatever fails', async () => {
    const world = auditWorld()
    let calls = 0
    const store = interceptedStore(world.store, async (call, work) => {
      if (call !== 'audit.append') return work()
      calls += 1
      if (calls % 5 === 0) throw new Error('The log cannot be written.')
      await new Promise((resolve) => setTimeout(resolve, calls % 3))
      return work()
    })
    const processes = Array.from({ length: 3 }, () => world.process({}, { store }))
    const [first] = processes
    if (!first) throw new Error('There is no process.')
    await world.connect(first.vault)
    const handed: string[] = []
    let refused = 0
    await Promise.all(
      processes.flatMap(({ vault }) =>
        Array.from({ length: 100 }, async (_, n) => {
          for (let turn = 0; turn < n % 17; turn++) await new Promise((resolve) => setTimeout(resolve, 0))
          try {
            handed.push((await vault.getCredentials(ALICE, { actor: CLIENT })).fingerprint)
          } catch (error) {
            expect(isVaultError(error, 'store_unavailable')).toBe(true)
            refused += 1
          }
        }),
      ),
    )
    expect(handed.length + refused).toBe(300)
    expect(Math.min(handed.length, refused)).toBeGreaterThan(10)
    const accessed = (await entriesOf(first)).filter(({ type }) => type === 'accessed')
    expect(accessed.length).toBe(handed.length)
    // Callers at the same time share an append.
    expect(calls).toBeLessThan(300)
  })

  it('writes nothing that its change does not write: a disconnect that fails leaves no entry', async () => {
    const world = auditWorld()
    const failing = failingStore(world.store, (call) => call === 'credentials.update')
    const process = world.process({}, { store: failing.store })
    await world.connect(process.vault)
    failing.isDown = true
    await expect(process.vault.disconnect(ALICE)).rejects.toThrow()
    failing.isDown = false
    expect(await typesOf(process)).toEqual(['connected'])
    await process.vault.disconnect(ALICE)
    expect(await typesOf(process)).toEqual(['connected', 'disconnected'])
  })
})
