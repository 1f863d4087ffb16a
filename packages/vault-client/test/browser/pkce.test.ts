import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { newCodeVerifier } from '../../src/browser/pkce.js'
import { sha256 } from '../../src/browser/sha256.js'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('PKCE', () => {
  it('has a new verifier each time, of the characters and the length that RFC 7636 allows', () => {
    const verifiers = Array.from({ length: 500 }, newCodeVerifier)
    expect(verifiers.filter((verifier) => !/^[A-Za-z0-9\-._~]{43,128}$/.test(verifier))).toEqual([])
    expect(new Set(verifiers).size).toBe(500)
  })

  it('makes the challenge of appendix B of the RFC', async () => {
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    expect(await sha256(verifier)).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')
    expect(await sha256('ünï')).toBe(createHash('sha256').update('ünï').digest('base64url'))
  })

  it('says of a page that came by http, to which browsers give no hash, how it is to be served', async () => {
    // What stays of `crypto` there.
    vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array) => bytes })
    await expect(sha256(newCodeVerifier())).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringContaining('https'),
    })
  })
})
