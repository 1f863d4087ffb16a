import type { Log } from '@holdfast/vault-core'
import { describe, expect, it } from 'vitest'
import { exchangeWorld, formOf, GRANT_TYPE, JWT, PUBLIC_URL } from './token-exchange-world.js'

type Lines = (readonly [level: string, fields: object, message: string])[]

function logTo(lines: Lines): Log {
  const level = (name: string) => (fields: object, message: string) => void lines.push([name, fields, message])
  return { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') }
}

describe('a client that goes away during a refresh', () => {
  it.each([
    ['GET /v1/connections/{connectionId}/users/{userId}/credentials', `${PUBLIC_URL}/v1/connections/demo/users/alice/credentials`, {}],
    [
      'POST /oauth/token',
      `${PUBLIC_URL}/oauth/token`,
      { method: 'POST', body: { grant_type: GRANT_TYPE, subject_token_type: JWT, connection: 'demo' } },
    ],
  ])(
    'of %s is no failure: a debug line, and no error',
    async (route, url, { method = 'GET', body }: { method?: string; body?: object }) => {
      const lines: Lines = []
      const world = await exchangeWorld({ log: logTo(lines) })
      const signal = await world.goneDuringRefresh()
      const token = world.user('alice')
      const request = new Request(url, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body && { body: formOf({ ...body, subject_token: token }) }),
        signal,
      })
      const response = await world.handler(request, undefined)
      expect([response.status, await response.json()]).toMatchObject([499, { errorCode: 'client_gone' }])
      expect(lines).toEqual([['debug', { route }, 'A client went away before it had its answer.']])
    },
  )

  it('hides no failure that is one', async () => {
    const lines: Lines = []
    const world = await exchangeWorld({
      log: logTo(lines),
      // The fault: an abort of something else than the request.
      clientAddress: () => undefined,
      verifyUserToken: () => 'alice',
    })
    await world.connect('demo', 'alice')
    const gone = new AbortController()
    gone.abort()
    const { getCredentials } = world.vault
    Object.assign(world.vault, {
      getCredentials: () => Promise.reject(new DOMException('Another one.', 'AbortError')),
    })
    const url = `${PUBLIC_URL}/v1/connections/demo/users/alice/credentials`
    const response = await world.handler(
      new Request(url, { headers: { authorization: 'Bearer user.x.y' }, signal: gone.signal }),
      undefined,
    )
    Object.assign(world.vault, { getCredentials })
    expect([response.status, lines.map(([level]) => level)]).toEqual([500, ['error']])
  })
})
