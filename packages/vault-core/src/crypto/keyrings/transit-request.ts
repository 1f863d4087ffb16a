import { VaultError } from '../../errors.js'
import { untilAborted, withDeadline } from '../../oauth/deadline.js'
import { discardBody, readBody } from '../../oauth/read-body.js'
import type { Runtime } from '../../runtime.js'
import { causeOf } from './kms-failure.js'

/** A transit engine, and how to ask it. */
export interface TransitEngine {
  /** `https://vault.example:8200/v1/transit` */
  readonly url: string
  readonly token: string | (() => string | Promise<string>)
  readonly namespace: string | undefined
  readonly runtime: Runtime
  readonly timeoutMs: number
}

/** An answer of Vault that is not a success. */
export class TransitRefusal extends Error {
  override readonly name = 'TransitRefusal'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * One request to the transit engine; returns `data` of the answer. Follows no redirect, waits no longer than `timeoutMs`, and reads at
 * most 64 KiB.
 *
 * @throws {TransitRefusal} for an answer that is not a success; anything else for no usable answer. Never with the token in it.
 */
export async function askTransit(engine: TransitEngine, path: string, body: Readonly<Record<string, string>>): Promise<TransitData> {
  const { url, namespace, runtime, timeoutMs } = engine
  return withDeadline(runtime.clock, timeoutMs, async (signal) => {
    try {
      const token = await untilAborted(tokenOf(engine), signal)
      const headers = {
        'content-type': 'application/json',
        'x-vault-token': token,
        // An agent may ask for it, as a guard against requests that somebody else made a program send.
        'x-vault-request': 'true',
        ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
      }
      const send = async (): Promise<Response> =>
        runtime.fetch(`${url}/${path}`, { method: 'POST', headers, body: JSON.stringify(body), redirect: 'manual', signal })
      const response = await untilAborted(
        send().catch((error: unknown) => {
          throw causeOf(error, [token])
        }),
        signal,
        discardBody,
      )
      return await readAnswer(response, signal, token)
    } catch (error) {
      if (signal.aborted) throw new Error(`No answer within ${timeoutMs} ms.`)
      throw error
    }
  })
}

/** What an answer of `encrypt` and `decrypt` may hold. */
export interface TransitData {
  readonly ciphertext?: unknown
  readonly plaintext?: unknown
}

const MAX_ANSWER_BYTES = 65_536

async function tokenOf({ token }: TransitEngine): Promise<string> {
  const value: unknown = typeof token === 'function' ? await givenToken(token) : token
  // `fetch` quotes a header that it does not take, and this one must not be quoted.
  if (isToken(value)) return value
  throw new VaultError(
    'store_unavailable',
    'There is no usable token for Vault: it must be text without spaces. Look after what gives the token.',
    {
      reason: 'access_denied',
    },
  )
}

export function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)
}

async function givenToken(token: () => string | Promise<string>): Promise<string> {
  try {
    return await token()
  } catch (error) {
    // Its message may hold anything, also a token.
    const { name } = causeOf(error)
    throw new VaultError('store_unavailable', `The token for Vault could not be had (${name}). Look after what gives the token.`, {
      reason: 'access_denied',
    })
  }
}

async function readAnswer(response: Response, signal: AbortSignal, token: string): Promise<TransitData> {
  const { status } = response
  // A redirect that is not followed has status 0 in browsers.
  if (status === 0 || (status >= 300 && status < 400)) {
    discardBody(response)
    throw new TransitRefusal(
      status,
      'Vault sends the request elsewhere, and redirects are not followed. Name the active node, or a load balancer.',
    )
  }
  const body = await readBody(response, signal, MAX_ANSWER_BYTES)
  if (body.kind === 'too_large') throw new RangeError('The answer is larger than 64 KiB.')
  const answer = parseObject(body.text)
  if (status === 200) return parseData(answer.data)
  const said = Array.isArray(answer.errors) ? answer.errors.filter((each) => typeof each === 'string').join('; ') : ''
  throw new TransitRefusal(status, causeOf({ message: `HTTP ${status}${said && `: ${said}`}` }, [token]).message)
}

function parseObject(text: string): { readonly data?: unknown; readonly errors?: unknown } {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

function parseData(data: unknown): TransitData {
  return typeof data === 'object' && data !== null ? data : {}
}
