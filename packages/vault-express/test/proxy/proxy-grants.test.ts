import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CREDENTIALS_OF_ALL, type ProxyWorld, proxyWorld, recorder } from './proxy-world.js'

// Who may call whose API by which method: every cell, over real HTTP, against what is written out by hand.

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const USERS = ['alice', 'bob', 'unknown'] as const
const CONNECTIONS = ['demo', 'other', 'unknown'] as const

type Method = (typeof METHODS)[number]
interface Cell {
  readonly method: Method
  readonly user: (typeof USERS)[number]
  readonly connection: (typeof CONNECTIONS)[number]
}

interface Caller {
  readonly name: string
  /** Role and resource of his one grant. */
  readonly grant?: readonly [role: string, resource: string]
  /** A user's own token in place of a client's. */
  readonly as?: string
  readonly may: (cell: Cell) => boolean
}

const onDemo = (user: string): string => `Vault:Connections/demo/Users/${user}/Credentials`
const isGet = ({ method }: Cell): boolean => method === 'GET' || method === 'HEAD'

const CALLERS: readonly Caller[] = [
  { name: 'nobody', as: '', may: () => false },
  { name: 'a token that is none', as: 'a.b.c', may: () => false },
  { name: 'the user himself', as: 'user.alice.x', may: () => false },
  { name: 'another user', as: 'user.bob.x', may: () => false },
  { name: 'a client without grant', may: () => false },
  { name: 'one that reads all credentials', grant: ['Vault:UserCredentialsViewer', CREDENTIALS_OF_ALL], may: () => false },
  { name: 'one that reads everything', grant: ['Vault:Viewer', '*'], may: () => false },
  { name: 'one that edits everything', grant: ['Vault:Editor', '*'], may: () => false },
  { name: 'one that calls for all', grant: ['Vault:ApiCaller', CREDENTIALS_OF_ALL], may: () => true },
  {
    name: 'one that calls for Alice',
    grant: ['Vault:ApiCaller', onDemo('alice')],
    may: ({ user, connection }) => user === 'alice' && connection === 'demo',
  },
  {
    name: 'one that calls for Bob',
    grant: ['Vault:ApiCaller', onDemo('bob')],
    may: ({ user, connection }) => user === 'bob' && connection === 'demo',
  },
  {
    name: 'one that calls on the other connection',
    grant: ['Vault:ApiCaller', 'Vault:Connections/other'],
    may: ({ connection }) => connection === 'other',
  },
  { name: 'one that only reads by calling', grant: ['reads-by-calling', CREDENTIALS_OF_ALL], may: isGet },
  {
    name: 'one that only posts',
    grant: ['posts', onDemo('*')],
    may: ({ method, connection }) => method === 'POST' && connection === 'demo',
  },
  { name: 'one whose grant is about something else', grant: ['Vault:ApiCaller', 'Vault:Users/alice'], may: () => false },
  { name: 'the administrator', grant: ['Vault:Owner', '*'], may: () => true },
]

let world: ProxyWorld
const api = recorder()

beforeAll(async () => {
  world = await proxyWorld(api.listener, {
    router: {
      // Strangers, too, ask often here.
      rateLimit: false,
      verifyUserToken: (token) => /^user\.(alice|bob)\.x$/.exec(token)?.[1],
      proxy: { connections: { demo: { methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] } } },
    },
  })
  await world.connect('bob', 'bob')
  const permission = (action: string) => ({ action, allow: true, grant: false, delegate: false })
  await world.vault.roles.create({ roleId: 'reads-by-calling', name: 'r', permissions: [permission('use:get')] })
  await world.vault.roles.create({ roleId: 'posts', name: 'p', permissions: [permission('use:post')] })
})
afterAll(() => world.close())

async function tokenOf({ as, grant }: Caller): Promise<string> {
  return as === undefined ? world.clientWith(...(grant ?? [])) : `Bearer ${as}`
}

/** What a caller who may is answered. */
function answerTo({ user, connection }: Cell): readonly [number, string | undefined] {
  if (connection !== 'demo') return [404, 'not_supported']
  return user === 'unknown' ? [404, 'credential_not_found'] : [200, undefined]
}

describe.each(CALLERS)('$name', (caller) => {
  it('calls by what he was given, and no more', async () => {
    const authorization = await tokenOf(caller)
    const isKnown = caller.as === undefined || caller.as.startsWith('user.')
    const refusal: readonly [number, string] = isKnown ? [403, 'permission_denied'] : [401, 'unauthenticated']
    const refusals = new Set<string>()
    for (const method of METHODS) {
      for (const user of USERS) {
        for (const connection of CONNECTIONS) {
          const cell: Cell = { method, user, connection }
          const before = api.seen.length
          const response = await fetch(`${world.origin}/v1/connections/${connection}/users/${user}/proxy/x`, {
            method,
            headers: { authorization },
          })
          const text = await response.text()
          const [status, errorCode] = caller.may(cell) ? answerTo(cell) : refusal
          expect([cell, response.status], JSON.stringify(cell)).toEqual([cell, status])
          expect(api.seen.length - before, JSON.stringify(cell)).toBe(status === 200 ? 1 : 0)
          expect(response.headers.get('cache-control')).toBe('no-store')
          if (status === 200 || method === 'HEAD') continue
          expect(JSON.parse(text), JSON.stringify(cell)).toMatchObject({ errorCode })
          // The same words, whatever exists.
          if (!caller.may(cell)) refusals.add(text.replace(/"errorId":"[^"]*"/, ''))
        }
      }
    }
    expect(refusals.size).toBeLessThanOrEqual(1)
  })
})
