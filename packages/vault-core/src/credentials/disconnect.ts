import { randomToken } from '../crypto/random-token.js'
import type { Sealer } from '../crypto/sealer.js'
import { VaultError } from '../errors.js'
import { type Actor, parseActor } from '../events/actor.js'
import type { EventRecorder } from '../events/event-recorder.js'
import type { DisconnectReason } from '../events/vault-event.js'
import type { Log } from '../log.js'
import type { Runtime } from '../runtime.js'
import type { Secret } from '../secret.js'
import type { CredentialRow, CredentialStore, NewOutboxJob } from '../storage/contract.js'
import { joinCompanions } from '../storage/rules/join-companions.js'
import { readCredentialData, writeCredentialData } from './credential-data.js'
import { parseSelector } from './credential-request.js'
import type { CredentialSelector } from './credentials.js'
import type { RevocationJobs } from './revocation-jobs.js'
import { openAccessToken, openRefreshToken } from './sealed-tokens.js'

export interface DisconnectParts {
  readonly tenant: string
  readonly credentials: CredentialStore
  readonly sealer: Sealer
  readonly revocations: RevocationJobs
  readonly runtime: Runtime
  readonly log: Log
  readonly recorder: EventRecorder
}

export interface DisconnectOptions {
  /** Who ends it, for the event that tells of it. */
  readonly actor?: Actor
}

/** Ends a credential, for one of these reasons. */
export type Disconnect = (selector: CredentialSelector, options?: DisconnectOptions, reason?: DisconnectReason) => Promise<void>

/**
 * Makes `vault.disconnect`: ends the credential here at once and for good, and revokes it at the provider in the background.
 * The row stays as a tombstone without secrets, so that a refresh in flight cannot bring the grant back.
 */
export function createDisconnect(parts: DisconnectParts): Disconnect {
  const { tenant, credentials, revocations, runtime, recorder } = parts
  return async (selector, options, reason = 'requested') => {
    const key = { tenant, ...parseSelector(selector) }
    const event = recorder.make({ type: 'disconnected', ...key, reason, actor: parseActor(options) })
    const attemptId = randomToken(runtime.random, 16)
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const row = await credentials.get(key)
      if (!row || row.status === 'disconnected') return
      const outbox = await revocationOf(parts, row)
      const also = joinCompanions({ outbox }, await recorder.companionsOf(event))
      const result = await credentials.update({
        key,
        attemptId,
        expect: { version: row.version },
        set: {
          epoch: row.epoch + 1,
          secretRev: row.secretRev + 1,
          status: 'disconnected',
          accessToken: null,
          refreshToken: null,
          refreshTokenFingerprint: null,
          expiresAtMs: null,
          dueAtMs: null,
          data: writeCredentialData({ ...readDataOrEmpty(row), scope: null, subject: null, label: null, reason: null, retryAtMs: null }),
        },
        ...(also && { also }),
      })
      if (result.outcome === 'conflict') continue
      recorder.announce(event)
      if (outbox.length > 0) revocations.start()
      return
    }
    throw new VaultError(
      'conflict',
      `The credential of user "${key.userId}" on connection "${key.connectionId}" changed again and again. Repeat the call.`,
    )
  }
}

const MAX_TRIES = 10

async function revocationOf({ sealer, revocations, log }: DisconnectParts, row: CredentialRow): Promise<readonly NewOutboxJob[]> {
  let refreshToken: Secret | undefined
  let accessToken: Secret | undefined
  try {
    refreshToken = await openRefreshToken(sealer, row)
    accessToken = await openAccessToken(sealer, row)
  } catch (error) {
    // What does not open cannot be revoked; it must not keep the user from disconnecting.
    log.warn(
      { connectionId: row.connectionId, userId: row.userId, err: error },
      'A credential is disconnected without revocation: it does not open.',
    )
  }
  if (!refreshToken && !accessToken) return []
  return [await revocations.jobFor({ connectionId: row.connectionId, refreshToken, accessToken })]
}

function readDataOrEmpty(row: CredentialRow): ReturnType<typeof readCredentialData> {
  try {
    return readCredentialData(row)
  } catch {
    return {
      v: 1,
      tokenType: 'Bearer',
      scope: null,
      issuedAtMs: 0,
      connectedAtMs: row.createdAtMs,
      lastRefreshedAtMs: null,
      refreshTokenExpiresAtMs: null,
      subject: null,
      reason: null,
      failures: 0,
      retryAtMs: null,
      outcomeUnknown: false,
      sentTwiceAtMs: null,
      warnedOfEndMs: null,
      answer: null,
      tokenFence: 0,
    }
  }
}
