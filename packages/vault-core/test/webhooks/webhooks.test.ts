import { describe, expect, it } from 'vitest'
import type { VaultEvent } from '../../src/index.js'
import { verifyWebhook } from '../../src/webhooks/index.js'
import { interceptedStore, storeStoppingAt } from '../fixtures/intercepted-store.js'
import { settle } from '../fixtures/manual-clock.js'
import { ALICE } from '../fixtures/vault-world.js'
import { RECEIVER, SECRET } from './faulty-receiver.js'
import { ENDPOINT, type WebhookWorld, webhookWorld } from './webhook-world.js'

const S = 1_000
const MIN = 60 * S
const HOUR = 60 * MIN
const SCHEDULE = [5 * S, 5 * MIN, 30 * MIN, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]
const status =
  (code: number, headers: Record<string, string> = {}) =>
  () =>
    new Response(null, { status: code, headers })

/** As JSON has them: what is undefined is left out. */
const plain = (events: readonly (VaultEvent | undefined)[]): unknown => JSON.parse(JSON.stringify(events))

/** Lets the whole schedule run out, at the latest moment of each wait. */
async function runOut(world: WebhookWorld, { vault }: ReturnType<WebhookWorld['process']>): Promise<void> {
  for (const delay of SCHEDULE) await world.pass(vault, delay * 1.1)
}

describe('events', () => {
  it('are sent as they are told, signed, one after the other', async () => {
    const world = webhookWorld()
    const { vault } = world.process()
    await world.connect(vault)
    await world.clock.advance(2 * HOUR)
    await vault.getCredentials(ALICE)
    await settle()
    await vault.disconnect(ALICE, { actor: { kind: 'operator', id: 'olivia' } })
    await settle()
    const told = world.events.filter(({ type }) => type !== 'refresh_started' && type !== 'accessed')
    expect(plain(world.receiver.received.map(({ event }) => event))).toEqual(plain(told))
    expect(world.receiver.types()).toEqual(['connected', 'refreshed', 'disconnected'])
    const [first] = world.receiver.received
    const { id, atMs, type, ...data } = told[0] ?? expect.fail('Nothing was told.')
    expect(JSON.parse(first?.body ?? '')).toEqual({
      type,
      timestamp: new Date(atMs).toISOString(),
      data: plain([data as VaultEvent])?.[0 as never],
    })
    expect(first?.headers.get('webhook-id')).toBe(id)
    expect(first?.headers.get('content-type')).toBe('application/json')
    expect(await world.waiting()).toBe(0)
  })

  it('of hand-outs are sent to an endpoint that asks for them, and to no other', async () => {
    const world = webhookWorld()
    const other = { ...ENDPOINT, id: 'hand-outs', url: 'https://app.example/hand-outs', events: ['accessed', 'access_refused'] } as const
    const { vault } = world.process({ endpoints: [ENDPOINT, other] })
    await world.connect(vault)
    await vault.getCredentials(ALICE)
    await vault.getCredentials({ ...ALICE, userId: 'bob' }).catch(() => undefined)
    await settle()
    expect(world.receiver.received.map(({ url, event }) => [url, event.type])).toEqual([
      [RECEIVER, 'connected'],
      ['https://app.example/hand-outs', 'accessed'],
      ['https://app.example/hand-outs', 'access_refused'],
    ])
  })

  it('stand in the store sealed, and tell there of nobody', async () => {
    const world = webhookWorld()
    world.receiver.answers = status(500)
    const { vault } = world.process()
    await world.connect(vault, 'alice@example.com')
    await settle()
    const jobs = await (async () => {
      await world.clock.advance(HOUR)
      return world.store.outbox.lease({ tenant: 'default', topics: ['webhook:app'], limit: 10, leaseMs: 1 })
    })()
    expect(jobs).toHaveLength(1)
    const text = jobs.map((job) => JSON.stringify(job) + new TextDecoder().decode(job.data)).join()
    expect(text).not.toContain('alice')
    expect(text).not.toContain('connected')
  })

  it('are signed with each secret while one is changed', async () => {
    const world = webhookWorld()
    const next = `whsec_${btoa('canary-of-the-next-secret')}`
    const { vault } = world.process({ endpoints: [{ ...ENDPOINT, secret: [next, SECRET] }] })
    await world.connect(vault)
    await settle()
    const [{ headers, body } = expect.fail('Nothing came.')] = world.receiver.received
    for (const secret of [next, SECRET, [`whsec_${btoa('canary-of-somebody-else..')}`, next]])
      expect(verifyWebhook({ secret, headers, body, clock: world.clock })).toMatchObject({ type: 'connected' })
  })
})

