import { describe, expect, it } from 'vitest'
import { isVaultError } from '../../src/index.js'
import { auditWorld, DAY, snapshot } from './audit-world.js'

describe('a head that was kept elsewhere', () => {
  it('is reached by the log it was taken of, however far that has come since', async () => {
    const world = auditWorld()
    const { vault, audit, fill } = world.process()
    const heads = [await audit.head()]
    for (let day = 0; day < 5; day++) {
      for (const count of [1, 2, 4]) {
        await fill(count)
        heads.push(await audit.head())
      }
      await world.clock.advance(DAY / 2)
      await vault.sweep()
    }
    expect(new Set(heads.map(({ mac }) => mac)).size).toBe(heads.length)
    for (const head of heads) expect(await world.process().audit.verify({ expect: head })).toMatchObject({ ok: true })
  })

  it('shows that the end of the log was removed with its checkpoints', async () => {
    const world = auditWorld()
    const { audit, fill } = world.process()
    await fill(20)
    await audit.head()
    const putBack = await snapshot(world)
    await fill(3)
    const head = await audit.head()
    await putBack()
    const late = world.process()
    expect(await late.audit.verify()).toMatchObject({ ok: true, entries: 20 })
    expect(await late.audit.verify({ expect: head })).toMatchObject({ ok: false, problems: [{ kind: 'head_not_reached', sequence: 23 }] })
    // Nor do as many other entries make up for it.
    await late.fill(10)
    expect(await late.audit.verify({ expect: head })).toMatchObject({ ok: false, problems: [{ kind: 'head_not_reached', sequence: 23 }] })
  })

  it('shows that an entry was taken out and the chain put back to before it', async () => {
    const world = auditWorld()
    const { audit, fill } = world.process()
    await fill(20)
    await audit.head()
    const documents = await world.raw.records('documents')
    await fill(3)
    const head = await audit.head()
    const [taken] = (await world.raw.records('audit')).slice(21)
    world.raw.set('audit', taken?.[0] ?? '', undefined)
    for (const [key, record] of documents) world.raw.set('documents', key, record)
    const late = world.process()
    expect(await late.audit.verify()).toMatchObject({ ok: true, entries: 22 })
    expect(await late.audit.verify({ expect: head })).toMatchObject({ ok: false, problems: [{ kind: 'head_not_reached' }] })
  })

  it('of another log, made up, or nothing of the kind is not taken', async () => {
    const { audit, fill } = auditWorld().process()
    await fill(3)
    const other = auditWorld().process()
    await other.fill(3)
    const foreign = await other.audit.head()
    const own = await audit.head()
    for (const head of [
      { ...own, mac: 'x' },
      { ...own, sequence: 2 },
      { ...own, sequence: 9 },
    ])
      expect(await audit.verify({ expect: head })).toMatchObject({ ok: false, problems: [{ kind: 'head_not_reached' }] })
    // The keys of tests are the same, so that the other log's is right as far as it is the same.
    expect(foreign.mac === own.mac).toBe(false)
    for (const bad of [undefined, 'x', {}, { sequence: -1, mac: '' }, { sequence: 1 }].slice(1))
      await expect(audit.verify({ expect: bad as never })).rejects.toSatisfy((error) => isVaultError(error, 'invalid_request'))
  })
})

describe('a process that saw the log further on', () => {
  it('notices that an earlier state was put back, and leaves it on record for all', async () => {
    const world = auditWorld()
    const witness = world.process()
    await witness.fill(20)
    await witness.vault.sweep()
    const putBack = await snapshot(world)
    await witness.fill(5)
    await witness.vault.sweep()
    await putBack()
    const problem = { kind: 'chain_restarted', reason: 'went_back', sequence: 25 }
    expect(await witness.audit.verify()).toMatchObject({ ok: false, problemCount: 1, problems: [problem] })
    expect(await world.process().audit.verify()).toMatchObject({ ok: false, problems: [problem] })
    expect(JSON.stringify(world.logLines)).toContain('The chain of the audit log is not as the vault left it.')
  })

  it('notices it, too, when others have written on since', async () => {
    const world = auditWorld()
    const witness = world.process()
    await witness.fill(20)
    await witness.vault.sweep()
    const putBack = await snapshot(world)
    await witness.fill(5)
    await witness.vault.sweep()
    await putBack()
    const late = world.process()
    await late.fill(30)
    await late.vault.sweep()
    expect(await late.audit.verify()).toMatchObject({ ok: true })
    await witness.vault.sweep()
    expect(await late.audit.verify()).toMatchObject({
      ok: false,
      problems: [{ kind: 'chain_restarted', reason: 'went_back', sequence: 25 }],
    })
  })

  it('notices it across checkpoints', async () => {
    const world = auditWorld()
    const witness = world.process()
    await witness.fill(20)
    await witness.vault.sweep()
    const putBack = await snapshot(world)
    await witness.fill(5)
    await witness.vault.sweep()
    await putBack()
    const late = world.process()
    for (let day = 0; day < 3; day++) {
      await late.fill(30)
      await world.clock.advance(DAY)
      await late.vault.sweep()
    }
    await witness.vault.sweep()
    expect(await late.audit.verify()).toMatchObject({ ok: false, problems: [{ kind: 'chain_restarted', reason: 'went_back' }] })
  })
})

