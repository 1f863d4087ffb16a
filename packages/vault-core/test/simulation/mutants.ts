/** A guard of the refresh taken away: a change to its source that the simulation has to notice. */
export interface Mutant {
  readonly name: string
  /** Below `src`. */
  readonly file: string
  /** Each stands in the file exactly once, so that a mutant cannot go stale unnoticed. */
  readonly changes: readonly (readonly [find: string, replace: string])[]
}

export const mutants: readonly Mutant[] = [
  {
    name: 'no lease: whoever comes takes the credential',
    file: 'storage/rules/lease-steps.ts',
    changes: [
      ['if (isLeased(row, nowMs) || (sentAtMs !== null && sentAtMs + takeOverSentAfterMs > nowMs)) return', 'if (nowMs < 0) return'],
    ],
  },
  {
    name: 'no fence: whoever once held the lease still marks and releases',
    file: 'storage/rules/credential-steps.ts',
    changes: [['return row.lease?.owner === owner && row.fence === fence', 'return owner !== "" && fence >= 0 && row.fence >= 0']],
  },
  {
    name: 'no intent: nobody can tell that a request was sent',
    file: 'refresh/refresh-attempt.ts',
    changes: [['|| !(await markSent(attempt, isEarlierOpen))', '']],
  },
  {
    name: 'the request is aborted with the patience of its caller',
    file: 'refresh/profile.ts',
    changes: [['requestCapMs: 120_000, takeOverSentAfterMs: 120_000', 'requestCapMs: 10_000, takeOverSentAfterMs: 120_000']],
  },
  {
    name: 'validation before persisting',
    file: 'refresh/record-answer.ts',
    changes: [
      [
        'const moved = await writeBack(attempt, {',
        'if (!next.grant) throw unusableAnswer(attempt.key, {}, 1_000)\n  const moved = await writeBack(attempt, {',
      ],
    ],
  },
  {
    name: 'blind release: the lease of whoever holds it now',
    file: 'storage/rules/lease-steps.ts',
    changes: [
      [
        'if (!row || !holdsLease(row, holder)) return { result: false }\n  return { result: true, write: { ...row, lease: null',
        'if (!row || holder.fence < 0) return { result: false }\n  return { result: true, write: { ...row, lease: null',
      ],
    ],
  },
  {
    name: 'no second look before invalid_grant is believed',
    file: 'refresh/record-failure.ts',
    changes: [
      ['const newest = await context.credentials.get(key)', 'const newest = row as typeof row | null'],
      ["if (noted === 'moved') throw grantChanged(key)", ''],
    ],
  },
  {
    name: 'release before the write',
    file: 'refresh/write-back.ts',
    changes: [
      [
        'result = await update(attempt, work)\n  } catch',
        'await context.credentials.release(key, { owner: context.owner, fence: row.fence })\n    result = await update(attempt, work)\n  } catch',
      ],
    ],
  },
  {
    name: 'a lease shorter than the request, and nobody renews it',
    file: 'refresh/lease-keeper.ts',
    changes: [['void renewals()', 'if (timing.leaseMs < 0) void renewals()']],
  },
  {
    name: 'write-back without retry',
    file: 'refresh/write-back.ts',
    changes: [['for (let tries = 1; !context.stopped.aborted; tries++) {', 'for (let tries = 1; tries < 1; tries++) {']],
  },
  {
    name: 'a request of unknown outcome is sent again at once, though reuse ends the grant',
    file: 'refresh/refresh-attempt.ts',
    changes: [["if (attempt.connection.rotation.kind === 'strict' || !isOpen)", 'if (!isOpen)']],
  },
  {
    name: 'a sent intent is taken over when its lease ends, though the request may still run',
    file: 'refresh/profile.ts',
    changes: [['requestCapMs: 120_000, takeOverSentAfterMs: 120_000', 'requestCapMs: 120_000, takeOverSentAfterMs: 0']],
  },
  {
    name: 'the write-back does not ask whether the user has reconnected or disconnected',
    file: 'refresh/answer-writes.ts',
    changes: [
      ["if (createdAtMs !== row.createdAtMs || status === 'disconnected') return undefined", ''],
      [
        'if (epoch !== row.epoch && !(isRotated(answer) && hasSameRefreshToken(found, row))) return undefined',
        'if (epoch !== row.epoch) return { ...first, expect: { version } }',
      ],
    ],
  },
  {
    name: 'the new refresh token is forgotten',
    file: 'refresh/answer-writes.ts',
    changes: [['refreshToken: response.refreshToken ?? spent', 'refreshToken: spent']],
  },
  {
    name: 'that an outcome is unknown is forgotten',
    file: 'refresh/refresh-attempt.ts',
    changes: [
      [
        'const isOpen = isEarlierOpen || row.unresolvedSends > 0 || readCredentialData(row).outcomeUnknown',
        'const isOpen = false as boolean && isEarlierOpen && readCredentialData(row).outcomeUnknown',
      ],
    ],
  },
  {
    name: 'the late answer of a lost lease is thrown away',
    file: 'refresh/answer-writes.ts',
    changes: [[': { ...late(), expect: { ...expect, version } }\n    },', ': undefined\n    },']],
  },
  {
    name: 'no clock is looked at between the lease and the request',
    file: 'refresh/lease-keeper.ts',
    changes: [['isSurelyHeld: () => clock.monotonic() < heldUntil - timing.renewEveryMs', 'isSurelyHeld: () => heldUntil > 0']],
  },
  {
    name: 'an expired token is served while the provider fails',
    file: 'expiry/policy.ts',
    changes: [
      [
        'return token.expiresAtMs - nowMs > skewFor(Math.max(0, token.expiresAtMs - token.issuedAtMs))',
        'return token.expiresAtMs - nowMs > -600_000',
      ],
    ],
  },
  {
    name: 'the journal is not replayed',
    file: 'refresh/refresh-journal.ts',
    changes: [
      ['if (!wasReplayed || isInterrupted(row)) await replay()', ''],
      ['replay,\n', 'replay: async () => undefined,\n'],
    ],
  },
  {
    name: 'the journal is not written',
    file: 'refresh/write-back.ts',
    changes: [['await context.journal.keep(work.writes.journaled)', '']],
  },
  {
    name: 'a 500 is taken to mean that nothing happened',
    file: 'refresh/classify-failure.ts',
    changes: [
      ['const below500 = (status: number): boolean => status < 500', 'const below500 = (status: number): boolean => status < 600'],
      ['status >= 400 && status < 500', 'status >= 200'],
    ],
  },
  {
    name: 'an answer without a new refresh token overwrites a newer one',
    file: 'refresh/answer-writes.ts',
    changes: [
      ['const first = { ...write, expect: { ...expect, version: row.version, fence: row.fence } }', 'const first = { ...write, expect }'],
    ],
  },
]
