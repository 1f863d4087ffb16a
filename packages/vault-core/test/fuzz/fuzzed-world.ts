import { memoryStore } from '@holdfast/vault-store-memory'
import { type Credentials, createVault, type Keyring, type RotationProfile, type VaultEvent } from '../../src/index.js'
import { fakePrimitives } from '../simulation/fake-primitives.js'
import { type Scheduler, scheduler } from '../simulation/scheduler.js'
import type { Seeded } from '../simulation/seeded.js'
import { simulatedProcess } from '../simulation/simulated-process.js'
import type { Canaries } from './canaries.js'
import { type BodyWatch, giveAnswer } from './faulty-fetch.js'
import type { AnswerContext, FuzzedAnswer } from './fuzzed-answer.js'
import type { Asking, GrantModel } from './oracle.js'

/** One vault with one user's credential, in virtual time, before a token endpoint that answers as it is told. */
export interface FuzzedWorld {
  readonly time: Scheduler
  readonly isStrict: boolean
  readonly asking: Pick<Asking, 'defaultLifetimeS' | 'callerWaitMs' | 'requestCapMs'>
  /** The vault's wall clock. */
  nowMs(): number
  /** What a provider sees of a request, and may quote. */
  shapesOf(refreshToken: string): AnswerContext['shapes']
  /** The user consents, again. */
  connect(): Promise<GrantModel>
  /** One forced refresh that is answered so, and all that can be seen of it. */
  refresh(
    answer: FuzzedAnswer,
    how: { readonly requiredScopes: readonly string[]; readonly asksAgainAfterMs: number | undefined; readonly aftermathMs: number },
  ): Promise<Seen>
  /** Resolves to whether it came to an end. */
  close(): Promise<boolean>
}

export interface Seen {
  /** Undefined: the caller's wait had not ended when it had to. */
  readonly outcome: Outcome | undefined
  /** Of a caller who asks once more, without force. `requests`: that left as soon as he came. */
  readonly again: { readonly outcome: Outcome | undefined; readonly requests: number } | undefined
  /** The refresh token of each request. */
  readonly sent: readonly (string | null)[]
  readonly watch: BodyWatch
  readonly logLines: readonly { readonly message: string; readonly fields: object }[]
  readonly events: readonly VaultEvent[]
}

export type Outcome =
  | { readonly kind: 'token'; readonly credentials: Credentials; readonly summary: string }
  | { readonly kind: 'error'; readonly error: unknown; readonly summary: string }

interface Call {
  outcome: Outcome | undefined
  endedAtMs: number
}

const PROVIDER = 'https://provider.example'
const CALLBACK = 'https://app.example/callback'
const ALICE = { connectionId: 'drive', userId: 'alice' }
const CALLER_WAIT_MS = 10_000
/** More than the 30 s for which a vault waits for what is under way. */
const CLOSING_MS = 31_000
/** What the promise of refresh says of each profile. */
const CAP_MS = { strict: 120_000, grace: 20_000, none: 20_000 }

