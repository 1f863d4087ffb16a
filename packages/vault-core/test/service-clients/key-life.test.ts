import { describe, expect, it } from 'vitest'
import { SERVICE_CLIENT_KIND } from '../../src/service-clients/create-service-clients.js'
import type { ServiceClients } from '../../src/service-clients/service-clients.js'
import { settle } from '../fixtures/manual-clock.js'
import { type PermissionWorld, permissionWorld } from '../permissions/permission-world.js'
import { serviceClientsOver } from './service-clients-over.js'

const HOUR_MS = 3_600_000
/** What the clock of {@link permissionWorld} shows at first. */
const START = '2027-01-15T08:00:00.000Z'

interface World extends PermissionWorld {
  readonly logLines: unknown[]
  readonly clients: ServiceClients
  /** Another process over the same store. */
  another(): ServiceClients
}

function world(): World {
  const inner = permissionWorld()
  const logLines: unknown[] = []
  const logTo = (fields: object, message: string): void => void logLines.push([message, fields])
  const log = { debug: logTo, info: logTo, warn: logTo, error: logTo }
  const another = (): ServiceClients => serviceClientsOver(inner, { log })
  return { ...inner, logLines, clients: another(), another }
}

/** SPKI of an Ed25519 public key. */
const OWN_KEY = `MCowBQYDK2VwAyEA${'A'.repeat(43)}=`

const inAnHour = (): Date => new Date(Date.parse(START) + HOUR_MS)

describe('an access key that expires', () => {
  it('is not made without an end because that was misspelt', async () => {
    const { clients } = world()
    const { clientId } = await clients.create({ name: 'job' })
    const refusal = { code: 'invalid_request', facts: { fields: { expires: 'is unknown; did you mean `expiresAt`?' } } }
    await expect(clients.createAccessKey(clientId, { expires: inAnHour() } as never)).rejects.toMatchObject(refusal)
    await expect(clients.addVerificationKey(clientId, OWN_KEY, { expires: inAnHour() } as never)).rejects.toMatchObject(refusal)
    expect((await clients.get(clientId)).verificationKeys).toEqual([])
  })

  it('works until then, and at that moment no more', async () => {
    const { clients, clock } = world()
    const { clientId } = await clients.create({ name: 'job' })
    const made = await clients.createAccessKey(clientId, { expiresAt: inAnHour() })
    expect(made).toMatchObject({ expiresAt: '2027-01-15T09:00:00.000Z', accessKey: expect.any(String) })
    expect((await clients.get(clientId)).verificationKeys).toMatchObject([{ expiresAt: '2027-01-15T09:00:00.000Z' }])
    await clock.advance(HOUR_MS - 1)
    // Read a millisecond before its end, and held: what is held has an end, too.
    expect(await clients.findVerificationKey(clientId, made.keyId)).toMatchObject({ keyId: made.keyId })
    await clock.advance(1)
    expect(await clients.findVerificationKey(clientId, made.keyId)).toBeUndefined()
  })

  it('may be one that the client made itself', async () => {
    const { clients, clock } = world()
    const { clientId } = await clients.create({ name: 'job' })
    const key = await clients.addVerificationKey(clientId, OWN_KEY, { expiresAt: inAnHour() })
    expect(key.expiresAt).toBe('2027-01-15T09:00:00.000Z')
    await clock.advance(HOUR_MS)
    expect(await clients.findVerificationKey(clientId, key.keyId)).toBeUndefined()
  })

  it('leaves others alone, which do not', async () => {
    const { clients, clock } = world()
    const { clientId } = await clients.create({ name: 'job' })
    await clients.createAccessKey(clientId, { expiresAt: inAnHour() })
    const lasting = await clients.createAccessKey(clientId)
    expect(lasting).not.toHaveProperty('expiresAt')
    await clock.advance(1_000 * HOUR_MS)
    expect(await clients.findVerificationKey(clientId, lasting.keyId)).toBeDefined()
  })

  it('gives its place to a new one when there are five', async () => {
    const { clients, clock } = world()
    const { clientId } = await clients.create({ name: 'job' })
    const first = await clients.createAccessKey(clientId, { expiresAt: inAnHour() })
    for (let times = 0; times < 4; times += 1) await clients.createAccessKey(clientId)
    await expect(clients.createAccessKey(clientId)).rejects.toMatchObject({ code: 'conflict', facts: { reason: 'access_key_limit' } })
    await clock.advance(HOUR_MS)
    const { keyId } = await clients.createAccessKey(clientId)
    const ids = (await clients.get(clientId)).verificationKeys.map((key) => key.keyId)
    expect(ids).toHaveLength(5)
    expect(ids).toContain(keyId)
    expect(ids).not.toContain(first.keyId)
    await expect(clients.createAccessKey(clientId)).rejects.toMatchObject({ facts: { reason: 'access_key_limit' } })
  })

  it.each([
    ['now', new Date(START)],
    ['in the past', new Date(0)],
    ['no time', new Date(Number.NaN)],
    ['after the year 9999', new Date(Date.UTC(10_000, 0))],
    ['a text', '2030-01-01T00:00:00Z'],
    ['a number', 1_900_000_000_000],
  ])('is refused when its end is %s, and none is made', async (_what, expiresAt) => {
    const { clients } = world()
    const { clientId } = await clients.create({ name: 'job' })
    const refusal = { code: 'invalid_request', facts: { fields: { expiresAt: 'must be a time to come' } } }
    await expect(Reflect.apply(clients.createAccessKey, undefined, [clientId, { expiresAt }])).rejects.toMatchObject(refusal)
    await expect(Reflect.apply(clients.addVerificationKey, undefined, [clientId, OWN_KEY, { expiresAt }])).rejects.toMatchObject(refusal)
    expect((await clients.get(clientId)).verificationKeys).toEqual([])
  })

  it('does not live for ever because its end was damaged in the store', async () => {
    const { clients, documents, clock } = world()
    const { clientId } = await clients.create({ name: 'job' })
    const { keyId } = await clients.createAccessKey(clientId, { expiresAt: inAnHour() })
    const key = { tenant: 'default', kind: SERVICE_CLIENT_KIND, id: clientId }
    for (const damaged of ['"x"', 'null', '7']) {
      const row = await documents.get(key)
      if (!row) throw new Error('The client is gone.')
      const data = row.data.replace(/"expiresAt":[^,]+/, `"expiresAt":${damaged}`)
      await documents.put({ ...key, data, expect: row.version, attemptId: damaged })
      await clock.advance(1_000)
      await expect(clients.findVerificationKey(clientId, keyId)).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringContaining('service client'),
      })
    }
  })
})