describe('an endpoint that fails', () => {
  it('is tried by the schedule of the specification, each time with the same id and a new time; then the event is a dead letter', async () => {
    const world = webhookWorld()
    world.receiver.answers = status(500)
    const { vault, hooks } = world.process()
    await world.connect(vault)
    await settle()
    for (const [index, delay] of SCHEDULE.entries()) {
      expect(world.receiver.received).toHaveLength(index + 1)
      await world.pass(vault, delay * 0.89)
      expect(world.receiver.received).toHaveLength(index + 1)
      await world.pass(vault, delay * 0.21)
    }
    expect(world.receiver.received).toHaveLength(10)
    expect(new Set(world.receiver.received.map(({ headers }) => headers.get('webhook-id'))).size).toBe(1)
    expect(new Set(world.receiver.received.map(({ headers }) => headers.get('webhook-timestamp'))).size).toBe(10)
    expect(await world.waiting()).toBe(0)
    const { items } = await hooks.deadLetters.list()
    expect(items).toEqual([
      {
        id: expect.any(String),
        endpointId: 'app',
        event: world.receiver.received[0]?.event,
        attempts: 10,
        reason: 'http_500',
        failedAt: new Date(world.clock.now()),
      },
    ])
    await world.pass(vault, 48 * HOUR)
    expect(world.receiver.received).toHaveLength(10)
  })

  it('keeps the later events of that user waiting, and nobody else’s', async () => {
    const world = webhookWorld()
    world.receiver.answers = ({ event }) => new Response(null, { status: 'userId' in event && event.userId === 'alice' ? 500 : 204 })
    const { vault } = world.process()
    await world.connect(vault)
    await vault.disconnect(ALICE)
    await world.connect(vault, 'bob')
    await vault.disconnect({ ...ALICE, userId: 'bob' })
    await settle()
    const arrived = () => world.receiver.received.map(({ event }) => ('userId' in event ? `${event.userId} ${event.type}` : event.type))
    expect(arrived()).toEqual(['alice connected', 'bob connected', 'bob disconnected'])
    world.receiver.answers = status(204)
    await world.pass(vault, 6 * S)
    expect(arrived().slice(3)).toEqual(['alice connected', 'alice disconnected'])
  })

  it.each([
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } }), 'redirect'],
    ['404', status(404), 'http_404'],
    ['an error of the network', () => Promise.reject(new TypeError('fetch failed')), 'network'],
    ['no answer in time', () => new Promise<Response>(() => undefined), 'timeout'],
  ])('with %s has failed', async (_name, answers, reason) => {
    const world = webhookWorld()
    world.receiver.answers = answers
    const { vault, hooks } = world.process({ retryDelaysMs: [] })
    await world.connect(vault)
    await world.clock.advance(15 * S)
    expect((await hooks.deadLetters.list()).items).toMatchObject([{ reason, attempts: 1 }])
    expect(world.receiver.received).toHaveLength(1)
  })

  it('and says when to come back is left alone until then', async () => {
    const world = webhookWorld()
    world.receiver.answers = status(429, { 'retry-after': '600' })
    const { vault } = world.process()
    await world.connect(vault)
    await settle()
    await world.connect(vault, 'bob')
    await world.pass(vault, 599 * S)
    expect(world.receiver.received).toHaveLength(1)
    world.receiver.answers = status(204)
    await world.pass(vault, 2 * S)
    expect(world.receiver.types()).toEqual(['connected', 'connected', 'connected'])
  })

  it('and says that it is gone is sent nothing more by this process', async () => {
    const world = webhookWorld()
    world.receiver.answers = status(410)
    const { vault, hooks } = world.process()
    await world.connect(vault)
    await settle()
    await world.connect(vault, 'bob')
    await world.pass(vault, HOUR)
    expect(world.receiver.received).toHaveLength(1)
    expect(await world.waiting()).toBe(0)
    expect((await hooks.deadLetters.list()).items).toMatchObject([{ reason: 'http_410', attempts: 1 }])
    expect(JSON.stringify(world.logLines)).toContain('says that it is gone')
  })

  it('is not flooded with what waits: after three failures in a row the rest is left for the next pass', async () => {
    const world = webhookWorld()
    const { vault } = world.process({ concurrency: 1 }, { fetch: world.provider.fetch })
    for (let user = 0; user < 10; user++) await world.connect(vault, `user-${user}`)
    world.receiver.answers = status(500)
    const { vault: other } = world.process({ concurrency: 1 })
    await world.pass(other, HOUR)
    expect(world.receiver.received).toHaveLength(3)
    await other.sweep()
    expect(world.receiver.received).toHaveLength(6)
  })
})

