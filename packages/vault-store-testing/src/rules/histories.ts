import { callsAsText } from '../histories/calls-as-text.js'
import { credentialModel } from '../histories/credential-history.js'
import { documentModel } from '../histories/document-history.js'
import { isLinearizable } from '../histories/linearizable.js'
import { recordHistory } from '../histories/record-history.js'
import { keyOf, newCredential } from '../rows.js'
import type { StoreSubject } from '../store-subject.js'

const CLIENTS = 8
const CALLS = 20
const FIXED_SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]
const FRESH_SEEDS = 4

/** What many clients see of one row at the same time is what one after the other would have seen. */
export function historyRules({ describe, rule, expect, historySeeds }: StoreSubject): void {
  const fresh = Array.from({ length: FRESH_SEEDS }, () => 1_000 + Math.floor(Math.random() * 1_000_000))

  describe('generated histories', () => {
    rule(
      `of ${CLIENTS} clients at once are linearizable: compare-and-swap, leases, documents, tickets`,
      async (scene) => {
        const { store, tenant, another } = scene
        const other = await another()
        const clients = Array.from({ length: CLIENTS }, (_, index) => (index % 2 === 0 ? store : other))
        for (const seed of [...FIXED_SEEDS, ...fresh, ...historySeeds]) {
          const key = keyOf(newCredential(tenant, { userId: `user-${seed}` }))
          const documentKey = { tenant, kind: 'history', id: `${seed}` }
          const history = await recordHistory(key, documentKey, { seed, clients, callsPerClient: CALLS })
          const wrong = [
            ...(isLinearizable(history.credential, credentialModel(key)) ? [] : [callsAsText(history.credential)]),
            ...(isLinearizable(history.document, documentModel) ? [] : [callsAsText(history.document)]),
          ]
          expect({ historySeed: seed, wrong }).toEqual({ historySeed: seed, wrong: [] })
        }
      },
      60_000,
    )
  })
}
