import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { seeded } from '../../../packages/vault-core/test/simulation/seeded.ts'
import { type Account, accountsOf, told } from './storm/accounting.ts'
import { type Heard, keepAsking } from './storm/callers.ts'
import { allFaults, dealFaults } from './storm/faults.ts'
import { type Health, healthOfAll } from './storm/health.ts'
import { letThemHappen, planIncidents } from './storm/incidents.ts'
import { stormPlaces } from './storm/storm-places.ts'
import { type StormWorld, stormWorld } from './storm/storm-world.ts'

const PROCESSES = 8
const USERS = Array.from({ length: 500 }, (_, n) => `user-${n}`)
const LENGTH_MS = Number(process.env.HOLDFAST_STORM_SECONDS ?? 30) * 1_000
const SEED = Number(process.env.HOLDFAST_STORM_SEED ?? Math.floor(Math.random() * 2 ** 31))

// The last of the promises: whatever happens to processes, store and provider, no grant is lost but where the only copy of its new
// refresh token is; and that is said.
describe.each(stormPlaces)(`${USERS.length} credentials, ${PROCESSES} processes and a storm: $name`, ({ name, isThere, make }) => {
  it.skipIf(!isThere)(
    'every grant is alive or truthfully explained, and there are as many token requests as rotations',
    async () => {
      const made = await make()
      const world = await stormWorld(made, { processes: PROCESSES, userIds: USERS, callerWaitMs: 15_000 })
      try {
        const random = seeded(SEED)
        const deal = dealFaults(SEED)
        const incidents = planIncidents(random, LENGTH_MS, made.server !== undefined)
        console.log(`${name}: seed ${SEED}, ${incidents.join(', ')}.`)

        const isOver = new AbortController()
        const asking = keepAsking(world, random.fork(), isOver.signal)
        await letThemHappen(world, incidents, { random: random.fork(), lengthMs: LENGTH_MS, server: made.server, deal })
        while (faultsMet(world).size < allFaults.length) await sleep(500)
        isOver.abort()
        const heard = await asking
        world.proxy.misbehave(undefined)
        await world.proxy.idle()
        await Promise.all(world.workers.map((worker) => worker.end()))

        const health = await healthOfAll(world)
        const accounts = accountsOf(world.proxy.exchanges(), world.chronicle, world.grants)
        console.log(`${name}: ${JSON.stringify(summaryOf(world, heard, accounts))}`)

        expect(heard.wrong).toEqual([])
        expect(accounts.flatMap(({ userId, problems }) => problems.map((problem) => `${userId}: ${problem}`))).toEqual([])
        expect(accounts.flatMap((account) => untruthOf(account, health.get(account.userId)))).toEqual([])
        for (const userId of heard.over) expect(health.get(userId)).toBe('over: rotation_outcome_unknown')
        expectBooksToAgree(world, accounts)
      } finally {
        await world.close()
      }
    },
    600_000,
  )
})

/** A grant that was lost to something is over, and its user is told why; any other is alive. */
function untruthOf({ userId, lostTo, entries }: Account, health: Health | undefined): readonly string[] {
  if (health === (lostTo === undefined ? 'alive' : 'over: rotation_outcome_unknown')) return []
  return [`${userId} is ${health}, lost to ${lostTo ?? 'nothing'}: ${entries.map(told).join('; ')}`]
}

function faultsMet({ proxy }: StormWorld): ReadonlySet<unknown> {
  return new Set(proxy.exchanges().flatMap(({ fault }) => fault ?? []))
}

/** What the proxy let through is what the provider noted; and grants that nothing happened to had one request for each rotation. */
function expectBooksToAgree({ provider, proxy }: StormWorld, accounts: readonly Account[]): void {
  expect(proxy.exchanges().filter(({ grant }) => grant === undefined)).toEqual([])
  const refreshes = provider.tokenRequests.filter(({ grantType }) => grantType === 'refresh_token')
  const entries = accounts.flatMap((account) => account.entries)
  expect(refreshes.filter(({ ok }) => !ok)).toHaveLength(entries.filter(({ answer }) => answer === 'refused').length)

  const rotatedByGrant = Map.groupBy(
    refreshes.filter(({ ok }) => ok),
    ({ grantId }) => grantId,
  )
  const rotations = accounts.map((account) => account.entries.filter(({ answer }) => answer === 'rotated').length)
  const sorted = (counts: readonly number[]): number[] => counts.filter((count) => count > 0).toSorted((a, b) => a - b)
  expect(sorted([...rotatedByGrant.values()].map((own) => own.length))).toEqual(sorted(rotations))

  for (const account of accounts.filter((one) => isUntouched(one)))
    expect({
      userId: account.userId,
      requests: account.entries.length,
      written: account.entries.filter(({ answer, writtenAtMs }) => answer === 'rotated' && writtenAtMs !== undefined).length,
    }).toEqual({ userId: account.userId, requests: account.entries.length, written: account.entries.length })
}

function isUntouched({ entries }: Account): boolean {
  return entries.every(({ fault, excuse }) => fault === undefined && excuse === undefined)
}

function summaryOf(world: StormWorld, heard: Heard, accounts: readonly Account[]): object {
  const entries = accounts.flatMap((account) => account.entries)
  const untouched = accounts.filter((account) => isUntouched(account))
  return {
    told: heard.counts,
    requests: entries.length,
    rotated: entries.filter(({ answer }) => answer === 'rotated').length,
    written: entries.filter(({ answer, writtenAtMs }) => answer === 'rotated' && writtenAtMs !== undefined).length,
    refused: entries.filter(({ answer }) => answer === 'refused').length,
    faults: countsOf(entries.flatMap(({ fault }) => fault ?? [])),
    excused: countsOf(entries.flatMap(({ excuse }) => excuse ?? [])),
    killed: world.chronicle.deaths.size,
    stopped: world.chronicle.pauses.length,
    outagesMs: world.chronicle.outages.map(({ fromMs, toMs }) => toMs - fromMs),
    grants: {
      alive: accounts.filter(({ lostTo }) => lostTo === undefined).length,
      lost: countsOf(accounts.flatMap(({ lostTo }) => lostTo ?? [])),
      untouched: untouched.length,
      untouchedRequests: untouched.flatMap((account) => account.entries).length,
    },
  }
}

function countsOf(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