describe('a chain whose head is lost', () => {
  it('goes on from its checkpoints, finds what happens after, and tells of the loss until retention has passed it', async () => {
    const world = auditWorld()
    const one = world.process({ retentionDays: 10 })
    for (let day = 0; day < 3; day++) {
      await one.fill(4)
      await one.vault.sweep()
      await world.clock.advance(DAY)
    }
    await one.vault.sweep()
    for (const [key, { kind }] of await world.raw.records('documents'))
      if (kind === 'audit-head') world.raw.set('documents', key, undefined)
    const two = world.process({ retentionDays: 10 })
    await two.fill(4)
    const problem = { kind: 'chain_restarted', reason: 'head_missing', sequence: 12 }
    expect(await two.audit.verify()).toMatchObject({ ok: false, entries: 16, problemCount: 1, problems: [problem] })
    const [taken] = (await world.raw.records('audit')).slice(13)
    world.raw.set('audit', taken?.[0] ?? '', undefined)
    expect(await two.audit.verify()).toMatchObject({ ok: false, problems: [problem, { kind: 'missing', sequence: 14 }] })
    await world.clock.advance(DAY)
    await two.fill(4)
    await world.clock.advance(20 * DAY)
    await two.vault.sweep()
    await two.vault.sweep()
    expect(await two.audit.verify()).toMatchObject({ ok: true, entries: 0 })
  })
})

describe('retention', () => {
  it('removes whole checkpoints by age, and what is left is verified as ever', async () => {
    const world = auditWorld()
    const { vault, audit, fill } = world.process({ retentionDays: 7 })
    const heads = []
    for (let day = 0; day < 30; day++) {
      await fill(5)
      heads.push(await audit.head())
      await world.clock.advance(DAY)
      await vault.sweep()
      expect(await audit.verify()).toMatchObject({ ok: true })
    }
    const { items } = await audit.list({ limit: 1_000 })
    const ages = items.map(({ storedAt }) => (world.clock.now() - storedAt.getTime()) / DAY)
    expect(Math.max(...ages)).toBeLessThanOrEqual(8)
    expect(Math.max(...ages)).toBeGreaterThanOrEqual(7)
    expect((await world.store.documents.list({ tenant: 'default', kind: 'audit-checkpoint', limit: 100 })).items.length).toBeLessThan(10)
    expect(await audit.verify({ expect: heads[0] ?? { sequence: 0, mac: '' } })).toMatchObject({
      ok: false,
      problems: [{ kind: 'head_pruned' }],
    })
    expect(await audit.verify({ expect: heads.at(-3) ?? { sequence: 0, mac: '' } })).toMatchObject({ ok: true })
  })

  it('covers for nobody: what is removed of what should be left is found, and so is what is put where it took something', async () => {
    const world = auditWorld()
    const { vault, fill } = world.process({ retentionDays: 7 })
    for (let day = 0; day < 20; day++) {
      await fill(5)
      await world.clock.advance(DAY)
      await vault.sweep()
    }
    const [first, second] = await world.raw.records('audit')
    if (!first || !second) throw new Error('Nothing is left.')
    const sequence = Number(first[1]['sequence'])
    world.raw.set('audit', first[0], undefined)
    expect(await world.process().audit.verify()).toMatchObject({ ok: false, problems: [{ kind: 'missing', sequence }] })
    world.raw.set('audit', first[0], { ...first[1], sequence: 1 })
    expect(await world.process().audit.verify()).toMatchObject({
      ok: false,
      problems: [
        { kind: 'inserted', sequence: 1 },
        { kind: 'missing', sequence },
      ],
    })
    world.raw.set('audit', first[0], first[1])
    expect(await world.process().audit.verify()).toMatchObject({ ok: true })
  })

  it('is no alarm for whoever verifies meanwhile', async () => {
    const world = auditWorld()
    const { vault, audit, fill } = world.process({ retentionDays: 7 })
    const others = Array.from({ length: 3 }, () => world.process({ retentionDays: 7 }))
    for (let day = 0; day < 15; day++) {
      await fill(5)
      await world.clock.advance(DAY)
      const found = await Promise.all([
        ...others.map((other) => other.audit.verify()),
        vault.sweep(),
        ...others.map((other) => other.vault.sweep()),
        audit.verify(),
      ])
      for (const verification of found) if ('ok' in verification) expect(verification).toMatchObject({ ok: true })
    }
  })
})
