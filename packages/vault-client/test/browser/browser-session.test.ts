import { describe, expect, it } from 'vitest'
import { readSession } from '../../src/browser/browser-session.js'

const ISSUER = 'https://vault.example.com'
const claims = { iss: ISSUER, aud: 'app_1', sub: 'usr_1', name: 'Zoë 名前', email: 'zoe@example.com', picture: 'https://example.com/p' }
const idToken = (changes: object): string => `e30.${Buffer.from(JSON.stringify({ ...claims, ...changes })).toString('base64url')}.c2ln`
const answer = (changes: object = {}) => ({ access_token: 'at', id_token: idToken(changes), token_type: 'Bearer', expires_in: 3_600 })

describe('the session that the vault’s tokens tell of', () => {
  it('has who he is, in any script, and until when', () => {
    const beganMs = Date.now()
    const { expiresAt, ...session } = readSession(answer(), ISSUER, 'app_1')
    const { name, email, picture } = claims
    expect(session).toEqual({ userId: 'usr_1', name, email, picture, accessToken: 'at' })
    expect(expiresAt.getTime() - 3_600_000 - beganMs).toBeLessThan(60_000)
    expect(expiresAt.getTime() - 3_600_000).toBeGreaterThanOrEqual(beganMs)
  })

  it('has what is there', () => {
    const { name, email, accessToken } = readSession({ ...answer({ name: undefined, email: 7 }), access_token: undefined }, ISSUER, 'app_1')
    expect([name, email, accessToken]).toEqual([undefined, undefined, undefined])
  })

  it.each([
    ['of another vault', answer({ iss: 'https://other-vault.example.com' })],
    ['of another application', answer({ aud: 'app_2' })],
    ['of nobody', answer({ sub: '' })],
    ['without lifetime', { ...answer(), expires_in: undefined }],
    ['that are no JWT', { ...answer(), id_token: 'opaque' }],
    ['that are nothing', {}],
    ['that are no JSON', undefined],
  ])('is none for tokens %s', (_name, json) => {
    expect(() => readSession(json, ISSUER, 'app_1')).toThrow(expect.objectContaining({ code: 'invalid_response' }))
  })
})
