import type { SourceChange } from '../../../../scripts/simulation/bundle.ts'

/** A change to the sources that the fuzz has to notice: a guard taken away, or a mistake that others have made. */
export interface FuzzMutant extends SourceChange {
  readonly name: string
  /** What it is caught at. */
  readonly violation: RegExp
}

export const fuzzMutants: readonly FuzzMutant[] = [
  {
    name: 'the description of an error put into its message',
    file: 'oauth/read-token-answer.ts',
    changes: [
      [
        'error: readErrorCode(error, secrets)',
        "error: `${readErrorCode(error, secrets)} ${Reflect.get(answer, 'error_description') ?? ''}`.trim()",
      ],
    ],
    violation: /secret shows|control character/,
  },
  {
    name: 'error codes that quote secrets',
    file: 'oauth/error-code.ts',
    changes: [['secrets.some((secret) => repeats(error, secret))', 'secrets.includes(error)']],
    violation: /secret shows/,
  },
  {
    name: 'scopes that quote secrets',
    file: 'oauth/parse-token-response.ts',
    changes: [['secret.length >= SURELY_SECRET_LENGTH && text.includes(secret)', 'secret === text']],
    violation: /secret shows|scope is/,
  },
  {
    name: 'a lifetime that is no number thrown at, after the rotation',
    file: 'oauth/parse-token-response.ts',
    changes: [["note('is no number')", "throw new TypeError('expires_in is no number')"]],
    violation: /for a good answer|Another refresh token/,
  },
  {
    name: 'lifetimes taken at their word, however long',
    file: 'oauth/parse-token-response.ts',
    changes: [['if (seconds > MAX_LIFETIME_S)', 'if (seconds > MAX_LIFETIME_S * 1e9)']],
    violation: /token ends at/,
  },
  {
    name: 'the refresh token of an unusable answer dropped',
    file: 'refresh/answer-writes.ts',
    changes: [['refreshToken: response.refreshToken ?? spent', 'refreshToken: (next.grant && response.refreshToken) ?? spent']],
    violation: /Another refresh token/,
  },
  {
    name: 'an empty refresh token taken for a new one',
    file: 'oauth/parse-token-response.ts',
    changes: [["return value.trim() === '' ? undefined : new Secret(value)", 'return new Secret(value)']],
    violation: /Another refresh token|requests left|threw/,
  },
  {
    name: 'a body without a bound',
    file: 'oauth/read-body.ts',
    changes: [['if (length > maxBytes)', 'if (length > maxBytes * 100)']],
    violation: /bytes of a body/,
  },
  {
    name: 'a body that nobody reads left open',
    file: 'oauth/read-body.ts',
    changes: [['if (response.body && !response.bodyUsed)', 'if (response.body?.locked)']],
    violation: /neither read to its end nor cancelled/,
  },
  {
    name: 'a body that stalls waited for without end',
    file: 'oauth/read-body.ts',
    changes: [['await untilAborted(reader.read(), signal)', 'await reader.read()']],
    violation: /requests left|neither read/,
  },
  {
    name: 'tokens in a 500 accepted',
    file: 'oauth/read-token-answer.ts',
    changes: [['status >= 200 && status < 300', 'status >= 200 && status < 600']],
    violation: /instead of provider_unavailable|Another refresh token/,
  },
  {
    name: 'every refusal taken for the end of the grant',
    file: 'refresh/classify-failure.ts',
    changes: [["error: ['invalid_grant'] }", "error: ['invalid_grant', 'invalid_scope'] }"]],
    violation: /threw reauthorization_required/,
  },
  {
    name: 'tokens of any type handed out',
    file: 'oauth/parse-token-response.ts',
    changes: [["note('token_type', `is not ${expected}`, true)", "note('token_type', `is not ${expected}`)"]],
    violation: /handed out a token/,
  },
  {
    name: 'no wait after a token that had ended when it came',
    file: 'refresh/answered-state.ts',
    changes: [['retryAtMs: isGood ? null : clock.now() +', 'retryAtMs: isGood || isUsable ? null : clock.now() +']],
    violation: /came too early/,
  },
  {
    name: 'no heed of Retry-After',
    file: 'oauth/retry-after.ts',
    changes: [['return Number.isNaN(delayMs) ? undefined', 'return delayMs > 60_000 || Number.isNaN(delayMs) ? undefined']],
    violation: /the provider had said/,
  },
  {
    name: 'a rejection that nobody handles, of what comes too late',
    file: 'oauth/deadline.ts',
    changes: [['if (over) return discardQuietly(value)', 'if (over) return discard(value)']],
    violation: /rejection was not handled/,
  },
]