describe('a dead letter', () => {
  async function withOne() {
    const world = webhookWorld()
    world.receiver.answers = status(500)
    const process = world.process({ retryDelaysMs: [] })
    await world.connect(process.vault)
    await settle()
    const { items } = await process.hooks.deadLetters.list()
    const [letter = expect.fail('There is none.')] = items
    return { world, ...process, letter }
  }
  const NOT_FOUND = { code: 'not_found' }

  it('is sent again when it is asked for, and is one again if that fails too', async () => {
    const { world, hooks, letter } = await withOne()
    await hooks.deadLetters.redeliver(letter.id)
    await settle()
    expect((await hooks.deadLetters.list()).items).toEqual([letter])
    world.receiver.answers = status(204)
    await hooks.deadLetters.redeliver(letter.id)
    await settle()
    expect(world.receiver.received.map(({ event }) => event.id)).toEqual([letter.event?.id, letter.event?.id, letter.event?.id])
    expect((await hooks.deadLetters.list()).items).toEqual([])
    expect(await world.waiting()).toBe(0)
    await expect(hooks.deadLetters.redeliver(letter.id)).rejects.toMatchObject(NOT_FOUND)
  })

  it.each([
    ['suspended', 'outbox.add', 'after'],
    ['suspended before it removes it', 'documents.delete', 'before'],
  ] as const)('that fails again while the process that has it sent is %s is not lost', async (_when, call, side) => {
    const { world, vault, letter } = await withOne()
    const suspended = storeStoppingAt(world.store, call, side)
    const { hooks } = world.process({ retryDelaysMs: [] }, { store: suspended.store })
    const redelivering = hooks.deadLetters.redeliver(letter.id)
    await settle()
    expect(suspended.hasStopped).toBe(true)
    await vault.sweep()
    await settle()
    expect(world.receiver.received).toHaveLength(2)
    suspended.resume()
    await redelivering
    await settle()
    expect(await world.waiting()).toBe(0)
    const { hooks: others } = world.process()
    expect((await others.deadLetters.list()).items.map(({ id }) => id)).toEqual([letter.id])
    // And once it arrives, it is one no more.
    world.receiver.answers = status(204)
    await others.deadLetters.redeliver(letter.id)
    await settle()
    expect((await others.deadLetters.list()).items).toEqual([])
  })

  it('is discarded for good', async () => {
    const { world, vault, hooks, letter } = await withOne()
    await hooks.deadLetters.discard(letter.id)
    await expect(hooks.deadLetters.discard(letter.id)).rejects.toMatchObject(NOT_FOUND)
    await world.pass(vault, HOUR)
    expect(world.receiver.received).toHaveLength(1)
  })

  it('of an endpoint that is gone from the options is kept until there is one of its name', async () => {
    const { world, letter } = await withOne()
    const { hooks } = world.process({ endpoints: [{ ...ENDPOINT, id: 'another' }] })
    await expect(hooks.deadLetters.redeliver(letter.id)).rejects.toMatchObject({ code: 'conflict', facts: { reason: 'endpoint_missing' } })
    expect((await hooks.deadLetters.list()).items).toMatchObject([{ id: letter.id }])
  })

  it('is listed page by page, and does not stand open in the store', async () => {
    const world = webhookWorld()
    world.receiver.answers = status(500)
    const { vault, hooks } = world.process({ retryDelaysMs: [], concurrency: 100 })
    // A dot is in no base64url: what is sealed has none of these names by chance.
    for (const userId of ['alice.', 'bob.', 'carol.']) await world.connect(vault, userId)
    await settle()
    await vault.sweep()
    const first = await hooks.deadLetters.list({ limit: 2 })
    const second = await hooks.deadLetters.list({ limit: 2, cursor: first.cursor ?? '' })
    expect([first.items.length, second.items.length, second.cursor]).toEqual([2, 1, undefined])
    const users = [...first.items, ...second.items].map(({ event }) => event && 'userId' in event && event.userId)
    expect(users.toSorted()).toEqual(['alice.', 'bob.', 'carol.'])
    const rows = await world.store.documents.list({ tenant: 'default', kind: 'webhook-dead-letter', limit: 10 })
    expect(JSON.stringify(rows)).not.toMatch(/(?:alice|bob|carol)\./)
  })

  it('is what a job becomes that does not open', async () => {
    const world = webhookWorld()
    const { hooks, vault } = world.process()
    await world.store.outbox.add([{ tenant: 'default', id: 'odd', topic: 'webhook:app', data: new Uint8Array(3) }])
    await vault.sweep()
    expect((await hooks.deadLetters.list()).items).toMatchObject([{ id: 'odd', reason: 'unreadable', event: undefined }])
    expect(world.receiver.received).toEqual([])
  })
})

