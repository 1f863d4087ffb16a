import type { Seeded } from '../simulation/seeded.js'
import { echo } from './echo.js'
import type { AnswerContext } from './fuzzed-answer.js'

/** What an injected `fetch` may reject with, or throw: what runtimes do, and what no sane one does. */
export function fetchFailure(random: Seeded, context: AnswerContext): unknown {
  const text = `fetch failed: POST https://provider.example/token refresh_token=${echo(random, context)}`
  const code = random.pick([
    'ECONNREFUSED',
    'ENOTFOUND',
    'ECONNRESET',
    'UND_ERR_SOCKET',
    'CERT_HAS_EXPIRED',
    'EPIPE',
    echo(random, context),
  ])
  return random.pick<() => unknown>([
    () => new TypeError(text),
    () => new TypeError('fetch failed', { cause: Object.assign(new Error(text), { code }) }),
    () => new TypeError(text, { cause: Object.assign(new Error(text), { code, syscall: 'connect', headers: echo(random, context) }) }),
    () => new AggregateError([new Error(text), Object.assign(new Error(text), { code })], text),
    () => new DOMException(text, 'AbortError'),
    () => new DOMException(text, 'TimeoutError'),
    () => Object.assign(new Error(text), { code, request: { body: text, secret: echo(random, context) } }),
    () => circular(text),
    () => deeplyCaused(text),
    () => text,
    () => ({ error: text, toString: () => text, toJSON: () => text }),
    () => undefined,
    () => null,
    () => 0,
    () => Symbol(text),
    () => () => text,
    () => Object.freeze(new Error(text)),
    () => Object.create(null),
    () => hostile(text),
  ])()
}

function circular(text: string): Error {
  const error = new Error(text)
  error.cause = error
  return error
}

function deeplyCaused(text: string): Error {
  let error = new Error(text)
  for (let depth = 0; depth < 40; depth++) error = new Error(text, { cause: error })
  return error
}

/** An error that fails when it is looked at. */
function hostile(text: string): Error {
  const fail = (): never => {
    throw new Error(text)
  }
  return Object.defineProperties(new Error(text), { code: { get: fail }, cause: { get: fail }, errors: { get: fail } })
}
