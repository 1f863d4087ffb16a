import { isVaultError } from '@holdfast/vault-core'
import { insertOne } from '../rows.js'
import type { StoreSubject } from '../store-subject.js'
import { everyCall } from './every-call.js'

/** The end of a store. */
export function closeRules({ describe, rule, expect, expectCode }: StoreSubject): void {
  describe('close', () => {
    rule('lets every call that is under way finish or fail with store_unavailable, and hangs none', async ({ store, tenant }) => {
      await insertOne(store, tenant)
      const calls = Object.entries(everyCall(store, tenant)).map(([method, call]) =>
        call().then(
          () => 'finished',
          (error: unknown) => (isVaultError(error, 'store_unavailable') ? 'refused' : `${method}: ${String(error)}`),
        ),
      )
      await store.close()
      const outcomes = await Promise.all(calls)
      expect(outcomes.filter((outcome) => outcome !== 'finished' && outcome !== 'refused')).toEqual([])
    })

    rule('refuses every call afterwards with store_unavailable', async ({ store, tenant }) => {
      await insertOne(store, tenant)
      const calls = everyCall(store, tenant)
      await store.close()
      for (const [method, call] of Object.entries(calls)) await expectCode(call, 'store_unavailable', method)
    })

    rule('leaves another connection to the same data at work', async ({ store, tenant, another }) => {
      const row = await insertOne(store, tenant)
      const other = await another()
      if (other === store) return
      await other.credentials.get(row)
      await store.close()
      expect(await other.credentials.get(row)).toEqual(row)
    })
  })
}