export function fuzzedWorld(random: Seeded, secrets: Canaries): FuzzedWorld {
  const rotation = random.pick<RotationProfile>([{ kind: 'strict' }, { kind: 'strict' }, { kind: 'grace', seconds: 60 }, { kind: 'none' }])
  const defaultLifetimeS = random.pick([undefined, undefined, 900])
  const clientAuthentication = random.pick(['client_secret_basic', 'client_secret_post'] as const)
  const time = scheduler()
  const { clock } = simulatedProcess('p0', time, 0)
  const bytes = random.fork()
  const sent: (string | null)[] = []
  const events: VaultEvent[] = []
  const logLines: { message: string; fields: object }[] = []
  const log = (fields: object, message: string): void => void logLines.push({ message, fields })
  let reply: (signal: AbortSignal | undefined) => Promise<unknown> = async () => undefined

  const vault = createVault({
    store: memoryStore({ clock: clock.now }),
    keyring: fakeKeyring,
    primitives: fakePrimitives,
    connections: [
      {
        connectionId: ALICE.connectionId,
        authorizationEndpoint: `${PROVIDER}/authorize`,
        tokenEndpoint: `${PROVIDER}/token`,
        clientId: 'client-1',
        clientSecret: secrets.clientSecret,
        clientAuthentication,
        rotation,
        ...(defaultLifetimeS !== undefined && { defaultLifetimeS }),
      },
    ],
    clock,
    random: (length) => bytes.bytes(length),
    callerWaitMs: CALLER_WAIT_MS,
    background: false,
    log: { debug: log, info: log, warn: log, error: log },
    on: (event) => events.push(event),
    fetch: (_url, init) => {
      if (init?.body instanceof URLSearchParams) sent.push(init.body.get('refresh_token'))
      // Some of what is given is no response at all: that is the point.
      return reply(init?.signal ?? undefined) as Promise<Response>
    },
  })

  const ask = (options: { readonly forceRefresh?: boolean; readonly requiredScopes?: readonly string[] }): Call => {
    const call: Call = { outcome: undefined, endedAtMs: 0 }
    vault.getCredentials(ALICE, options).then(
      (credentials) => {
        call.endedAtMs = time.now()
        call.outcome = { kind: 'token', credentials, summary: `token ${credentials.accessToken.slice(0, 60)}` }
      },
      (error: unknown) => {
        call.endedAtMs = time.now()
        call.outcome = { kind: 'error', error, summary: error instanceof Error ? error.message : typeof error }
      },
    )
    return call
  }

  return {
    time,
    isStrict: rotation.kind === 'strict',
    asking: { defaultLifetimeS, callerWaitMs: CALLER_WAIT_MS, requestCapMs: CAP_MS[rotation.kind] },
    nowMs: clock.now,
    shapesOf(refreshToken) {
      const plain = [refreshToken, secrets.clientSecret] as const
      const encoded = plain.map((text) => new URLSearchParams({ '': text }).toString().slice(1))
      const basic = `client-1:${encoded[1]}`
      return clientAuthentication === 'client_secret_basic'
        ? [...plain, ...encoded, btoa(basic), `Basic ${btoa(basic)}`]
        : [...plain, ...encoded]
    },
    async connect() {
      const refreshToken = secrets.token('refresh')
      const scope = 'files.read files.write'
      reply = async () =>
        Response.json({ access_token: secrets.token('access'), refresh_token: refreshToken, token_type: 'Bearer', expires_in: 60, scope })
      const flow = await vault.authorization.start({ ...ALICE, redirectUri: CALLBACK })
      await vault.authorization.complete({ callbackUrl: `${CALLBACK}?code=c1&state=${flow.state}`, flowBinding: flow.flowBinding })
      return { refreshToken, scope, liveUntilMs: clock.now() + 60_000, isEnded: false }
    },
    async refresh(answer, { requiredScopes, asksAgainAfterMs, aftermathMs }) {
      for (const seen of [sent, events, logLines]) seen.length = 0
      const watch: BodyWatch = { mostBytes: 0, open: 0, pieceBytes: 65_536 }
      reply = (signal) => {
        if (answer.kind === 'failure' && answer.atOnce) throw answer.reason
        return giveAnswer(answer, time, watch, signal)
      }
      const askedAtMs = time.now()
      const first = ask({ forceRefresh: true, requiredScopes })
      await time.runUntil(askedAtMs)
      if (first.outcome === undefined) await time.runUntil(askedAtMs + CALLER_WAIT_MS)
      const { outcome } = first
      const requests = [...sent]
      const againAtMs = first.endedAtMs + (asksAgainAfterMs ?? 0)
      let again: Seen['again']
      if (asksAgainAfterMs !== undefined && againAtMs >= time.now()) {
        await time.runUntil(againAtMs)
        const before = sent.length
        const second = ask({})
        await time.runUntil(againAtMs)
        const left = sent.length - before
        if (second.outcome === undefined) await time.runUntil(againAtMs + CALLER_WAIT_MS)
        again = { outcome: second.outcome, requests: left }
      } else {
        await time.runUntil(time.now() + aftermathMs)
        requests.splice(0, requests.length, ...sent)
      }
      await time.runUntil(time.now() + aftermathMs)
      return { outcome, again, sent: requests, watch, logLines: [...logLines], events: [...events] }
    },
    async close() {
      let isClosed = false
      void vault.close().then(() => {
        isClosed = true
      })
      await time.runUntil(time.now() + CLOSING_MS)
      return isClosed
    },
  }
}

/** Wraps nothing. */
const fakeKeyring: Keyring = {
  current: () => 'k1',
  wrap: async (dek) => dek.slice(),
  unwrap: async (wrapped) => wrapped.slice(),
  keyIdOf: () => 'k1',
}
