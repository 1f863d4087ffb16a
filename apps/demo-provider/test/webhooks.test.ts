import { expect, it } from 'vitest'
import { places } from './stampede/places.ts'
import type { Arrival } from './webhooks/messages.ts'
import { type Sender, type WebhookWorld, webhookWorld } from './webhooks/webhook-world.ts'

const USERS = Array.from({ length: 8 }, (_, n) => `user-${n}`)
const ROUNDS = 3
const [postgres = expect.fail('There is no place.')] = places

it.skipIf(!postgres.isThere)(
  `the receiver and the senders are killed again and again, over ${postgres.name}: every event arrives, and those of one credential in order`,
  async () => {
    const world = await webhookWorld(await postgres.make())
    try {
      await world.startReceiver()
      // Killed between the write and the sending, and nobody else is there: the last of these events is in the store alone.
      for (const userId of USERS) await world.connect(userId)
      await world.allSent()
      const doomed = await world.startSender({ diesBeforeSending: true })
      await doomed.ask('refresh', USERS.slice(0, 1))
      await until(() => !doomed.isAlive)
      expect((await world.written()).at(-1)).toMatchObject({ type: 'refreshed', userId: USERS[0] })
      expect(world.arrivals.map(({ type }) => type)).not.toContain('refreshed')

      let senders = [await world.startSender(), await world.startSender()]
      for (let round = 1; round <= ROUNDS; round++) senders = await refreshAmidKills(world, senders, round)
      await Promise.all(senders.map((sender) => sender.ask('disconnect', USERS)))
      await world.elapse(senders)
      await world.allSent()
      expect(await world.deadLetters()).toEqual([])

      const written = await world.written()
      // What arrived more than once is told apart by its id.
      const first = [...new Map(world.arrivals.toReversed().map((arrival) => [arrival.eventId, arrival])).values()].toReversed()
      expect(first.map(({ eventId }) => eventId).toSorted()).toEqual(written.map(({ eventId }) => eventId).toSorted())
      for (const userId of USERS) {
        expect(idsOf(first, userId), userId).toEqual(idsOf(written, userId))
        const types = first.filter((arrival) => arrival.userId === userId).map(({ type }) => type)
        expect([types[0], types.at(-1)]).toEqual(['connected', 'disconnected'])
        // The row counts the changes of its tokens by itself: the consent, each refresh, and the end.
        const row = await world.rowOf(userId)
        expect(row?.secretRev).toBe(types.filter((type) => type === 'refreshed').length + 2)
      }
      const repeats = world.arrivals.length - first.length
      console.log(
        `${first.length} events of ${USERS.length} credentials arrived, ${repeats} of them again; ${ROUNDS} kills of the receiver.`,
      )
    } finally {
      await world.close()
    }
  },
  180_000,
)

/** Both processes refresh all; the receiver dies in the middle, and in every other round a sender with it. */
async function refreshAmidKills(world: WebhookWorld, senders: readonly Sender[], round: number): Promise<Sender[]> {
  const before = world.arrivals.length
  const asked = Promise.all(senders.map((sender) => sender.ask('refresh', USERS)))
  await until(() => world.arrivals.length >= before + 3)
  await world.killReceiver()
  const [first = expect.fail('There is no sender.'), ...others] = senders
  if (round % 2 === 0) await first.kill()
  await world.startReceiver()
  await asked
  return [first.isAlive ? first : await world.startSender(), ...others]
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

function idsOf(arrivals: readonly Arrival[], userId: string): readonly string[] {
  return arrivals.filter((arrival) => arrival.userId === userId).map(({ eventId }) => eventId)
}
