import { createVault, localKeyring } from '@holdfast/vault-core'
import { memoryStore } from '@holdfast/vault-store-memory'
import { expect, it } from 'vitest'
import { requireCredentials } from '../src/index.js'

const vault = createVault({ store: memoryStore(), keyring: localKeyring([{ id: 'k', key: new Uint8Array(32).fill(5) }]), connections: [] })

it.each([
  [{ requiredScope: ['files.read'] }, { requiredScope: 'is unknown; did you mean `requiredScopes`?' }],
  [{ requiredScopes: 'files.read' }, { requiredScopes: 'must be an array of scopes' }],
])('refuses %o when the route is made, and not with the first user', (option, fields) => {
  expect(() => requireCredentials({ vault, connectionId: 'google', ...option } as never)).toThrow(
    expect.objectContaining({ code: 'invalid_configuration', facts: { fields } }),
  )
})
