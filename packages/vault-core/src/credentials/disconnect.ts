import { randomToken } from '../crypto/random-token.js'
import type { Sealer } from '../crypto/sealer.js'
import { VaultError } from '../errors.js'
import { type Actor, parseActor } from '../events/actor.js'
import type { EventRecorder } from '../events/event-recorder.js'
import type { DisconnectReason } from '../events/vault-event.js'
import type { Log } from '../log.js'
import { DEFAULT_ACCOUNT_ID } from '../model/account-id.js'
import { didYouMean } from '../model/did-you-mean.js'
import { unknownFields } from '../model/unknown-field.js'
import { refuseFields } from '../refuse-fields.js'
import type { Runtime } from '../runtime.js'
import type { Secret } from '../secret.js'
import type { CredentialKey, CredentialRow, CredentialStore, NewOutboxJob } from '../storage/contract.js'
import { joinCompanions } from '../storage/rules/join-companions.js'
import { credentialKeyOf } from '../storage/rules/store-key.js'
import { accountIdOf, accountRows, isConnected, isNamed, subjectOf } from './accounts.js'
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

/** Ends what stands in one row, if `onlyIf` says so of what it finds there. Returns whether it did. */
export type DisconnectRow = (
  key: CredentialKey,
  actor: Actor | undefined,
  reason: DisconnectReason,
  onlyIf?: (found: CredentialRow) => boolean,
) => Promise<boolean>

const SELECTING: readonly (keyof CredentialSelector)[] = ['connectionId', 'userId', 'accountId']

/** Whoever names an account, by a name that is not the right one, does not mean all of them. Other fields are no mistake: what was listed selects. */
function misspeltAccount(selector: CredentialSelector): Record<string, string> {
  if (Object.hasOwn(selector, 'accountId')) return {}
  const unknown = Object.entries(unknownFields(selector, SELECTING, 'selector'))
  return Object.fromEntries(unknown.filter(([field]) => didYouMean(field, SELECTING) === 'accountId'))
}

/**
 * Makes `vault.disconnect`: all accounts of the user on the connection, or the one that is named. The default one goes last, so that whoever
 * asks meanwhile is not given another account's token.
 */
export function createDisconnect(
  { tenant, credentials }: Pick<DisconnectParts, 'tenant' | 'credentials'>,
  disconnectRow: DisconnectRow,
): Disconnect {
  return async (selector, options, reason = 'requested') => {
    const { connectionId, userId, accountId } = parseSelector(selector)
    refuseFields(misspeltAccount(selector))
    const actor = parseActor(options)
    const rows = (await accountRows(credentials, { tenant, connectionId, userId })).filter(isConnected)
    // `default` is what stands in that place alone: a call that is repeated must not end the account that has become the default one.
    const meant = rows.filter((row) => selector.accountId === undefined || isNamed(row, accountId))
    const isDefault = (row: CredentialRow): boolean => row.accountId === DEFAULT_ACCOUNT_ID
    for (const row of [...meant.filter((row) => !isDefault(row)), ...meant.filter(isDefault)])
      await disconnectRow(credentialKeyOf(row), actor, reason)
  }
}

/**
 * Makes the step that ends one account here at once and for good, and revokes it at the provider in the background.
 * The row stays as a tombstone without secrets, so that a refresh in flight cannot bring the grant back.
 */
export function createDisconnectRow(parts: DisconnectParts): DisconnectRow {
  const { credentials, revocations, runtime, recorder } = parts
  return async (key, actor, reason, onlyIf) => {
    let eventId: string | undefined
    const attemptId = randomToken(runtime.random, 16)
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const row = await credentials.get(key)
      if (!row || row.status === 'disconnected' || (onlyIf && !onlyIf(row))) return false
      const accountId = accountIdOf(row, { subject: subjectOf(row) })
      const event = recorder.make({ type: 'disconnected', ...key, accountId, reason, actor }, eventId)
      eventId = event.id
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
          data: writeCredentialData({
            ...readDataOrEmpty(row),
            scope: null,
            subject: null,
            madeOf: null,
            sealedLabel: null,
            sealedProperties: null,
            sealedDpopKey: null,
            reason: null,
            retryAtMs: null,
          }),
        },
        ...(also && { also }),
      })
      if (result.outcome === 'conflict') continue
      recorder.announce(event)
      if (outbox.length > 0) revocations.start()
      return true
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
