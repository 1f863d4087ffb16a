import { createVault, localKeyring, type Vault, VaultError, type VaultStore } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { beforeAll, describe, expect, it } from 'vitest'
import { apiOperations, createVaultHandler, type VaultHandler, type VaultHandlerOptions } from '../src/index.js'
import type { AnyOperation } from '../src/operation.js'
import { type ManagementWorld, managementWorld, PUBLIC_URL } from './management/fixtures/management-world.js'

// Whatever an operation answers: nobody keeps it, nobody guesses its type, and nothing of what went wrong inside is in it.

const CANARY = 'canary of the cause: select * from secrets'
const failure = (): Error => new Error(CANARY, { cause: new Error(`inner ${CANARY}`) })

const storeFailure = (): VaultError => new VaultError('store_unavailable', CANARY, { cause: failure() })

const EACH = apiOperations.map((operation) => [operation.operationId, operation] as const)
const eachWhere = (condition: (operation: AnyOperation) => boolean): typeof EACH => EACH.filter(([, operation]) => condition(operation))
const isPublic = ({ access }: AnyOperation): boolean => access.kind === 'public'
const takesBody = ({ body, form }: AnyOperation): boolean => body !== undefined || form !== undefined
/** The token endpoint answers these in the way of OAuth: with 400. */
const statusOf = ({ form }: AnyOperation, status: number): number => (form ? 400 : status)
const hasParameters = ({ path }: AnyOperation): boolean => path.includes('{')

let world: ManagementWorld
let handler: VaultHandler
let ungranted: string

beforeAll(async () => {
  world = await managementWorld()
  handler = handlerOf()
  ungranted = (await world.client()).token
})

function handlerOf(options: Partial<VaultHandlerOptions> = {}): VaultHandler {
  return createVaultHandler({ vault: world.vault, publicUrl: PUBLIC_URL, identify: () => undefined, rateLimit: false, ...options })
}

interface Sent {
  readonly method?: string
  readonly as?: string
  readonly query?: string
  readonly type?: string
  readonly body?: string
}

/** A token exchange that is right in its form, and for which the subject's token counts. */
const exchangeForm = (subject: string): string =>
  new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    subject_token: subject,
    connection: 'in-code',
  }).toString()

function send(
  to: VaultHandler,
  operation: AnyOperation,
  { method = operation.method, as, query = '', type, body }: Sent,
): Promise<Response> {
  const contentType = type ?? (operation.form ? 'application/x-www-form-urlencoded' : takesBody(operation) ? 'application/json' : undefined)
  return to(
    new Request(PUBLIC_URL + operation.path.replace(/\{\w+\}/g, 'none') + query, {
      method,
      headers: {
        ...(as !== undefined && { authorization: `Bearer ${as}` }),
        ...(contentType !== undefined && { 'content-type': contentType }),
      },
      ...(body !== undefined && method !== 'GET' && { body }),
    }),
    undefined,
  )
}

