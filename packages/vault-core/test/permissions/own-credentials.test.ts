import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOwnCredentials } from '../../src/permissions/own-credentials.js'
import { credentialsUri, resourceUri } from '../../src/permissions/resource-uri.js'

describe('own credentials', () => {
  it.each([
    ['his own', 'u1', 'READ', 'Vault:Connections/google/Users/u1/Credentials', true],
    ['his own, by the alias', 'u1', 'read', '/Authress:Connections/google/Users/u1/Credentials/', true],
    ["another's", 'u1', 'READ', 'Vault:Connections/google/Users/u2/Credentials', false],
    ['another case', 'u1', 'READ', 'Vault:Connections/google/Users/U1/Credentials', false],
    ['all users', 'u1', 'READ', 'Vault:Connections/google/Users/*/Credentials', false],
    ['all users, asked for by one called *', '*', 'READ', 'Vault:Connections/google/Users/*/Credentials', false],
    ['all connections', 'u1', 'READ', 'Vault:Connections/*/Users/u1/Credentials', false],
    ['the user himself', 'u1', 'READ', 'Vault:Connections/google/Users/u1', false],
    ['what lies below', 'u1', 'READ', 'Vault:Connections/google/Users/u1/Credentials/x', false],
    ['a longer way', 'u1', 'READ', 'Vault:Connections/google/x/Users/u1/Credentials', false],
    ['another namespace', 'u1', 'READ', 'Connections/google/Users/u1/Credentials', false],
    ['deleting', 'u1', 'DELETE', 'Vault:Connections/google/Users/u1/Credentials', false],
    ['more than reading', 'u1', '*', 'Vault:Connections/google/Users/u1/Credentials', false],
    ['a part of reading', 'u1', 'read:x', 'Vault:Connections/google/Users/u1/Credentials', false],
    ['nobody', '', 'READ', 'Vault:Connections/google/Users/u1/Credentials', false],
    ['too short', 'u1', 'READ', 'Vault:Connections', false],
  ])('%s', (_what, userId, permission, resource, own) => {
    expect(isOwnCredentials(userId, { permission, resource })).toBe(own)
  })

  it('are those under exactly the same user id, whatever it holds', () => {
    const id = fc.oneof(
      fc.string({ unit: fc.constantFrom('/', ':', '*', '%', 'a', ' '), minLength: 1, maxLength: 4 }),
      fc.string({ unit: 'grapheme', minLength: 1 }),
    )
    fc.assert(
      fc.property(id, id, id, (connectionId, userId, otherId) => {
        const own = isOwnCredentials(userId, { permission: 'READ', resource: credentialsUri(connectionId, userId) })
        expect(own).toBe(userId !== '*' && connectionId !== '*')
        if (otherId !== userId)
          expect(isOwnCredentials(userId, { permission: 'READ', resource: credentialsUri(connectionId, otherId) })).toBe(false)
        const elsewhere = resourceUri('Vault', ['Connections', connectionId, 'Users', userId, otherId])
        if (otherId !== 'Credentials') expect(isOwnCredentials(userId, { permission: 'READ', resource: elsewhere })).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })
})
