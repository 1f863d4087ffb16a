import { seeded } from '../simulation/seeded.js'
import { canaries } from './canaries.js'
import type { AnswerContext, FuzzedAnswer } from './fuzzed-answer.js'
import { fuzzedWorld } from './fuzzed-world.js'
import { generateAnswer } from './generate-answer.js'
import { type Expectation, expectationOf, type GrantModel } from './oracle.js'
import { violationsOf } from './violations.js'

export interface FuzzResult {
  readonly seed: number
  readonly violations: readonly string[]
  /** A line for each answer, for whoever replays a seed. */
  readonly trace: readonly string[]
  readonly counts: Readonly<Record<FuzzCount, number>>
}

export const FUZZ_COUNTS = ['answers', 'tokens', 'ended', 'rejected', 'unavailable', 'narrowed', 'rotations', 'consents'] as const
export type FuzzCount = (typeof FUZZ_COUNTS)[number]

/** So many answers, one after the other, to refreshes of one credential: what the vault made of one shows in its request for the next. */
export const ANSWERS_PER_RUN = 20

const HOUR_MS = 3_600_000
const ENDING_MS = 60_000
/** Long enough for two requests that run to their cap, and for an answer that comes after that. */
const AFTERMATH_MS = 400_000

/** One run, drawn from its seed alone: the same seed, the same answers, and the same outcome. */
export async function fuzz(seed: number): Promise<FuzzResult> {
  const random = seeded(seed)
  const secrets = canaries(random.fork())
  const world = fuzzedWorld(random, secrets)
  const { time, asking } = world
  const violations: string[] = []
  const trace: string[] = []
  const counts = Object.fromEntries(FUZZ_COUNTS.map((name) => [name, 0])) as Record<FuzzCount, number>
  let grant: GrantModel | undefined

  for (let place = 0; place <= ANSWERS_PER_RUN; place++) {
    await time.runUntil(time.now() + 2 * HOUR_MS)
    if (!grant || grant.isEnded) {
      grant = await world.connect()
      counts.consents += 1
      await time.runUntil(time.now() + HOUR_MS)
    }
    // Not while it ends: how much of a life is kept in hand is nobody's business here.
    if (Math.abs(grant.liveUntilMs - world.nowMs()) < ENDING_MS) await time.runUntil(time.now() + 2 * ENDING_MS)
    const context: AnswerContext = { shapes: world.shapesOf(grant.refreshToken), nowMs: world.nowMs() }
    // The last is a good one, and shows what became of the one before.
    const answer = place < ANSWERS_PER_RUN ? generateAnswer(random, secrets, context) : goodAnswer(secrets.token('access'))
    const requiredScopes = random.chance(0.1) ? [random.pick(['files.read', 'files.write'])] : []
    const expected = expectationOf(answer, grant, { ...asking, atMs: world.nowMs(), requiredScopes, secrets: context.shapes })
    const seen = await world.refresh(answer, {
      requiredScopes,
      asksAgainAfterMs: random.chance(0.25) && !expected.isUnsent ? Math.max(0, retryAfterMsOf(expected) - 1) : undefined,
      aftermathMs: AFTERMATH_MS,
    })
    const broken = violationsOf(seen, { answer, grant, expected, secrets, isStrict: world.isStrict })
    const line = `${place}: ${describe(answer)} → ${seen.outcome?.summary ?? 'nothing'}`
    trace.push(line)
    violations.push(...broken.map((violation) => `${violation} (answer ${line})`))
    // What follows from a broken rule says nothing more.
    if (broken.length > 0) break
    count(counts, expected, grant)
    grant = expected.grant
  }
  if (!(await world.close())) violations.push('The vault cannot be closed.')
  return { seed, violations, trace, counts }
}

function retryAfterMsOf({ outcome }: Expectation): number {
  return outcome.kind === 'error' ? outcome.retryAfterMs : 0
}

function count(counts: Record<FuzzCount, number>, { outcome, grant }: Expectation, before: GrantModel): void {
  counts.answers += 1
  if (grant.refreshToken !== before.refreshToken) counts.rotations += 1
  if (outcome.kind === 'token') counts.tokens += 1
  if (outcome.kind !== 'error') return
  if (outcome.code === 'reauthorization_required') counts.ended += 1
  if (outcome.code === 'provider_rejected_client') counts.rejected += 1
  if (outcome.code === 'provider_unavailable') counts.unavailable += 1
  if (outcome.code === 'insufficient_scope') counts.narrowed += 1
}

function goodAnswer(accessToken: string): FuzzedAnswer {
  const bytes = new TextEncoder().encode(JSON.stringify({ access_token: accessToken, expires_in: 3_600 }))
  return {
    title: 'the last',
    afterMs: 0,
    kind: 'response',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: { bytes, ending: 'whole', pieceBytes: undefined, pauseMs: 0 },
  }
}

function describe(answer: FuzzedAnswer): string {
  const { title, kind, afterMs } = answer
  if (kind !== 'response' && kind !== 'forged') return `${title} after ${afterMs} ms`
  const { status, body } = answer
  const headers = kind === 'response' ? JSON.stringify(answer.headers) : answer.type
  const text = JSON.stringify(new TextDecoder().decode(body.bytes.subarray(0, 1_500)))
  return `${title}, ${status}, ${headers}, ${body.ending} after ${afterMs} ms, pieces of ${body.pieceBytes} every ${body.pauseMs} ms: ${text}${body.bytes.length > 1_500 ? ` … ${body.bytes.length} bytes` : ''}`
}
