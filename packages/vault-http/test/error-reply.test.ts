import { VaultError, type VaultErrorCode } from '@holdfast/vault-core'
import { describe, expect, it } from 'vitest'
import { errorReply, toWebResponse } from '../src/index.js'

const errorResponse = (error: unknown, errorId: string): Response => toWebResponse(errorReply(error, errorId))

const EXPECTED: Record<VaultErrorCode, number> = {
  invalid_configuration: 424,
  invalid_request: 400,
  unauthenticated: 401,
  permission_denied: 403,
  connection_not_found: 404,
  credential_not_found: 404,
  reauthorization_required: 404,
  insufficient_scope: 403,
  authorization_flow_invalid: 400,
  authorization_denied: 403,
  authorization_response_invalid: 400,
  provider_unavailable: 503,
  provider_rejected_client: 424,
  not_found: 404,
  conflict: 409,
  store_unavailable: 503,
  decryption_failed: 424,
}

describe('errorReply', () => {
  it.each(Object.entries(EXPECTED))('answers %s with %i, its code and an id, and neither stack nor cause', async (code, status) => {
    const cause = new Error('canary of the cause')
    const response = errorResponse(new VaultError(code as VaultErrorCode, 'What happened. What to do.', { cause }), 'id-1')
    const text = await response.text()
    expect(response.status).toBe(status)
    expect(JSON.parse(text)).toMatchObject({ errorCode: code, errorId: 'id-1', title: expect.any(String) })
    expect(text).not.toMatch(/canary|stack|at .*\.ts/)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      pragma: 'no-cache',
      'x-content-type-options': 'nosniff',
    })
  })

  it('says when to come back, in whole seconds', () => {
    const error = new VaultError('provider_unavailable', 'Busy.', { retryAfterMs: 1_200 })
    expect(errorResponse(error, 'id').headers.get('retry-after')).toBe('2')
  })

  it.each([
    ['an error of another kind', new Error('canary: select * from secrets')],
    ['a text', 'canary'],
    ['nothing', undefined],
  ])('tells nothing of %s', async (_name, error) => {
    const response = errorResponse(error, 'id-2')
    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({ title: expect.stringContaining('log'), errorCode: 'internal_error', errorId: 'id-2' })
  })

  it.each(['invalid_configuration', 'decryption_failed', 'store_unavailable', 'provider_rejected_client'] as const)(
    'keeps the operator’s message of %s to the log',
    async (code) => {
      expect(await errorResponse(new VaultError(code, 'canary: key id k1 of row 7'), 'id').text()).not.toContain('canary')
    },
  )
})
