import type { Vault, VaultOptions } from '../../src/index.js'
import { type WebhookEndpoint, type Webhooks, type WebhooksOptions, webhooks } from '../../src/webhooks/index.js'
import { settle } from '../fixtures/manual-clock.js'
import { type VaultWorld, vaultWorld } from '../fixtures/vault-world.js'
import { type FaultyReceiver, faultyReceiver, RECEIVER, SECRET } from './faulty-receiver.js'

/** A world whose vaults send webhooks to a receiver. */
export interface WebhookWorld extends VaultWorld {
  readonly receiver: FaultyReceiver
  /** One more process. */
  process(options?: Partial<WebhooksOptions>, vaultOptions?: Partial<VaultOptions>): { readonly vault: Vault; readonly hooks: Webhooks }
  /** Lets time pass, and the vault look once for what is due by then. */
  pass(vault: Vault, ms: number): Promise<void>
  /** Events that have not arrived. */
  waiting(): Promise<number>
}

export const ENDPOINT: WebhookEndpoint = { id: 'app', url: RECEIVER, secret: SECRET }

export function webhookWorld(): WebhookWorld {
  const world = vaultWorld()
  const receiver = faultyReceiver(world.clock, world.provider.fetch)
  return {
    ...world,
    receiver,
    process(options = {}, vaultOptions = {}) {
      const hooks = webhooks({ endpoints: [ENDPOINT], ...options })
      return { hooks, vault: world.vault({ fetch: receiver.fetch, webhooks: hooks, ...vaultOptions }) }
    },
    async pass(vault, ms) {
      await world.clock.advance(ms)
      await vault.sweep()
      await settle()
    },
    async waiting() {
      const { jobs } = await world.store.outbox.depth({ tenant: 'default', topics: ['webhook:app'] })
      return jobs
    },
  }
}