describe('when an access key was last used', () => {
  const lastUsedOf = async ({ clients }: World, clientId: string): Promise<string | undefined> =>
    (await clients.get(clientId)).verificationKeys[0]?.lastUsed

  async function withKey(): Promise<{
    readonly made: World
    readonly clientId: string
    readonly keyId: string
    use(by?: ServiceClients): Promise<void>
  }> {
    const made = world()
    const { clientId } = await made.clients.create({ name: 'job' })
    const { keyId } = await made.clients.createAccessKey(clientId)
    made.documents.asked.put = 0
    return {
      made,
      clientId,
      keyId,
      async use(by = made.clients) {
        expect((await by.findVerificationKey(clientId, keyId, { used: true }))?.keyId).toBe(keyId)
        await settle()
      },
    }
  }

  it('is kept to the hour: one write, however often and in however many processes it is used', async () => {
    const { made, clientId, use } = await withKey()
    expect(await lastUsedOf(made, clientId)).toBeUndefined()
    const processes = [made.clients, made.another(), made.another()]
    for (let seconds = 0; seconds < 5; seconds += 1) {
      for (const each of processes) await use(each)
      await made.clock.advance(1_000)
    }
    expect(await lastUsedOf(made, clientId)).toBe(START)
    expect(made.documents.asked.put).toBe(1)

    await made.clock.advance(HOUR_MS - 5_001)
    await use()
    expect(made.documents.asked.put).toBe(1)
    await made.clock.advance(1)
    await made.clock.advance(1_000)
    await use()
    expect(await lastUsedOf(made, clientId)).toBe('2027-01-15T09:00:01.000Z')
    expect(made.documents.asked.put).toBe(2)
  })

  it('is one write for many that use it at the same moment', async () => {
    const { made, clientId, keyId } = await withKey()
    const processes = Array.from({ length: 8 }, () => made.another())
    await Promise.all(
      processes.flatMap((each) => Array.from({ length: 8 }, () => each.findVerificationKey(clientId, keyId, { used: true }))),
    )
    await settle()
    const { version } = (await made.documents.get({ tenant: 'default', kind: SERVICE_CLIENT_KIND, id: clientId })) ?? {}
    // Made, given a key, used.
    expect(version).toBe(3)
    expect(await lastUsedOf(made, clientId)).toBe(START)
  })

  it('is not told of a key that was only looked up, as a forged token has it', async () => {
    const { made, clientId, keyId } = await withKey()
    await made.clients.findVerificationKey(clientId, keyId)
    await settle()
    expect(await lastUsedOf(made, clientId)).toBeUndefined()
  })

  it('keeps nobody waiting, and fails nobody when it cannot be kept: it is tried again a minute later', async () => {
    const { made, clientId, keyId } = await withKey()
    let open = (): void => {}
    made.documents.beforePut = () =>
      new Promise((_resolve, reject) => {
        open = () => reject(new Error('The disk is full.'))
      })
    // The write hangs, and the answer is there.
    expect(await made.clients.findVerificationKey(clientId, keyId, { used: true })).toBeDefined()
    await settle()
    expect(made.documents.asked.put).toBe(1)
    await made.clock.advance(1_000)
    expect(await made.clients.findVerificationKey(clientId, keyId, { used: true })).toBeDefined()
    open()
    await settle()
    expect(made.logLines).toEqual([['When an access key was last used could not be kept.', { err: expect.any(Error), clientId }]])

    made.documents.beforePut = undefined
    await made.clock.advance(59_000)
    expect(await made.clients.findVerificationKey(clientId, keyId, { used: true })).toBeDefined()
    await settle()
    expect(made.documents.asked.put).toBe(1)
    await made.clock.advance(1_000)
    await made.clients.findVerificationKey(clientId, keyId, { used: true })
    await settle()
    expect(made.documents.asked.put).toBe(2)
    expect(await lastUsedOf(made, clientId)).toBe('2027-01-15T08:01:01.000Z')
  })

  it('brings back no key or client that is deleted meanwhile, and undoes no change', async () => {
    const { made, clientId, keyId, use } = await withKey()
    const elsewhere = made.another()
    const first = async (change: () => Promise<unknown>): Promise<void> => {
      made.documents.beforePut = async () => {
        made.documents.beforePut = undefined
        await change()
      }
      await made.clients.findVerificationKey(clientId, keyId, { used: true })
      await settle()
    }
    await first(() => elsewhere.update(clientId, { name: 'renamed' }))
    expect(await made.clients.get(clientId)).toMatchObject({ name: 'renamed', verificationKeys: [{ keyId, lastUsed: START }] })

    await made.clock.advance(HOUR_MS)
    await first(() => elsewhere.deleteAccessKey(clientId, keyId))
    expect((await made.clients.get(clientId)).verificationKeys).toEqual([])

    const other = await made.clients.createAccessKey(clientId)
    made.documents.beforePut = async () => {
      made.documents.beforePut = undefined
      await elsewhere.delete(clientId)
    }
    await made.clients.findVerificationKey(clientId, other.keyId, { used: true })
    await settle()
    await expect(made.clients.get(clientId)).rejects.toMatchObject({ code: 'not_found' })
    await expect(use()).rejects.toThrow()
  })

  it('stays through changes of the client', async () => {
    const { made, clientId, use } = await withKey()
    await use()
    await made.clients.update(clientId, { name: 'renamed' })
    await made.clients.createAccessKey(clientId)
    expect(await lastUsedOf(made, clientId)).toBe(START)
  })
})
