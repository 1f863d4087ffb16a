import type { Sealer } from '../crypto/sealer.js'
import type { Users } from '../directory/users.js'
import { isVaultError, VaultError } from '../errors.js'
import { parseActor } from '../events/actor.js'
import type { EventRecorder } from '../events/event-recorder.js'
import type { CredentialStore } from '../storage/contract.js'
import { credentialKeyOf, storeKeyProblem } from '../storage/rules/store-key.js'
import { allRows } from './all-rows.js'
import type { DisconnectOptions, DisconnectRow } from './disconnect.js'

export interface ForgetUserParts {
  readonly tenant: string
  readonly credentials: CredentialStore
  readonly sealer: Sealer
  readonly disconnectRow: DisconnectRow
  readonly recorder: EventRecorder
  readonly users: Pick<Users, 'delete'>
  /** Takes him out of the access records and groups that name him. */
  readonly removeSubject: (userId: string) => Promise<void>
  /** Other packages that keep something of users, sealed under their keys: see `VaultExtension.onForgetUser`. */
  readonly forgetters: readonly ((userId: string) => Promise<void>)[]
}

/**
 * Makes `vault.forgetUser`: ends and revokes all that the user has, destroys the keys under which it was sealed, and removes the
 * rows, and who he was. Each step can be repeated: after a crash in the middle another call goes on.
 */
export function createForgetUser(parts: ForgetUserParts): (userId: string, options?: DisconnectOptions) => Promise<void> {
  const { tenant, credentials, sealer, disconnectRow, recorder, users, removeSubject, forgetters } = parts
  return async (userId, options) => {
    const actor = parseActor(options)
    const problem = storeKeyProblem(userId)
    if (problem) throw new VaultError('invalid_request', `\`userId\` ${problem}.`, { fields: { userId: problem } })
    let count = 0
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const rows = await allRows(credentials, { tenant, userId })
      // What is to be revoked has to be read first: it goes into a job that is sealed under the tenant's key.
      for (const row of rows) if (row.status !== 'disconnected') await disconnectRow(credentialKeyOf(row), actor, 'user_forgotten')
      for (const forget of forgetters) await forget(userId)
      await sealer.destroyKeys(userId)
      if (rows.length === 0) {
        await removeSubject(userId)
        await removeUser(users, userId)
        await recorder.record(recorder.make({ type: 'user_forgotten', userId, credentials: count, actor }))
        return
      }
      // Whatever is connected while this runs is found by the next round.
      for (const row of await allRows(credentials, { tenant, userId })) {
        if (row.status === 'disconnected' && (await credentials.delete(credentialKeyOf(row), row.version)) === 'deleted') count += 1
      }
    }
    throw new VaultError('conflict', `User "${userId}" connects again and again while being forgotten. Repeat the call.`, { userId })
  }
}

const MAX_ROUNDS = 10

async function removeUser(users: ForgetUserParts['users'], userId: string): Promise<void> {
  try {
    await users.delete(userId)
  } catch (error) {
    // He may have had credentials only.
    if (!isVaultError(error, 'not_found')) throw error
  }
}
