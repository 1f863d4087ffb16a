import { HttpError } from '../http-error.js'
import type { HandlerSettings } from '../options.js'
import { seeOther } from '../reply.js'
import { readBodyText } from '../request-bytes.js'
import type { Route } from '../router.js'

const PATH = '/connect/{connectionId}/callback'

/** What an answer to a code flow is made of. A token that came besides must not stand in a URL. */
const RESPONSE_PARAMETERS = ['code', 'state', 'iss', 'error', 'response']

/**
 * `POST /connect/{connectionId}/callback`: where a provider with `response_mode=form_post` lets the browser post its answer. Cookies of ours do not come
 * with a POST from another site; so the browser is sent to the same place once more, by a GET, with what the answer is made of, and nothing else is done
 * here: state and cookie are checked there, as ever. What else the provider sends, such as the `user` of Apple, is left out.
 *
 * @see {@link https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html OAuth 2.0 Form Post Response Mode}
 */
export function connectFormPostRoute<Context>({ origin, rateLimits }: HandlerSettings<Context>): Route<Context> {
  return {
    method: 'POST',
    path: PATH,
    handle: async (call) => {
      await rateLimits.stranger(call, `POST ${PATH}`)
      const { request, url } = call
      if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers.get('content-type') ?? ''))
        throw new HttpError('unsupported_media_type', 'The answer of a provider must be posted as application/x-www-form-urlencoded.')
      const target = new URL(`${origin}${url.pathname}`)
      for (const [name, value] of new URLSearchParams(await readBodyText(request)))
        if (RESPONSE_PARAMETERS.includes(name)) target.searchParams.append(name, value)
      return seeOther(target.href)
    },
  }
}
