import { expect, it } from 'vitest'
import { interceptedStore } from '../fixtures/intercepted-store.js'
import { type AuditWorld, auditWorld, DAY, snapshot } from './audit-world.js'

/** Goes on for three days with six entries each, as a process that was just started. */
async function goOn(world: AuditWorld): Promise<void> {
  const { vault, fill } = world.process()
  for (let day = 0; day < 3; day++) {
    await fill(6)
    await vault.sweep()
    await world.clock.advance(DAY)
    await vault.sweep()
  }
}

it('a checkpoint from another course of the same log does not fit in, though it and its entries carry the vault’s marks', async () => {
  const world = auditWorld()
  await goOn(world)
  const putBackCommon = await snapshot(world)
  await goOn(world)
  const putBackCourse = await snapshot(world)
  await putBackCommon()
  await goOn(world)
  const [otherEntries, otherDocuments] = [await world.raw.records('audit'), await world.raw.records('documents')]

  await putBackCourse()
  // The one before the last, with all that it tells of.
  const [key, checkpoint]: readonly [string, Record<string, unknown>] = otherDocuments
    .filter(([, { kind }]) => kind === 'audit-checkpoint')
    .at(-2) ?? ['', {}]
  const { afterSequence, throughSequence } = JSON.parse(String(checkpoint['data'])).value
  const within = otherEntries.filter(([, { sequence }]) => Number(sequence) > afterSequence && Number(sequence) <= throughSequence)
  expect(within.length).toBe(6)
  world.raw.set('documents', key, checkpoint)
  for (const [entryKey, record] of within) world.raw.set('audit', entryKey, record)

  const found = await world.process().audit.verify()
  expect(found.ok ? [] : found.problems.map(({ kind }) => kind)).toEqual(['checkpoint_changed', 'checkpoint_changed'])
  await putBackCourse()
  expect(await world.process().audit.verify()).toMatchObject({ ok: true })
})

it('an entry that is put in while the log is verified, behind the end of the chain, shows', async () => {
  const world = auditWorld()
  await goOn(world)
  const [key = '', record = {}] = (await world.raw.records('audit')).at(-1) ?? []
  let isPutIn = false
  const store = interceptedStore(world.store, async (call, work) => {
    const result = await work()
    // The chain has come to its end.
    if (call === 'audit.list' && !isPutIn && Array.isArray(result) && result.length === 0) {
      isPutIn = true
      world.raw.set('audit', `${key}~`, { ...record, id: 'forged', sequence: Number(Object(record).sequence) + 1 })
    }
    return result
  })
  const found = await world.process({}, { store }).audit.verify()
  expect(isPutIn).toBe(true)
  expect(found).toMatchObject({ ok: false, problems: [{ kind: 'changed', id: 'forged' }] })
})
