export interface ConsentOptions {
  /** Who signs in. Default `alice`. */
  readonly login?: string
  /** Say no instead. Default false. */
  readonly deny?: boolean
}

const MAX_STEPS = 12

/**
 * Walks the provider's pages as a browser would, with a cookie jar of its own, and returns the callback URL without fetching it.
 * For tests that need no browser.
 */
export async function consentByHttp(authorizationUrl: string, options: ConsentOptions = {}): Promise<string> {
  const { login = 'alice', deny = false } = options
  const { origin } = new URL(authorizationUrl)
  const cookies = new Map<string, string>()

  const request = async (url: string, form?: Record<string, string>): Promise<Response> => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
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
    response = await request(new URL(path, origin).href, path.endsWith('/login') ? { login } : {})
  }
  throw new Error(`The provider did not lead back to the application within ${MAX_STEPS} steps.`)
}
