import { alternate } from '../alternate.ts'
import type { Contender } from '../contender.ts'
import { casbin, casl, makeGrants, parsedTrie, regexList, trie } from '../permissions/contenders.ts'
import { judge, type Row } from '../row.ts'

const COUNTS = [10, 1_000, 100_000] as const
const MOST_FOR_CASBIN = 1_000
const ACTION = 'READ'
/** Granted by the one in the middle: a list is searched from either end. */
const resourceOf = (count: number): string => {
  const index = count / 2 + 1
  return `Docs:Organizations/o${index % 97}/Documents/d${index}`
}

export const permissionCheckRow: Row = {
  name: 'permission-check',
  title: 'One permission check of a subject with 10, 1,000 and 100,000 grants',
  fairness:
    'Each answers the same question about the same grants, from the texts of action and resource, and says yes by the grant in the middle. ' +
    'All have their grants prepared: tries built, expressions compiled, rules defined. "Parsed before" leaves the reading of the texts out: so it is ' +
    'where a resource is built from ids, as the vault does it for its own. casbin is asked by `enforceSync`. CASL and casbin know no cascade, so their rules say a little less. casbin is left out at 100,000 grants, where one check takes it seconds.',
  async measure(settings) {
    const contenders = (await Promise.all(COUNTS.map(contendersFor))).flat()
    const floors = [...COUNTS.map((count) => name('regex list', count)), name('ours', 10), name('ours, parsed before', 10)]
    const lines = await alternate(contenders, floors, settings)
    const goals = judge(
      [
        { of: name('ours, parsed before', 10), against: name('regex list', 10), atLeast: 1 },
        { of: name('ours, parsed before', 1_000), against: name('regex list', 1_000), atLeast: 100 },
        { of: name('ours', 100_000), against: name('ours', 10), atLeast: 1 / 6 },
        { of: name('ours, parsed before', 100_000), against: name('ours, parsed before', 10), atLeast: 1 / 6 },
      ],
      lines,
    )
    return { lines, goals }
  },
}

function name(contender: string, count: number): string {
  return `${contender}, ${count.toLocaleString('en')}`
}

async function contendersFor(count: number): Promise<readonly Contender[]> {
  const grants = makeGrants(count)
  const resource = resourceOf(count)
  const checks = { ours: trie(grants), 'regex list': regexList(grants), CASL: casl(grants) }
  const parsed = parsedTrie(grants, ACTION, resource)
  const contenders = Object.entries(checks).map(([contender, check]) => ({
    name: name(contender, count),
    run: () => must(check(ACTION, resource)),
  }))
  const others: Contender[] = []
  if (count <= MOST_FOR_CASBIN) {
    const check = await casbin(grants)
    others.push({ name: name('casbin', count), run: () => must(check(ACTION, resource)) })
  }
  return [{ name: name('ours, parsed before', count), run: () => must(parsed()) }, ...contenders, ...others]
}

/** A contender that is wrong must not be fast. */
function must(allowed: boolean): boolean {
  if (!allowed) throw new Error('A permission that is granted was refused.')
  return allowed
}
