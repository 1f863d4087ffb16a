export interface ConsentOptions {
  /** Who signs in. Default `alice`. */
  readonly login?: string
  /** Say no instead. Default false. */
  readonly deny?: boolean
  /** Which of the scopes that are asked for are allowed, besides `openid` and `offline_access`. Default: all. */
  readonly scopes?: readonly string[]
}

const MAX_STEPS = 12

/**
 * Walks the provider's pages as a browser would, with a cookie jar of its own, and returns the callback URL without fetching it.
 * For tests that need no browser.
 */
export async function consentByHttp(authorizationUrl: string, options: ConsentOptions = {}): Promise<string> {
  const { login = 'alice', deny = false, scopes } = options
  const { origin } = new URL(authorizationUrl)
  const cookies = new Map<string, string>()

  const request = async (url: string, form?: URLSearchParams): Promise<Response> => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { method: 'POST', body: form } : {}),
    })
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=')
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }

  let response = await request(authorizationUrl)
  for (let step = 0; step < MAX_STEPS; step++) {
    const location = response.headers.get('location')
    if (location !== null) {
      const target = new URL(location, origin)
      if (target.origin !== origin) return target.href
      response = await request(target.href)
      continue
    }
    const page = await response.text()
    const action = /<form method="post" action="([^"]+\/(?:login|consent))"/.exec(page)?.[1]
    if (action === undefined) throw new Error(`The provider answered ${response.status} with a page that has no form.`)
    const path = deny && action.endsWith('/consent') ? action.replace(/consent$/, 'deny') : action
    response = await request(new URL(path, origin).href, path.endsWith('/login') ? new URLSearchParams({ login }) : choiceOf(scopes))
  }
  throw new Error(`The provider did not lead back to the application within ${MAX_STEPS} steps.`)
}

function choiceOf(scopes: readonly string[] | undefined): URLSearchParams {
  return new URLSearchParams(scopes && [['chosen', 'yes'], ...scopes.map((scope) => ['scope', scope])])
}
