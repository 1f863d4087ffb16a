import type { Chronicle, Span } from './chronicle.ts'
import { swallows } from './faults.ts'
import { CAP_MS, LEASE_MS } from './storm-world.ts'
import type { TokenExchange } from './token-exchanges.ts'

/** Why what the provider answered need not have come into the store. */
export type Excuse = 'swallowed' | 'killed' | 'stopped' | 'store away' | 'store slow'

/** An exchange, and what became of its answer. */
export interface Entry extends TokenExchange {
  /** When the store had taken it: the new tokens, or that the grant is over. Undefined: never, as far as anybody said. */
  readonly writtenAtMs: number | undefined
  /** What came between the request and that. */
  readonly excuse: Excuse | undefined
}

/** The books of one grant. */
export interface Account {
  readonly userId: string
  readonly entries: readonly Entry[]
  /** The excuse for the rotation whose answer was lost, if one was: that has ended the grant. */
  readonly lostTo: Excuse | undefined
  /** What has no excuse. */
  readonly problems: readonly string[]
}

/** Holds what the provider was asked against what was done to the processes, and what the store has taken from them. */
export function accountsOf(
  exchanges: readonly TokenExchange[],
  chronicle: Chronicle,
  grants: ReadonlyMap<string, number>,
): readonly Account[] {
  return [...grants].map(([userId, grant]) => {
    const reports = chronicle.reports.filter((report) => report.userId === userId)
    const entries = exchanges
      .filter((exchange) => exchange.grant === grant)
      .map((exchange): Entry => {
        const written = exchange.answer === 'rotated' ? 'refreshed' : 'reauthorization_required'
        // One after the other within a process: its reports come in the order of its requests.
        const at = exchange.isDelivered ? reports.findIndex((report) => report.worker === exchange.asker && report.written === written) : -1
        const [report] = at >= 0 ? reports.splice(at, 1) : []
        return { ...exchange, writtenAtMs: report?.atMs, excuse: excuseOf(exchange, report?.atMs, chronicle) }
      })
    return { userId, entries, ...verdictOn(entries, chronicle) }
  })
}

/** Why a process did not bring the answer into the store, or late. That it hung up too early, or let the answer fall, is no excuse. */
function excuseOf(exchange: TokenExchange, writtenAtMs: number | undefined, { deaths, pauses, outages }: Chronicle): Excuse | undefined {
  const { asker, answer, fault, arrivedMs, isDelivered } = exchange
  if (answer === undefined) return undefined
  const life = { fromMs: arrivedMs, toMs: writtenAtMs ?? arrivedMs + CAP_MS }
  if (swallows(fault) && !isDelivered) return 'swallowed'
  if (writtenAtMs === undefined && deaths.has(asker)) return 'killed'
  if (pauses.some((pause) => pause.worker === asker && overlaps(pause, life))) return 'stopped'
  // So slow that it was as good as away: others had to take its holder for dead.
  if (answer === 'rotated' && writtenAtMs !== undefined && writtenAtMs - arrivedMs > CAP_MS) return 'store slow'
  // New tokens are written again and again. Only a store that is away for longer than any lease leaves them to a race.
  const longEnoughMs = answer === 'rotated' ? LEASE_MS : 0
  if (outages.some((outage) => outage.toMs - outage.fromMs >= longEnoughMs && overlaps(outage, life))) return 'store away'
  return undefined
}

function verdictOn(entries: readonly Entry[], chronicle: Chronicle): Pick<Account, 'lostTo' | 'problems'> {
  const refused = entries.filter(({ answer }) => answer === 'refused')
  const rotated = entries.filter(({ answer }) => answer === 'rotated')
  const [first] = refused
  const spent = first && rotated.find(({ generation }) => generation === first.generation)
  const isOnWaking = first !== undefined && spent !== undefined && wasSentOnWaking(first, spent, chronicle)
  const lostTo = isOnWaking ? 'stopped' : first && spent && excuseBefore(first, spent)

  const problems: string[] = []
  if (first && !lostTo) problems.push(`was refused without need: ${told(first)} after ${spent ? told(spent) : 'nothing'}`)
  for (const entry of [...rotated, ...refused]) {
    // Whoever is refused looks into the store once more, and finds what another has written late.
    const isOvertaken =
      entry.answer === 'refused' && rotated.some(({ generation, writtenAtMs }) => generation === entry.generation && writtenAtMs)
    const isExcused = entry.excuse !== undefined || isOvertaken || (isOnWaking && entry === first)
    if (entry.writtenAtMs === undefined && !isExcused) problems.push(`an answer was dropped: ${told(entry)}`)
  }
  for (const [index, { writtenAtMs: knownMs = Number.POSITIVE_INFINITY }] of refused.entries()) {
    const next = refused[index + 1]
    // A late write brings a newer refresh token, and that is tried as well.
    const isRevived = rotated.some(({ writtenAtMs = 0 }) => writtenAtMs > knownMs)
    if (next && knownMs < next.arrivedMs && !isRevived) problems.push(`was asked for again when it was known to be over: ${told(next)}`)
  }
  return { lostTo, problems }
}

/** One that was written soon, and before its refresh token came again, has none. */
function excuseBefore(second: Entry, { writtenAtMs, arrivedMs, excuse }: Entry): Excuse | undefined {
  return writtenAtMs !== undefined && writtenAtMs <= Math.min(second.arrivedMs, arrivedMs + LEASE_MS) ? undefined : excuse
}

/** The bound of the promise: a process that stopped between its last look at the lease and the wire sends what another has spent meanwhile. */
function wasSentOnWaking(second: TokenExchange, first: TokenExchange, { pauses }: Chronicle): boolean {
  return pauses.some(({ worker, fromMs, toMs }) => worker === second.asker && fromMs < first.arrivedMs && toMs >= first.arrivedMs)
}

function overlaps(a: Span, b: Span): boolean {
  return a.fromMs <= b.toMs && b.fromMs <= a.toMs
}

/** For people. */
export function told({ asker, generation, fault, answer, isDelivered, arrivedMs, writtenAtMs, excuse }: Entry): string {
  return `${asker} sent token ${generation} at ${arrivedMs}, ${answer}, ${isDelivered ? 'delivered' : 'not delivered'}, ${fault ?? 'no fault'}, ${excuse ?? 'no excuse'}, ${writtenAtMs === undefined ? 'not written' : `written after ${writtenAtMs - arrivedMs} ms`}`
}
