import { describe, expect, it } from 'vitest'
import { createConnectionRegistry } from '../../src/model/connection-registry.js'

const google = { connectionId: 'google', issuer: 'https://accounts.google.com', clientId: 'c', clientSecret: 's' }
const github = { connectionId: 'github', issuer: 'https://github.com', clientId: 'c', clientSecret: 's' }

describe('the connections of a vault', () => {
  it('are found by id and listed in their order', async () => {
    const registry = createConnectionRegistry([google, github])
    expect((await registry.get('github')).issuer).toBe('https://github.com')
    expect((await registry.list()).map(({ connectionId }) => connectionId)).toEqual(['google', 'github'])
  })

  it('may be none', async () => {
    expect(await createConnectionRegistry([]).list()).toEqual([])
  })

  it('are refused together, with every bad field of every one', () => {
    const bad = (): unknown =>
      createConnectionRegistry([google, { ...github, clientId: '' }, 'x', { ...google, minValidityMs: -1 }, google])
    expect(bad).toThrow(
      expect.objectContaining({
        code: 'invalid_configuration',
        facts: {
          fields: {
            'connections[1].clientId': expect.any(String),
            'connections[2]': expect.any(String),
            'connections[3].minValidityMs': expect.any(String),
            'connections[4].connectionId': 'is the same as that of connections[0]: ids are unique',
          },
        },
      }),
    )
  })

  it.each(['gitlab', 'GitHub', 'github ', '__proto__', 'constructor'])('do not have what was not configured: %s', async (id) => {
    await expect(createConnectionRegistry([google, github]).get(id)).rejects.toMatchObject({ code: 'connection_not_found' })
  })

  it('do not repeat what cannot be an id', async () => {
    const error: unknown = await createConnectionRegistry([google])
      .get('<script>canary')
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'connection_not_found', facts: {} })
    expect(String(error)).not.toContain('canary')
  })
})
