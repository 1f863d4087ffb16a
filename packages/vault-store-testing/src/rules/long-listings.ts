import { insertOne, keyOf, newCredential } from '../rows.js'
import type { StoreSubject } from '../store-subject.js'

const ROWS = 10_000
const AT_ONCE = 50

/** Long listings while rows come and go. */
export function longListingRules({ describe, rule, expect }: StoreSubject): void {
  const userOf = (n: number): string => `user-${String(n).padStart(5, '0')}`

  describe('long listings', () => {
    rule(
      `of ${ROWS.toLocaleString('en')} rows return each that stays exactly once, in one order, while three clients insert and delete; of what is due, 1,000 at once`,
      async ({ store, tenant, another }) => {
        for (let n = 0; n < ROWS; n += AT_ONCE)
          await Promise.all(
            Array.from({ length: AT_ONCE }, (_, index) =>
              insertOne(store, tenant, { userId: userOf(n + index), accessToken: null, refreshToken: null }),
            ),
          )
        const other = await another()
        let isOver = false
        const disturb = async (client: number): Promise<void> => {
          for (let n = 0; !isOver; n++) {
            const userId = `${userOf((client * 3_331 + n * 97) % ROWS)}-${client}`
            await other.credentials.insert(newCredential(tenant, { userId }))
            if (n % 2 === 0) await other.credentials.delete(keyOf(newCredential(tenant, { userId })), 1)
          }
        }
        const disturbances = [0, 1, 2].map(disturb)
        const names: string[] = []
        let cursor: string | undefined
        do {
          const page = await store.credentials.list({ tenant, limit: 500, ...(cursor !== undefined && { cursor }) })
          names.push(...page.items.map(({ userId }) => userId))
          cursor = page.cursor
        } while (cursor !== undefined)
        isOver = true
        await Promise.all(disturbances)
        expect(new Set(names).size).toBe(names.length)
        const stayed = names.filter((name) => /^user-\d+$/.test(name))
        expect(stayed.length).toBe(ROWS)
        const due = { tenant, dueBeforeMs: 1_900_000_000_000, limit: 1_000, postponeToMs: 1_900_000_000_001 }
        const taken = [...(await store.credentials.due(due)), ...(await store.credentials.due(due))]
        expect(new Set(taken.map(({ userId }) => userId)).size).toBe(2_000)
        expect(stayed.every((name, n) => n === 0 || name > (stayed[n - 1] ?? ''))).toBe(true)
      },
      300_000,
    )
  })
}