describe('a process that dies', () => {
  it('between the write and the sending loses nothing: another sends it', async () => {
    const world = webhookWorld()
    const dead = storeStoppingAt(world.store, 'outbox.lease')
    const { vault } = world.process({}, { store: dead.store })
    await world.connect(vault)
    await settle()
    expect(dead.hasStopped).toBe(true)
    expect(world.receiver.received).toEqual([])
    await world.pass(world.process().vault, 5 * S)
    expect(world.receiver.types()).toEqual(['connected'])
  })

  it('after the sending, before that was noted, has it sent once more, with the same id', async () => {
    const world = webhookWorld()
    const dead = storeStoppingAt(world.store, 'outbox.complete')
    await world.connect(world.process({}, { store: dead.store }).vault)
    await settle()
    const { vault } = world.process()
    await world.pass(vault, 59 * S)
    expect(world.receiver.received).toHaveLength(1)
    await world.pass(vault, 2 * S)
    expect(new Set(world.receiver.received.map(({ event }) => event.id)).size).toBe(1)
    expect(world.receiver.received).toHaveLength(2)
    expect(await world.waiting()).toBe(0)
  })

  it('that was only suspended sends nothing that another may have sent meanwhile', async () => {
    const world = webhookWorld()
    const suspended = storeStoppingAt(world.store, 'outbox.lease', 'after')
    await world.connect(world.process({}, { store: suspended.store }).vault)
    await settle()
    const { vault } = world.process()
    await world.pass(vault, 61 * S)
    await vault.disconnect(ALICE)
    await settle()
    expect(world.receiver.types()).toEqual(['connected', 'disconnected'])
    suspended.resume()
    await settle()
    expect(world.receiver.types()).toEqual(['connected', 'disconnected'])
  })

  it('between the dead letter and the end of its job leaves one of each, and one in the end', async () => {
    const world = webhookWorld()
    world.receiver.answers = status(500)
    const dead = storeStoppingAt(world.store, 'outbox.complete')
    await world.connect(world.process({ retryDelaysMs: [] }, { store: dead.store }).vault)
    await settle()
    const { vault, hooks } = world.process({ retryDelaysMs: [] })
    expect([(await hooks.deadLetters.list()).items.length, await world.waiting()]).toEqual([1, 1])
    await world.pass(vault, 61 * S)
    expect([(await hooks.deadLetters.list()).items.length, await world.waiting()]).toEqual([1, 0])
  })
})

