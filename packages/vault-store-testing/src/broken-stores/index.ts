import { brokenAudit } from './broken-audit.js'
import { brokenCredentials } from './broken-credentials.js'
import { brokenKeys } from './broken-keys.js'
import { brokenLeases } from './broken-leases.js'
import { brokenListings } from './broken-listings.js'
import { brokenParts } from './broken-other-parts.js'
import { brokenOutbox } from './broken-outbox.js'
import type { BrokenStores } from './broken-store.js'

export type { BrokenStore, BrokenStores } from './broken-store.js'

/**
 * Stores that are each broken in one way, by what is wrong with them. They show that the suite can fail: run it over one,
 * and the rule named by `caughtBy` is broken.
 */
export const brokenStores: BrokenStores = {
  ...brokenCredentials,
  ...brokenLeases,
  ...brokenKeys,
  ...brokenListings,
  ...brokenAudit,
  ...brokenOutbox,
  ...brokenParts,
}
