import { createVault, localKeyring } from '@holdfast/vault-core'
import { createLogin, type Login } from '@holdfast/vault-login'
import { memoryStore } from '@holdfast/vault-store-memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { proofOfWork } from '../../src/browser/proof-of-work.js'

// Judged by the vault itself.
let login: Login
const vault = createVault({
  store: memoryStore(),
  keyring: localKeyring([{ id: 'k1', key: crypto.getRandomValues(new Uint8Array(32)) }]),
  connections: [],
  background: false,
})

beforeAll(() => {
  login = createLogin({
    vault,
    publicUrl: 'https://vault.example.com',
    applications: [{ applicationId: 'app_1', redirectUrls: ['https://app.example.com/'] }],
  })
})
afterAll(() => vault.close())

describe('proofOfWork', () => {
  it.each([
    ['a connection and an application', ['google', 'app_1'], ['google', 'app_1']],
    ['an application alone', [undefined, 'app_1'], ['', 'app_1']],
    ['a code with characters of any kind', ['app_1', 'ré|;"', 'x'.repeat(500)], ['app_1', 'ré|;"', 'x'.repeat(500)]],
  ])('makes for %s what the vault accepts, once', async (_name, values, asked) => {
    const proof = await proofOfWork(values)
    expect(await login.proofs.accept(proof, asked, 'one request')).toBe('ok')
    expect(await login.proofs.accept(proof, asked, 'another request')).toBe('replayed')
    expect(await login.proofs.accept(proof, [...asked, 'more'], 'one request')).toBe('invalid')
  })

  it('lets other work of the page go on meanwhile', async () => {
    let turns = 0
    const timer = setInterval(() => void turns++, 0)
    // Several, as one may be lucky at once.
    for (let proofs = 0; proofs < 5; proofs++) await proofOfWork([`app_${proofs}`])
    clearInterval(timer)
    expect(turns).toBeGreaterThan(5)
  })
})
