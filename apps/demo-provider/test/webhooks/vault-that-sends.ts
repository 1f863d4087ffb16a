import { createVault, type EventKeeper, localKeyring, type Vault, type VaultEvent, type VaultStore } from '@holdfast/vault-core'
import { type Webhooks, webhooks } from '@holdfast/vault-core/webhooks'
import type { SenderSetup } from './messages.ts'

/** A tenth of a second at first: the tests have no days. */
const RETRY_DELAYS_MS = [100, 200, 400, 800, ...Array.from({ length: 26 }, () => 1_000)]

/** A vault that sends webhooks, and writes down in the audit log, in the same writes, what it has to send. */
export function vaultThatSends(store: VaultStore, setup: SenderSetup): { readonly vault: Vault; readonly hooks: Webhooks } {
  const hooks = webhooks({
    endpoints: [{ id: 'app', url: setup.receiverUrl, secret: setup.webhookSecret }],
    retryDelaysMs: RETRY_DELAYS_MS,
  })
  const vault = createVault({
    store,
    keyring: localKeyring([{ id: 'k1', key: Buffer.from(setup.key, 'base64') }]),
    background: false,
    callerWaitMs: 1_000,
    eventKeepers: [ledger],
    webhooks: hooks,
    connections: [
      {
        connectionId: 'demo',
        issuer: setup.issuer,
        clientId: setup.clientId,
        clientSecret: setup.clientSecret,
        defaultConnectionProperties: { scope: 'openid offline_access files.read', prompt: 'consent' },
      },
    ],
  })
  return { vault, hooks }
}

/** What was written, in the order of its writes: nothing of the outbox has to do with it. */
const ledger: EventKeeper = {
  bind({ tenant, audit }) {
    const entriesOf = (events: readonly VaultEvent[]) =>
      events
        .filter(({ type }) => !type.startsWith('access'))
        .map((event) => ({
          tenant,
          id: event.id,
          data: JSON.stringify({ type: event.type, userId: 'userId' in event ? event.userId : undefined }),
        }))
    return {
      companionsOf: async (events) => ({ audit: entriesOf(events) }),
      keep: async (events) => audit.append(entriesOf(events)),
      wake: () => undefined,
      sweep: async () => undefined,
      drained: async () => undefined,
    }
  },
}
