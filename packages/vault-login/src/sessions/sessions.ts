import { Secret, sha256Base64url, VaultError, type VaultExtension } from '@holdfast/vault-core'
import { assertStoreKey } from '@holdfast/vault-core/store'
import type { Applications } from '../applications/applications.js'
import type { SealedJson } from '../sealed-json.js'
import { assertUserId } from '../user-id.js'
import type { Session } from './session.js'
import { createSessionDocuments, type StoredSession } from './session-documents.js'
import { judgeSecret, rotateSecrets } from './session-secrets.js'
import {
  isSessionId,
  newSessionId,
  newSessionSecret,
  parseSessionToken,
  type SessionToken,
  userHashOf,
  wasIssued,
  writeSessionToken,
} from './session-token.js'

/** A session with the secret of the browser that holds it. */
export interface HeldSession {
  /** For an HttpOnly cookie. */
  readonly token: Secret
  readonly session: Session
}

/**
 * Who is signed in. `forgetUser` of the vault ends all sessions of a user, where the login is; elsewhere it destroys the keys that they are sealed
 * under, which processes may hold for five minutes more. All throw {VaultError} `store_unavailable`.
 */
export interface Sessions {
  /**
   * Begins a session, and removes those of the user that have ended.
   *
   * @throws {VaultError} `invalid_request` for an unknown application, or ids that no store takes.
   */
  start(begun: { readonly userId: string; readonly applicationId: string; readonly connectionId: string }): Promise<HeldSession>
  /**
   * Continues the session, with a new token. The one before is good for 60 s more, for other tabs and answers that got lost; when it comes later,
   * somebody else has it, and the session ends. Undefined for a token of no live session.
   */
  resume(token: string): Promise<HeldSession | undefined>
  /** As `resume`, but the token stays, and the session is not prolonged. */
  find(token: string): Promise<Session | undefined>
  isLive(userId: string, sessionId: string): Promise<boolean>
  /** Undefined when it has ended. */
  get(userId: string, sessionId: string): Promise<Session | undefined>
  /** Harmless when there is none. */
  end(userId: string, sessionId: string): Promise<void>
  /** Those that live, the newest first. */
  list(userId: string): Promise<readonly Session[]>
  endAll(userId: string): Promise<void>
}

/** How often a rotation is tried again when another one came first: as many tabs may come back at once. */
const MAX_TRIES = 64
/** Most sessions of a user; the one that was used least lately goes. */
const MAX_SESSIONS = 100

export function createSessions({
  extension,
  sealed,
  applications,
}: {
  readonly extension: VaultExtension
  readonly sealed: SealedJson
  readonly applications: Applications
}): Sessions {
  const { sealer, log } = extension
  const { clock, random } = extension.runtime
  const documents = createSessionDocuments({ extension, sealed })
  const newSecret = (owner: Session): Promise<string> => newSessionSecret({ sealer, random }, owner)

  const isLiveNow = ({ applicationId, idleEndMs, endMs }: Session): boolean =>
    clock.now() < Math.min(idleEndMs, endMs) && applications.find(applicationId) !== undefined

  /** The live session whose secret this is. A secret of long ago ends it. */
  async function recognise(held: SessionToken): Promise<StoredSession | undefined> {
    const stored = await documents.find(held.userHash, held.sessionId)
    if (!stored || !isLiveNow(stored.session)) return undefined
    if (judgeSecret(stored.secrets, sha256Base64url(held.secret), clock.now()) !== 'unknown') return stored
    if (await wasIssued(sealer, stored.session, held.secret)) {
      const { userId, sessionId } = stored.session
      log.warn({ userId, sessionId }, 'A session was continued with a secret that another took the place of long ago. It is ended.')
      await documents.remove(held.userHash, held.sessionId)
    }
    return undefined
  }

  async function removeEnded(userHash: string): Promise<void> {
    const states = [...(await documents.all(userHash))]
    const live = states.flatMap(([, state]) => (state && isLiveNow(state.session) ? [state.session] : []))
    const kept = live.toSorted((a, b) => b.lastUsedAtMs - a.lastUsedAtMs).slice(0, MAX_SESSIONS - 1)
    const keptIds = new Set(kept.map(({ sessionId }) => sessionId))
    for (const [sessionId] of states) if (!keptIds.has(sessionId)) await documents.remove(userHash, sessionId)
  }

  async function get(userId: string, sessionId: string): Promise<Session | undefined> {
    assertUserId(userId)
    const stored = isSessionId(sessionId) ? await documents.find(userHashOf(userId), sessionId) : undefined
    return stored && isLiveNow(stored.session) ? stored.session : undefined
  }

  return {
    async start({ userId, applicationId, connectionId }) {
      assertUserId(userId)
      assertStoreKey(connectionId, 'connectionId')
      const application = applications.find(applicationId)
      if (!application) {
        const problem = 'must be the id of an application of this login'
        throw new VaultError('invalid_request', `\`applicationId\` ${problem}.`, { fields: { applicationId: problem } })
      }
      const userHash = userHashOf(userId)
      await removeEnded(userHash)
      const nowMs = clock.now()
      const endMs = nowMs + application.sessionLifetimeS * 1_000
      const session: Session = {
        sessionId: newSessionId(random),
        userId,
        applicationId,
        connectionId,
        createdAtMs: nowMs,
        lastUsedAtMs: nowMs,
        idleEndMs: Math.min(nowMs + application.sessionIdleLifetimeS * 1_000, endMs),
        endMs,
      }
      const secret = await newSecret(session)
      if (!(await documents.put({ session, secrets: [{ hash: sha256Base64url(secret), retiredAtMs: null }] }, 'absent'))) {
        throw new VaultError('conflict', 'A random session id was taken already. Look into the random source.')
      }
      return { token: new Secret(writeSessionToken({ userHash, sessionId: session.sessionId, secret })), session }
    },

    async resume(token) {
      const held = parseSessionToken(token)
      if (!held) return undefined
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const stored = await recognise(held)
        const application = stored && applications.find(stored.session.applicationId)
        if (!application) return undefined
        const nowMs = clock.now()
        const idleEndMs = Math.min(nowMs + application.sessionIdleLifetimeS * 1_000, stored.session.endMs)
        const session: Session = { ...stored.session, lastUsedAtMs: nowMs, idleEndMs }
        const secret = await newSecret(session)
        const secrets = rotateSecrets(stored.secrets, {
          shown: sha256Base64url(held.secret),
          fresh: sha256Base64url(secret),
          nowMs,
        })
        if (await documents.put({ session, secrets }, stored.version)) {
          return { token: new Secret(writeSessionToken({ ...held, secret })), session }
        }
      }
      throw new VaultError('conflict', 'The session kept being continued meanwhile. Repeat the call.')
    },

    async find(token) {
      const held = parseSessionToken(token)
      return held && (await recognise(held))?.session
    },

    get,
    isLive: async (userId, sessionId) => (await get(userId, sessionId)) !== undefined,

    async end(userId, sessionId) {
      assertUserId(userId)
      if (isSessionId(sessionId)) await documents.remove(userHashOf(userId), sessionId)
    },

    async list(userId) {
      assertUserId(userId)
      const states = [...(await documents.all(userHashOf(userId))).values()]
      const live = states.flatMap((state) => (state && isLiveNow(state.session) ? [state.session] : []))
      return live.toSorted((a, b) => b.createdAtMs - a.createdAtMs)
    },

    async endAll(userId) {
      assertUserId(userId)
      const userHash = userHashOf(userId)
      for (const sessionId of (await documents.all(userHash)).keys()) await documents.remove(userHash, sessionId)
    },
  }
}