it('several processes send each event once while nothing fails', async () => {
  const world = webhookWorld()
  const processes = Array.from({ length: 4 }, () => world.process().vault)
  const users = Array.from({ length: 20 }, (_, n) => `user-${n}`)
  await Promise.all(users.map((userId, n) => world.connect(processes[n % 4] ?? expect.fail('No process.'), userId)))
  await Promise.all(users.map((userId, n) => processes[(n + 1) % 4]?.disconnect({ ...ALICE, userId })))
  await Promise.all(processes.map((vault) => vault.sweep()))
  await settle()
  const { received } = world.receiver
  expect(received).toHaveLength(40)
  expect(new Set(received.map(({ event }) => event.id)).size).toBe(40)
  for (const userId of users) {
    const own = received.filter(({ event }) => 'userId' in event && event.userId === userId)
    expect(own.map(({ event }) => event.type)).toEqual(['connected', 'disconnected'])
  }
})

it('an endpoint that is slow with one event is sent those of others meanwhile', async () => {
  const world = webhookWorld()
  const { vault } = world.process()
  world.receiver.answers = ({ event }) =>
    'userId' in event && event.userId === 'alice' ? new Promise<Response>(() => undefined) : new Response(null, { status: 204 })
  await world.connect(vault, 'alice')
  await settle()
  for (const userId of ['bob', 'carol']) {
    await world.connect(vault, userId)
    await settle()
  }
  expect(world.receiver.received.map(({ event }) => 'userId' in event && event.userId)).toEqual(['alice', 'bob', 'carol'])
  await world.clock.advance(15 * S)
  expect(await world.waiting()).toBe(1)
})

it('a store that fails has events sent later, and not lost', async () => {
  const world = webhookWorld()
  let isDown = false
  const store = interceptedStore(world.store, async (call, work) => {
    if (isDown && call.startsWith('outbox.')) throw new Error('The store is down.')
    return work()
  })
  const { vault } = world.process({}, { store })
  isDown = true
  await world.connect(vault)
  await settle()
  expect(world.receiver.received).toEqual([])
  isDown = false
  await world.pass(vault, 5 * S)
  expect(world.receiver.types()).toEqual(['connected'])
})

it('an event whose write was not acknowledged is sent once', async () => {
  const world = webhookWorld()
  const store = interceptedStore(world.store, async (call, work) => {
    const result = await work()
    if (call === 'credentials.update') throw new Error('The acknowledgement was lost.')
    return result
  })
  const { vault } = world.process({}, { store })
  await world.connect(vault)
  await world.clock.advance(2 * HOUR)
  world.provider.failNext({ when: 'before', respond: () => new Response('{}', { status: 500 }) })
  await expect(vault.getCredentials(ALICE)).rejects.toMatchObject({ code: 'provider_unavailable' })
  await settle()
  expect(world.receiver.types()).toEqual(['connected', 'refresh_failed'])
})

it('close lets what is on its way arrive, and begins nothing more', async () => {
  const world = webhookWorld()
  let arrive = (): void => undefined
  world.receiver.answers = () =>
    new Promise((resolve) => {
      arrive = () => resolve(new Response(null, { status: 204 }))
    })
  const { vault } = world.process({ concurrency: 1 }, { store: { ...world.store, close: async () => undefined } })
  await world.connect(vault)
  await world.connect(vault, 'bob')
  await settle()
  const closed = vault.close()
  await settle()
  arrive()
  await closed
  expect(world.receiver.received).toHaveLength(1)
  expect(await world.waiting()).toBe(1)
})

it('webhooks serve one vault, and none before it is made', async () => {
  const world = webhookWorld()
  const { hooks } = world.process()
  expect(() => world.vault({ webhooks: hooks })).toThrow('serve a vault already')
  const { webhooks } = await import('../../src/webhooks/index.js')
  await expect(webhooks({ endpoints: [ENDPOINT] }).deadLetters.list()).rejects.toMatchObject({ code: 'invalid_configuration' })
})

it('the dead letters of the whole schedule are those of its last try', async () => {
  const world = webhookWorld()
  world.receiver.answers = status(503, { 'retry-after': '1' })
  const process = world.process()
  await world.connect(process.vault)
  await settle()
  await runOut(world, process)
  expect((await process.hooks.deadLetters.list()).items).toMatchObject([{ attempts: 10, reason: 'http_503' }])
})
