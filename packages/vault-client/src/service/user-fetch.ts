import { isPrivateChannel } from '../base-url.js'
import { VaultClientError } from '../vault-client-error.js'
import type { ClientCredentials } from './client-credentials.js'
import { redirectedRequest, redirectTarget } from './redirected-request.js'

type Fetch = typeof globalThis.fetch

/** Reads a token that works: another one than `rejected`, if the vault has one. */
export type ReadToken = (options: { readonly rejected?: string; readonly signal: AbortSignal }) => Promise<ClientCredentials>

/** As many as the fetch standard follows. */
const MAX_REDIRECTS = 20

/**
 * A `fetch` that sends one user's token along. When the API answers 401 it asks the vault once for another token and, if it gets one,
 * repeats the request. Redirects are followed here and not by the runtime: on one to another origin the token stays behind, which not
 * every runtime sees to.
 */
export function createUserFetch(fetch: Fetch, readToken: ReadToken): Fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    if (!isPrivateChannel(new URL(request.url))) {
      throw new VaultClientError('invalid_request', 'A token is only sent by https, or on loopback. Correct the URL.')
    }
    const { signal } = request
    // What came as a stream can be read once.
    const isReplayable = !(init?.body instanceof ReadableStream)
    const how = { isReplayable, isFollowing: request.redirect === 'follow' }
    const credentials = await readToken({ signal })
    const { response, isOfToken, spare } = await send(fetch, withToken(request, credentials), how)
    if (response.status !== 401 || !isOfToken || !spare) return response
    const other = await readToken({ signal, rejected: credentials.accessToken }).catch(async (error: unknown) => {
      await discard(response)
      throw error
    })
    if (other.accessToken === credentials.accessToken) return response
    await discard(response)
    return (await send(fetch, withToken(spare, other), how)).response
  }
}

function withToken(request: Request, { accessToken, tokenType }: ClientCredentials): Request {
  const headers = new Headers(request.headers)
  headers.set('authorization', `${/^bearer$/i.test(tokenType) ? 'Bearer' : tokenType} ${accessToken}`)
  return new Request(request, { headers })
}

interface Answer {
  readonly response: Response
  /** Whether who answered was sent the token. */
  readonly isOfToken: boolean
  /** What was answered, its body unread: what came before it, and was redirected, is done with. Undefined where it cannot be sent again. */
  readonly spare: Request | undefined
}

async function send(
  fetch: Fetch,
  request: Request,
  { isReplayable, isFollowing }: { readonly isReplayable: boolean; readonly isFollowing: boolean },
): Promise<Answer> {
  let next = isFollowing ? new Request(request, { redirect: 'manual' }) : request
  for (let redirects = 0; ; redirects++) {
    const sent = next
    const spare = isReplayable ? sent.clone() : undefined
    const response = await fetch(sent)
    const target = isFollowing ? redirectTarget(response, sent.url) : undefined
    if (!target) return { response, isOfToken: sent.headers.has('authorization'), spare }
    await discard(response)
    if (redirects === MAX_REDIRECTS) throw new VaultClientError('invalid_request', `The API redirects more than ${MAX_REDIRECTS} times.`)
    next = await redirectedRequest(sent, spare, target, response.status)
  }
}

/** Lets go of the connection. */
async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined)
}
