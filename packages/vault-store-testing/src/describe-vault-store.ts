import type { DescribeVaultStoreOptions } from './options.js'
import { atomicityRules } from './rules/atomicity.js'
import { auditRules } from './rules/audit.js'
import { closeRules } from './rules/close.js'
import { connectionRules } from './rules/connections.js'
import { credentialRules } from './rules/credentials.js'
import { documentRules } from './rules/documents.js'
import { faultRules } from './rules/faults.js'
import { historyRules } from './rules/histories.js'
import { keyRules } from './rules/keys.js'
import { leaseRules } from './rules/leases.js'
import { lifecycleRules } from './rules/lifecycle.js'
import { listingRules } from './rules/listings.js'
import { longListingRules } from './rules/long-listings.js'
import { orderingRules } from './rules/ordering.js'
import { outboxRules } from './rules/outbox.js'
import { tenantRules } from './rules/tenants.js'
import { ticketRules } from './rules/tickets.js'
import { useRules } from './rules/uses.js'
import { valueRules } from './rules/values.js'
import { storeSubject } from './store-subject.js'

/**
 * States the store contract as tests, each named by its rule, for the store that `open` opens.
 *
 * @example
 * ```ts
 * import { describe, expect, it } from 'vitest'
 * describeVaultStore({ name: 'my store', open: () => ({ store: myStore(), elapse: (ms) => clock.advance(ms) }), describe, it, expect })
 * ```
 */
export function describeVaultStore(options: DescribeVaultStoreOptions): void {
  const subject = storeSubject(options)
  options.describe(`The store contract: ${options.name}`, () => {
    for (const rules of [
      keyRules,
      credentialRules,
      leaseRules,
      listingRules,
      longListingRules,
      useRules,
      documentRules,
      ticketRules,
      outboxRules,
      orderingRules,
      auditRules,
      atomicityRules,
      tenantRules,
      connectionRules,
      valueRules,
      closeRules,
      faultRules,
      lifecycleRules,
      historyRules,
    ]) {
      rules(subject)
    }
  })
}
