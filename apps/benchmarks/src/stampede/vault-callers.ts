import { randomUUID } from 'node:crypto'
import { startChild } from '../child-process.ts'
import type { RunningProvider, Tokens } from '../provider/provider.ts'
import { CONNECTION_ID, newPlace, openVault } from '../vault-place.ts'
import { type Charge, charge } from './charge.ts'
import type { VaultCallerAnswers } from './vault-callers.process.ts'

/** Processes over one store, whose callers all ask for one credential. */
export interface VaultCallers {
  /** Stores the grant as expired, and lets so many callers ask, spread over the processes. */
  charge(grant: Tokens, callers: number): Promise<Charge>
  close(): Promise<void>
}

export async function openVaultCallers(
  provider: RunningProvider,
  schema: { readonly url: string; readonly schema: string },
  processes: number,
): Promise<VaultCallers> {
  const place = newPlace(provider, schema)
  const { vault, close } = await openVault(place, { background: false })
  const children = Array.from({ length: processes }, () =>
    startChild<VaultCallerAnswers>(new URL('vault-callers.process.ts', import.meta.url)),
  )
  await Promise.all(children.map((child) => child.ask('open', place)))
  /** As in an application that has used it in the minutes before: the processes have the user's data key at hand. */
  const storeGrant = async ({ accessToken, refreshToken }: Tokens): Promise<string> => {
    const userId = randomUUID()
    const credential = { connectionId: CONNECTION_ID, userId, accessToken, refreshToken }
    await vault.importCredential({ ...credential, expiresAt: new Date(Date.now() + 3_600_000) })
    await Promise.all(children.map((child) => child.ask('ask', { userId, callers: 1 })))
    await vault.importCredential({ ...credential, expiresAt: new Date(Date.now() - 60_000) }, { replace: true })
    return userId
  }
  const ask = async (userId: string, callers: number) => {
    const outcomes = await Promise.all(children.map((child) => child.ask('ask', { userId, callers: callers / children.length })))
    return { failed: outcomes.reduce((sum, { failed }) => sum + failed, 0), tokens: outcomes.flatMap(({ tokens }) => tokens) }
  }
  // Connections, metadata, code: as in a process that has been at work for a while.
  for (let times = 0; times < 2; times++) await ask(await storeGrant(await provider.newGrant()), children.length * 10)
  return {
    async charge(grant, callers) {
      const userId = await storeGrant(grant)
      return charge(
        provider,
        () => ask(userId, callers),
        async () => (await children[0]?.ask('isUsable', userId)) === true,
      )
    },
    async close() {
      await Promise.all(children.map((child) => child.end()))
      await close()
    },
  }
}
