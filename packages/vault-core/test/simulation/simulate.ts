import { type Credentials, isVaultError } from '../../src/index.js'
import { type Plan, type PlannedCall, planOf } from './plan.js'
import { seeded } from './seeded.js'
import { weatherOf } from './weather.js'
import { type SimulatedWorld, simulatedWorld } from './world.js'

export interface SimulationResult {
  readonly seed: number
  readonly violations: readonly string[]
  readonly events: number
  /** What happened, for whoever replays a seed. */
  readonly trace: readonly string[]
  readonly requests: number
  readonly crashes: number
  readonly lost: number
}

const MOST_CRASHES = 3
const RESTART_MS = [100, 5_000, 60_000] as const

/** One run: the same seed, the same run, event for event. */
export async function simulate(seed: number): Promise<SimulationResult> {
  const random = seeded(seed)
  const plan = planOf(random)
  const crashing = random.fork()
  let crashes = 0
  let isTroubled = false
  let hasStalled = false
  let weather: ReturnType<typeof weatherOf> | undefined
  const world: SimulatedWorld = simulatedWorld({
    random,
    ...plan,
    weather: (time, placeOf) => {
      weather = weatherOf(plan, time, random.fork(), placeOf)
      return weather
    },
    onStep(process, when, what) {
      if (isTroubled && when === 'after' && what === plan.stall?.step && !hasStalled) {
        hasStalled = true
        world.trace.push(`${world.time.now()} ${process.name} stalls for ${plan.stall.forMs}`)
        process.pause(plan.stall.forMs)
      }
      if (!isTroubled || crashes >= MOST_CRASHES || !crashing.chance(plan.chances.crash)) return
      crashes += 1
      process.crash()
      world.trace.push(`${world.time.now()} ${process.name} dies`)
      const place = world.placeOf(process)
      world.time.after(crashing.pick(RESTART_MS), () => world.restart(place))
    },
  })
  const { time, ledger } = world
  const result = (): SimulationResult => ({
    seed,
    violations: ledger.violations,
    events: time.count(),
    trace: world.trace,
    requests: ledger.requests.length,
    crashes,
    lost: ledger.requests.filter((request) => request.answerLost).length,
  })
  try {
    const connected = Promise.all(plan.users.map((userId) => world.connect(0, userId)))
    await time.runUntil(plan.startsAtMs)
    await connected
    isTroubled = true
    layOut(world, plan)
    await time.runUntil(plan.startsAtMs + plan.horizonMs)
    isTroubled = false
    weather?.clearUp()
    await recover(world, plan)
  } catch (error) {
    ledger.violate(`The run broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  return result()
}

/** Puts all that the plan says on the calendar. */
function layOut(world: SimulatedWorld, plan: Plan): void {
  const { time, provider, ledger } = world
  const lastFingerprint = new Map<string, string>()
  for (const call of plan.calls) time.after(call.atMs, () => void ask(world, call, lastFingerprint))
  for (const { process, atMs } of plan.sweeps) time.after(atMs, () => void world.at(process).vault.sweep())
  for (const { process, atMs, forMs } of plan.pauses) {
    time.after(atMs, () => {
      world.trace.push(`${time.now()} ${world.at(process).process.name} pauses for ${forMs}`)
      world.at(process).process.pause(forMs)
    })
  }
  for (const { process, atMs, byMs } of plan.jumps) {
    time.after(atMs, () => {
      world.at(process).process.jump(byMs)
      ledger.hasJumped = true
    })
  }
  for (const { userId, atMs, does } of plan.userActions) {
    time.after(atMs, () => {
      world.trace.push(`${time.now()} ${userId} wants to ${does}`)
      if (does === 'revoke') return provider.endGrants(userId)
      if (does === 'reconnect') return void world.connect(0, userId).catch(() => undefined)
      const acknowledged = [...ledger.grants.values()].filter((grant) => grant.userId === userId && grant.acknowledgedAtMs !== undefined)
      // While it is under way, and for what it ends, the provider may be asked to end the grant.
      ledger.disconnecting.add(userId)
      void world
        .at(0)
        .vault.disconnect({ connectionId: 'drive', userId })
        .then(() => {
          // One that was being connected at the same time may come after.
          for (const grant of acknowledged) grant.supersededAtMs ??= time.now()
          for (const grant of ledger.grants.values()) if (grant.userId === userId) grant.endedOnPurpose = true
          ledger.disconnecting.delete(userId)
        })
        .catch(() => undefined)
    })
  }
}

/** One caller's call, and what it comes to. */
export async function ask(
  world: SimulatedWorld,
  { process: place, userId, forceRefresh, minValidityMs, rejectsLast, abortsAfterMs }: Omit<PlannedCall, 'atMs'>,
  lastFingerprint: Map<string, string> = new Map(),
): Promise<Credentials | unknown> {
  const { time, invariants } = world
  const { process, vault } = world.at(place)
  if (!process.isAlive()) return undefined
  const startedAtMs = time.now()
  const caller = `${process.name}/${userId}`
  const rejected = rejectsLast ? lastFingerprint.get(caller) : undefined
  const abort = new AbortController()
  if (abortsAfterMs !== undefined) time.after(abortsAfterMs, () => process.deliver(() => abort.abort()))
  const ended = (): void => invariants.atEnd({ process, startedAtMs, pausedMs: process.pausedMsBetween(startedAtMs, time.now()) })
  try {
    const credentials = await vault.getCredentials(
      { connectionId: 'drive', userId },
      {
        forceRefresh,
        signal: abort.signal,
        ...(minValidityMs !== undefined && { minValidityMs }),
        ...(rejected !== undefined && { rejected }),
      },
    )
    world.trace.push(`${time.now()} ${caller} got ${credentials.accessToken}`)
    ended()
    lastFingerprint.set(caller, credentials.fingerprint)
    invariants.atHandOut({ process, caller, userId, startedAtMs, credentials })
    return credentials
  } catch (error) {
    world.trace.push(
      `${time.now()} ${caller} was told ${isVaultError(error) ? `${error.code} ${error.facts.reason ?? ''}` : String(error)}`,
    )
    ended()
    if (abort.signal.aborted && error === abort.signal.reason) return error
    if (!isVaultError(error)) world.ledger.violate(`${caller} got an error that is no VaultError: ${String(error)}`)
    else if (error.code === 'reauthorization_required')
      invariants.atReauthorization({ process, userId, startedAtMs, error, stored: await world.storedRefreshToken(userId) })
    else if (!PASSING.has(error.code)) world.ledger.violate(`${caller} was told ${error.code}: ${error.message}`)
    return error
  }
}

const PASSING: ReadonlySet<string> = new Set([
  'provider_unavailable',
  'provider_rejected_client',
  'store_unavailable',
  'credential_not_found',
])
/** Every lease, every request's end and every write-back lie behind this. */
const RECOVERY_MS = 320_000
const MOST_TRIES = 12

/** The troubles are over: soon every credential works again, or says truthfully why not. */
export async function recover(world: SimulatedWorld, plan: Pick<Plan, 'skewsMs' | 'users' | 'processes'>): Promise<void> {
  const { time } = world
  const places = plan.skewsMs.map((_skew, place) => place)
  for (const afterMs of [61_000, 100_000, 200_000, 300_000]) {
    for (const place of places) time.after(afterMs, () => void world.at(place).vault.sweep())
  }
  await time.runUntil(time.now() + RECOVERY_MS)
  for (const userId of plan.users) await settleUser(world, plan, userId)
}

async function settleUser(world: SimulatedWorld, plan: Pick<Plan, 'processes'>, userId: string): Promise<void> {
  const { time, ledger } = world
  const grant = [...ledger.grants.values()].findLast((each) => each.userId === userId && each.acknowledgedAtMs !== undefined)
  // Once to have a token, and once more to prove that the grant lives on.
  for (const forceRefresh of [false, true]) {
    let told: unknown
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      told = await finish(world, { process: tries % plan.processes, userId, forceRefresh, ...PLAIN })
      if (!isVaultError(told, 'provider_unavailable', 'provider_rejected_client', 'store_unavailable')) break
      await time.runUntil(time.now() + (told.facts.retryAfterMs ?? 1_000) + 1)
    }
    if (isVaultError(told, 'reauthorization_required')) {
      if (grant?.alive && grant.supersededAtMs === undefined && isNewestStored(world, userId))
        ledger.violate(`${userId} must connect again, and the grant lives.`)
      return
    }
    if (isVaultError(told, 'credential_not_found')) {
      if (grant && !grant.endedOnPurpose && !ledger.disconnecting.has(userId))
        ledger.violate(`${userId} has no credential, and never disconnected.`)
      return
    }
    if (isVaultError(told) || told === undefined) return ledger.violate(`${userId} never came to an end: ${String(told)}`)
  }
}

const PLAIN = { minValidityMs: undefined, rejectsLast: false, abortsAfterMs: undefined } as const

/** Asks, and lets time pass until the answer is there. */
async function finish(world: SimulatedWorld, call: Omit<PlannedCall, 'atMs'>): Promise<unknown> {
  let end: { readonly told: unknown } | undefined
  void ask(world, call).then((told) => {
    end = { told }
  })
  for (let waitedMs = 0; end === undefined && waitedMs < 60_000; waitedMs += 1_000) await world.time.runUntil(world.time.now() + 1_000)
  return end?.told
}

/** Whether the provider would still take some refresh token of the user that nobody has used. */
function isNewestStored({ ledger }: SimulatedWorld, userId: string): boolean {
  return ![...ledger.requests].some(
    ({ refreshToken }) => ledger.grants.get(ledger.refreshTokens.get(refreshToken)?.grantId ?? '')?.userId === userId,
  )
}