/** Checks an answer, and tells its status. */
async function safeStatus(response: Response): Promise<number> {
  const headers = Object.fromEntries(response.headers)
  expect(headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache', 'x-content-type-options': 'nosniff' })
  expect(headers).not.toHaveProperty('x-powered-by')
  const text = await response.text()
  if (text !== '') expect(headers['content-type']).toBe('application/json; charset=utf-8')
  const whole = text + JSON.stringify(headers)
  expect(whole).not.toMatch(/canary|"stack"|node_modules|\bat .+:\d+:\d+|\.[cm]?[jt]s:\d+|(?:Type|Range|Syntax|Zod)Error/)
  if (response.status >= 400) expect(JSON.parse(text)).toMatchObject({ errorCode: expect.stringMatching(/^[a-z_]+$/) })
  return response.status
}

describe('the answer is safe', () => {
  it.each(eachWhere((operation) => operation.method === 'GET' && !hasParameters(operation)))('of %s with 200', async (_id, operation) => {
    expect(await safeStatus(await send(handler, operation, { as: world.admin }))).toBe(200)
  })

  it.each(eachWhere((operation) => !isPublic(operation)))('of %s with 401', async (_id, operation) => {
    for (const as of [undefined, 'x', 'a.b.c', ungranted.replace(/[^.]+$/, 'AAAA')])
      expect(await safeStatus(await send(handler, operation, as === undefined ? {} : { as }))).toBe(401)
  })

  it.each(eachWhere(({ access }) => access.kind === 'permission'))('of %s with 403', async (_id, operation) => {
    expect(await safeStatus(await send(handler, operation, { as: ungranted, body: '{' }))).toBe(403)
  })

  it.each(eachWhere((operation) => hasParameters(operation) && ['GET', 'DELETE'].includes(operation.method)))(
    'of %s for what does not exist',
    async (_id, operation) => {
      // Ending what is not there is done already.
      const ended = operation.operationId === 'disconnectCredentials' ? [204] : []
      expect([200, 202, 404, ...ended]).toContain(await safeStatus(await send(handler, operation, { as: world.admin })))
    },
  )

  it('and most operations find nothing where nothing is', async () => {
    const statuses = await Promise.all(
      apiOperations
        .filter((operation) => hasParameters(operation) && ['GET', 'DELETE'].includes(operation.method))
        .map(async (operation) => (await send(handler, operation, { as: world.admin })).status),
    )
    expect(statuses.filter((status) => status === 404).length).toBeGreaterThan(statuses.length / 2)
  })

  it.each(EACH)('of %s with 405', async (_id, operation) => {
    for (const method of ['OPTIONS', 'PROPFIND', 'LINK'])
      expect(await safeStatus(await send(handler, operation, { method, as: world.admin }))).toBe(405)
  })

  it.each(eachWhere(takesBody))('of %s with 400', async (_id, operation) => {
    for (const body of ['{', '[]', '5', '{"field":"canary"}', '{"the canary":1}', '{"__proto__":{"canary":1}}', 'canary=canary&canary'])
      expect(await safeStatus(await send(handler, operation, { as: world.admin, body }))).toBe(400)
  })

  it.each(eachWhere(({ query }) => query !== undefined))('of %s with 400 for a query that is not right', async (_id, operation) => {
    const ofPages = ['?limit=canary', '?limit=5&limit=6', '?limit=-1', '?limit=1e99']
    const ofAccounts = ['?accountId=', '?accountId=a&accountId=b', `?accountId=${'canary'.repeat(50)}`]
    const isOfAccount = ['getConnectionCredentials', 'disconnectCredentials'].includes(operation.operationId)
    for (const query of isOfAccount ? ofAccounts : ofPages)
      expect(await safeStatus(await send(handler, operation, { as: world.admin, query }))).toBe(400)
  })

  it('of an end of credentials with 400 for a parameter that it does not know, which might have named one account', async () => {
    const operation = apiOperations.find(({ operationId }) => operationId === 'disconnectCredentials')
    if (!operation) throw new Error('There is no such operation.')
    expect(await safeStatus(await send(handler, operation, { as: world.admin, query: '?accountid=canary' }))).toBe(400)
  })

  it.each(eachWhere(takesBody))('of %s with 413', async (_id, operation) => {
    expect(await safeStatus(await send(handler, operation, { as: world.admin, body: 'canary'.repeat(20_000) }))).toBe(
      statusOf(operation, 413),
    )
  })

  it.each(eachWhere(takesBody))('of %s with 415', async (_id, operation) => {
    for (const type of ['text/plain', 'multipart/form-data; boundary=canary', 'canary'])
      expect(await safeStatus(await send(handler, operation, { as: world.admin, type, body: '{}' }))).toBe(statusOf(operation, 415))
  })

  it.each(eachWhere(({ unlimited }) => !unlimited))('of %s with 429', async (_id, operation) => {
    const refusing = handlerOf({ rateLimit: () => ({ allowed: false, retryAfterMs: 5_000 }) })
    for (const sent of [{}, { as: world.admin }]) {
      const response = await send(refusing, operation, sent)
      expect(response.headers.get('retry-after')).toBe('5')
      expect(await safeStatus(response)).toBe(429)
    }
  })

  it.each(eachWhere(({ operationId }) => operationId !== 'getOpenApiDocument'))(
    'of %s with 500, when the vault throws what nobody expected',
    async (_id, operation) => {
      const failing = handlerOf({ vault: throwingVault() })
      expect(await safeStatus(await send(failing, operation, { as: world.admin, body: exchangeForm(world.admin) }))).toBe(500)
    },
  )

  it.each(eachWhere(({ operationId }) => operationId !== 'getOpenApiDocument'))(
    'of %s with 503, when the store throws',
    async (_id, operation) => {
      const { store, fail } = failingStore()
      const { admin } = await managementWorld(store)
      const vault = newVault(store)
      fail()
      const failing = handlerOf({ vault })
      expect(await safeStatus(await send(failing, operation, { as: admin, body: exchangeForm(admin) }))).toBe(503)
    },
  )

  it.each(eachWhere(({ unlimited }) => !unlimited))('of %s, when the functions of the host throw', async (_id, operation) => {
    const fail = (): never => {
      throw failure()
    }
    const failing = handlerOf({ verifyUserToken: fail, rateLimit: fail, clientAddress: fail })
    const status = await safeStatus(await send(failing, operation, { as: 'a.b.c' }))
    expect(isPublic(operation) ? [200, 404] : [401]).toContain(status)
  })

  it('of no operation at all', async () => {
    for (const path of ['/', '/v1', '/v1/canary', '/v1/connections/canary/none'])
      expect(await safeStatus(await handler(new Request(PUBLIC_URL + path), undefined))).toBe(404)
  })
})

/** A vault whose every function throws. Fault injection. */
function throwingVault(): Vault {
  const vault = newVault(memoryStore())
  const breakAll = (part: object): void => {
    for (const [name, value] of Object.entries(part)) {
      if (typeof value === 'object' && value !== null) breakAll(value)
      if (typeof value !== 'function') continue
      Reflect.set(part, name, () => {
        throw failure()
      })
    }
  }
  breakAll(vault)
  return vault
}

/** One that has read nothing yet. */
function newVault(store: VaultStore): Vault {
  return createVault({
    store,
    connections: [],
    keyring: localKeyring([{ id: 'k', key: new Uint8Array(32).fill(7) }]),
    background: false,
  })
}

/** A store that works until it is told to fail, and then fails at each call as stores do. Fault injection. */
function failingStore(): { readonly store: ReturnType<typeof memoryStore>; fail(): void } {
  let fails = false
  const failing = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name)
        if (typeof value === 'object' && value !== null) return failing(value)
        if (typeof value !== 'function') return value
        return (...args: unknown[]): unknown => (fails ? Promise.reject(storeFailure()) : Reflect.apply(value, target, args))
      },
    })
  const store = failing(memoryStore())
  return {
    store,
    fail: () => {
      fails = true
    },
  }
}
