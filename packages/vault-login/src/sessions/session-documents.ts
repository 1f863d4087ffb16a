import { type DocumentRow, isVaultError, randomToken, sha256Base64url, type VaultExtension } from '@holdfast/vault-core'
import type { SealedJson } from '../sealed-json.js'
import type { Session } from './session.js'
import type { SessionSecret } from './session-secrets.js'

/** A session as it is kept: with the hashes of the secrets that are good for it. */
export interface SessionState {
  readonly session: Session
  readonly secrets: readonly SessionSecret[]
}

export interface StoredSession extends SessionState {
  readonly version: number
}

/**
 * Sessions in the store: a kind of documents for each user, so that his can be listed, each sealed under his key. What does not open, as his
 * key is destroyed, is no session.
 */
export interface SessionDocuments {
  find(userHash: string, sessionId: string): Promise<StoredSession | undefined>
  /** By session id; undefined for what does not open. */
  all(userHash: string): Promise<ReadonlyMap<string, SessionState | undefined>>
  /** False when it changed meanwhile. */
  put(state: SessionState, expect: 'absent' | number): Promise<boolean>
  /** Harmless when there is none. */
  remove(userHash: string, sessionId: string): Promise<void>
}

const PAGE = 200

export function createSessionDocuments({
  extension: { tenant, documents, runtime },
  sealed,
}: {
  readonly extension: VaultExtension
  readonly sealed: SealedJson
}): SessionDocuments {
  const keyOf = (userHash: string, sessionId: string) => ({ tenant, kind: `session:${userHash}`, id: sessionId })

  const read = async (userHash: string, row: DocumentRow): Promise<StoredSession | undefined> => {
    const { userId, sealed: text } = JSON.parse(row.data) as StoredDocument
    if (sha256Base64url(userId) !== userHash) return undefined
    try {
      const { session, secrets } = (await sealed.open(userId, fieldOf(row.id), text)) as SealedSession
      return { session: { sessionId: row.id, userId, ...session }, secrets, version: row.version }
    } catch (error) {
      if (isVaultError(error, 'decryption_failed')) return undefined
      throw error
    }
  }

  return {
    async find(userHash, sessionId) {
      const row = await documents.get(keyOf(userHash, sessionId))
      return row ? read(userHash, row) : undefined
    },

    async all(userHash) {
      const states = new Map<string, SessionState | undefined>()
      let cursor: string | undefined
      do {
        const { kind } = keyOf(userHash, '')
        const page = await documents.list({ tenant, kind, limit: PAGE, ...(cursor !== undefined && { cursor }) })
        for (const row of page.items) states.set(row.id, await read(userHash, row))
        cursor = page.cursor
      } while (cursor !== undefined)
      return states
    },

    async put({ session, secrets }, expect) {
      const { sessionId, userId, ...rest } = session
      const content: SealedSession = { session: rest, secrets }
      const data: StoredDocument = { v: 1, userId, sealed: await sealed.seal(userId, fieldOf(sessionId), content) }
      const attemptId = randomToken(runtime.random, 16)
      const key = keyOf(sha256Base64url(userId), sessionId)
      return (await documents.put({ ...key, data: JSON.stringify(data), expect, attemptId })).outcome === 'stored'
    },

    async remove(userHash, sessionId) {
      const key = keyOf(userHash, sessionId)
      for (;;) {
        const row = await documents.get(key)
        if (!row || (await documents.delete(key, row.version)) !== 'conflict') return
      }
    },
  }
}

interface StoredDocument {
  readonly v: 1
  readonly userId: string
  readonly sealed: string
}

interface SealedSession {
  readonly session: Omit<Session, 'sessionId' | 'userId'>
  readonly secrets: readonly SessionSecret[]
}

function fieldOf(sessionId: string): string {
  return `session/${sessionId}`
}
