import { providerRejectedClient, providerUnavailable } from '../credentials/credential-errors.js'
import { toBase64url } from '../crypto/base64.js'
import { randomToken } from '../crypto/random-token.js'
import type { Sealer } from '../crypto/sealer.js'
import type { VaultError } from '../errors.js'
import type { EventRecorder } from '../events/event-recorder.js'
import type { Log } from '../log.js'
import type { Connection } from '../model/connection.js'
import type { Runtime } from '../runtime.js'
import type { CredentialKey, DocumentStore } from '../storage/contract.js'
import { type CircuitState, circuitAfter, closedCircuit, type Opening, openForMs } from './circuit.js'
import type { FailureVerdict } from './classify-failure.js'

/** One circuit for each connection: while it is open, no refresh of that connection is begun, in any process. */
export interface Circuits {
  /** Why no request of the connection may leave now. The first caller after an opening has ended may try, and the others wait for him. */
  refusal(connection: Connection, key: CredentialKey): Promise<VaultError | undefined>
  /** Hears what other processes have found out, if that was not done within the last second. */
  look(connection: Connection): Promise<void>
  /** For how long no request of the connection may leave, milliseconds, as far as this process knows; and whether the next one is to try alone. */
  pauseOf(connection: Connection): { readonly waitMs: number; readonly isTrial: boolean }
  /** Takes note of how a request ended. @param verdict - Undefined for an answer with tokens. */
  report(connection: Connection, key: CredentialKey, verdict: FailureVerdict | undefined): Promise<void>
  /** Connections whose circuit is open, as far as this process knows. */
  open(): readonly string[]
}

const KIND = 'refresh-circuit'
/** Other processes' openings are heard of within this. */
const REREAD_MS = 1_000
/** How long the one who tries may take before another does. */
const TRIAL_MS = 10_000

interface Circuit {
  state: CircuitState
  /** As it was when its client was rejected: of one that was mended meanwhile the opening says nothing. */
  rejected: Connection | undefined
  trialUntilMs: number
  readAtMs: number
  /** Version of the document that others see. */
  shared: number | undefined
}

