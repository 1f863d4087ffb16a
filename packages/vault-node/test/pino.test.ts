import { Writable } from 'node:stream'
import { localKeyring } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import pino from 'pino'
import { describe, expect, it, vi } from 'vitest'
import { createVault } from '../src/index.js'

const redirectUri = 'https://app.example/callback'

/** What pino wrote, line by line. */
function written() {
  const lines: Record<string, unknown>[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  return { lines, stream }
}

describe('a pino logger as `log`', () => {
  it('writes what the vault tells as structured lines, and no secret', async () => {
    const { lines, stream } = written()
    const vault = createVault({
      store: memoryStore(),
      keyring: localKeyring([{ id: 'k1', key: new Uint8Array(32).fill(7) }]),
      connections: [
        {
          connectionId: 'drive',
          authorizationEndpoint: 'https://provider.example/authorize',
          tokenEndpoint: 'https://provider.example/token',
          clientId: 'client-1',
          clientSecret: 'canary-client-secret',
          revocation: { url: 'https://provider.example/end' },
        },
      ],
      fetch: async (input) =>
        String(input).endsWith('/end')
          ? Response.json({ error: 'canary-refresh is wrong' }, { status: 400 })
          : Response.json({ access_token: 'canary-access', refresh_token: 'canary-refresh', token_type: 'Bearer', expires_in: 3_600 }),
      log: pino({ name: 'vault', level: 'debug' }, stream),
      background: false,
    })
    const user = { connectionId: 'drive', userId: 'alice' }
    const flow = await vault.authorization.start({ ...user, redirectUri })
    await vault.authorization.complete({ callbackUrl: `${redirectUri}?code=c1&state=${flow.state}`, flowBinding: flow.flowBinding })
    await vault.disconnect(user)
    await vi.waitFor(() => expect(lines).toHaveLength(1))
    await vault.close()
    expect(lines).toEqual([
      expect.objectContaining({
        name: 'vault',
        level: pino.levels.values.warn,
        connectionId: 'drive',
        status: 400,
        msg: expect.stringContaining('Look at `revocation` of the connection'),
      }),
    ])
    expect(JSON.stringify(lines)).not.toContain('canary')
  })
})
