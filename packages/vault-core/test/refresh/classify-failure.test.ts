import { describe, expect, it } from 'vitest'
import type { TokenEndpointOutcome } from '../../src/oauth/token-response.js'
import { classifyFailure } from '../../src/refresh/classify-failure.js'

type Failure = Exclude<TokenEndpointOutcome, { kind: 'answered' }>
const refused = (status: number, error: string, retryAfterMs?: number): Failure => ({ kind: 'refused', status, error, retryAfterMs })
const unusable = (status: number, reason: Extract<Failure, { kind: 'unusable' }>['reason'], retryAfterMs?: number): Failure => ({
  kind: 'unusable',
  status,
  reason,
  retryAfterMs,
})
const noAnswer = (notSent: boolean): Failure => ({ kind: 'no_answer', notSent, reason: 'network', cause: undefined })

describe('classifyFailure', () => {
  it.each([200, 400, 401, 403, 500])('takes invalid_grant at its word with status %i', (status) => {
    expect(classifyFailure(refused(status, 'invalid_grant')).kind).toBe('grant_rejected')
  })

  it.each(
    ['invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_request', 'invalid_scope'].flatMap((error) =>
      [200, 400, 401, 403, 500].map((status) => [error, status] as const),
    ),
  )('blames the connection, not the user, for %s with status %i', (error, status) => {
    expect(classifyFailure(refused(status, error))).toEqual({ kind: 'client_rejected', error })
  })

  it.each([
    ['429 with an OAuth error', refused(429, 'slow_down', 7_000), 'not_processed'],
    ['503 with an OAuth error, even invalid_grant', refused(503, 'invalid_grant', 7_000), 'not_processed'],
    ['temporarily_unavailable', refused(400, 'temporarily_unavailable', 7_000), 'not_processed'],
    ['an unknown error in a 200', refused(200, 'bad_weather', 7_000), 'not_processed'],
    ['429 in HTML', unusable(429, 'not_json', 7_000), 'not_processed'],
    ['503 in HTML', unusable(503, 'not_json', 7_000), 'not_processed'],
    ['a firewall’s 403', unusable(403, 'not_json', 7_000), 'not_processed'],
    ['server_error with 500: it may have rotated', refused(500, 'server_error', 7_000), 'outcome_unknown'],
    ['500', unusable(500, 'http_status', 7_000), 'outcome_unknown'],
    ['502 in HTML', unusable(502, 'not_json', 7_000), 'outcome_unknown'],
    ['200 in HTML', unusable(200, 'not_json', 7_000), 'outcome_unknown'],
    ['200, empty', unusable(200, 'empty', 7_000), 'outcome_unknown'],
    ['200, too large', unusable(200, 'too_large', 7_000), 'outcome_unknown'],
  ] as const)('%s', (_name, outcome, kind) => {
    expect(classifyFailure(outcome)).toMatchObject({ kind, retryAfterMs: 7_000 })
  })

  it('does not follow a redirect, and knows that nothing was processed', () => {
    expect(classifyFailure(unusable(307, 'redirect'))).toMatchObject({ kind: 'not_processed', reason: 'redirect' })
  })

  it('tells a request that never left from one that may still be under way', () => {
    expect(classifyFailure(noAnswer(true)).kind).toBe('not_processed')
    expect(classifyFailure(noAnswer(false))).toMatchObject({ kind: 'outcome_unknown', inFlight: true })
  })

  it('knows that a request which was answered is no longer under way', () => {
    expect(classifyFailure(unusable(500, 'http_status'))).toMatchObject({ kind: 'outcome_unknown', inFlight: false })
  })
})