export function createCircuits(parts: {
  readonly documents: DocumentStore
  readonly sealer: Sealer
  readonly tenant: string
  readonly runtime: Runtime
  readonly log: Log
  readonly recorder: EventRecorder
}): Circuits {
  const { documents, sealer, tenant, runtime, log, recorder } = parts
  const { clock } = runtime
  const circuits = new Map<string, Circuit>()

  const circuitOf = ({ connectionId }: Connection): Circuit => {
    const circuit = circuits.get(connectionId) ?? {
      state: closedCircuit,
      rejected: undefined,
      trialUntilMs: 0,
      readAtMs: -REREAD_MS,
      shared: undefined,
    }
    circuits.set(connectionId, circuit)
    return circuit
  }

  /** What another process has found out. That a store is away is no reason not to ask the provider. */
  const read = async (connection: Connection, circuit: Circuit): Promise<void> => {
    if (clock.monotonic() - circuit.readAtMs < REREAD_MS) return
    circuit.readAtMs = clock.monotonic()
    try {
      const row = await documents.get({ tenant, kind: KIND, id: connection.connectionId })
      const wasShared = circuit.shared !== undefined
      circuit.shared = row?.version
      if (!row) {
        // Another process has had an answer.
        if (wasShared) circuit.state = closedCircuit
        return
      }
      const { state, client } = JSON.parse(row.data) as { readonly state: CircuitState; readonly client: string }
      if (state.opening?.isClientRejected && client !== (await markOf(connection))) return
      if ((state.opening?.untilMs ?? 0) <= (openingOf(circuit, connection)?.untilMs ?? 0)) return
      circuit.state = state
      circuit.rejected = connection
    } catch (error) {
      log.debug({ connectionId: connection.connectionId, err: error }, 'The shared state of a connection could not be read.')
    }
  }

  const share = async (connection: Connection, circuit: Circuit): Promise<void> => {
    const { connectionId } = connection
    const key = { tenant, kind: KIND, id: connectionId }
    try {
      if (circuit.state.opening) {
        const data = JSON.stringify({ state: circuit.state, client: await markOf(connection) })
        const result = await documents.put({ ...key, data, expect: circuit.shared ?? 'absent', attemptId: randomToken(runtime.random, 16) })
        circuit.shared = result.outcome === 'stored' ? result.version : result.current?.version
      } else if (circuit.shared !== undefined) {
        await documents.delete(key, circuit.shared)
        circuit.shared = undefined
      }
    } catch (error) {
      log.debug({ connectionId, err: error }, 'The shared state of a connection could not be written.')
    }
  }

  /** Tells one client configuration from another, so that a mended one is tried at once. No secret can be read from it. */
  const markOf = async (connection: Connection): Promise<string> =>
    toBase64url(await sealer.fingerprint('', JSON.stringify(clientOf(connection))))

  /** How long this opening lasts, and then the trial after it. */
  const waitOf = ({ trialUntilMs }: Circuit, opening: Opening): number =>
    openForMs(opening, clock.now()) || Math.max(0, Math.min(1_000, trialUntilMs - clock.monotonic()))

  return {
    async refusal(connection, key) {
      const circuit = circuitOf(connection)
      await read(connection, circuit)
      const opening = openingOf(circuit, connection)
      if (!opening) return undefined
      const waitMs = waitOf(circuit, opening)
      if (waitMs > 0) return errorOf(key, opening, waitMs)
      circuit.trialUntilMs = clock.monotonic() + TRIAL_MS
      return undefined
    },

    look: (connection) => read(connection, circuitOf(connection)),

    pauseOf(connection) {
      const circuit = circuitOf(connection)
      const opening = openingOf(circuit, connection)
      return { waitMs: opening ? waitOf(circuit, opening) : 0, isTrial: opening !== undefined }
    },

    async report(connection, key, verdict) {
      const circuit = circuitOf(connection)
      const before = circuit.state
      const nowMs = clock.now()
      const credential = JSON.stringify([key.userId, key.accountId])
      const known = openingOf(circuit, connection) === before.opening ? before : closedCircuit
      circuit.state = circuitAfter(known, verdict, { credential, nowMs, random: runtime.random })
      circuit.trialUntilMs = 0
      const { opening } = circuit.state
      if (opening !== before.opening) circuit.rejected = connection
      if (opening === before.opening && (opening || circuit.shared === undefined)) return
      const { connectionId } = connection
      // It only lasts longer: whoever was told that it is open knows what there is to know.
      if (opening && opening.reason === before.opening?.reason && openForMs(before.opening, nowMs) > 0) return share(connection, circuit)
      if (opening) {
        const facts = { connectionId, reason: opening.reason, forMs: opening.untilMs - nowMs }
        if (opening.isClientRejected)
          log.error(facts, 'The provider refuses this application: mend the client id, secret or authentication method of the connection.')
        else log.warn(facts, 'The provider fails: refreshes of this connection pause.')
      }
      const event = opening
        ? recorder.make({ type: 'connection_paused', connectionId, reason: opening.reason, retryAfterMs: opening.untilMs - nowMs })
        : before.opening && recorder.make({ type: 'connection_resumed', connectionId })
      await Promise.all([event && recorder.recordAnyway(event), share(connection, circuit)])
    },

    open() {
      const nowMs = clock.now()
      return [...circuits].filter(([, { state }]) => (state.opening?.untilMs ?? 0) > nowMs).map(([connectionId]) => connectionId)
    },
  }
}

/** The opening, if it concerns the connection as it is now. */
function openingOf({ state: { opening }, rejected }: Circuit, connection: Connection): Opening | undefined {
  return opening?.isClientRejected && rejected && !hasSameClient(rejected, connection) ? undefined : opening
}

function hasSameClient(one: Connection, other: Connection): boolean {
  return one === other || JSON.stringify(clientOf(one)) === JSON.stringify(clientOf(other))
}

/** All that a provider may refuse an application for. */
function clientOf({ clientId, clientAuthentication, clientSecret, privateKey, endpoints }: Connection): readonly (string | undefined)[] {
  return [clientId, clientAuthentication, clientSecret?.reveal(), privateKey?.reveal(), endpoints.token]
}

function errorOf(key: CredentialKey, { reason, isClientRejected }: Opening, waitMs: number): VaultError {
  return isClientRejected ? providerRejectedClient(key, reason, waitMs) : providerUnavailable(key, reason, waitMs)
}
