export interface ConsentOptions {
  /** Who signs in. Default `alice`. */
  readonly login?: string
  /** Say no instead. Default false. */
  readonly deny?: boolean
  /** Which of the scopes that are asked for are allowed, besides `openid` and `offline_access`. Default: all. */
  readonly scopes?: readonly string[]
}

const MAX_STEPS = 20

/**
 * Walks the provider's pages as a browser would, with a cookie jar of its own, and returns the callback URL without fetching it.
 * For tests that need no browser.
 */
export async function consentByHttp(authorizationUrl: string, options: ConsentOptions = {}): Promise<string> {
  const end = await walk(authorizationUrl, options)
  if (end.callbackUrl !== undefined) return end.callbackUrl
  throw new Error(`The provider answered ${end.status} with a page that has no form.`)
}

/** The same with the page on which a user types the code of another device in: `verification_uri_complete`. Returns when it is decided. */
export async function consentOnDevicePage(verificationUriComplete: string, options: ConsentOptions = {}): Promise<void> {
  const end = await walk(verificationUriComplete, options)
  if (end.callbackUrl !== undefined) throw new Error('The provider led away from its own pages.')
}

/** Follows redirects and sends forms, until one leads away or a page has none. */
async function walk(
  start: string,
  { login = 'alice', deny = false, scopes }: ConsentOptions,
): Promise<{ readonly callbackUrl: string | undefined; readonly status: number }> {
  const { origin } = new URL(start)
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

  let response = await request(start)
  for (let step = 0; step < MAX_STEPS; step++) {
    const location = response.headers.get('location')
    if (location !== null) {
      const target = new URL(location, origin)
      if (target.origin !== origin) return { callbackUrl: target.href, status: response.status }
      response = await request(target.href)
      continue
    }
    const page = await response.text()
    const action = actionIn(page)
    if (action === undefined) return { callbackUrl: undefined, status: response.status }
    const path = deny && action.endsWith('/consent') ? action.replace(/consent$/, 'deny') : action
    const { href, pathname } = new URL(path, origin)
    const form = pathname.endsWith('/login')
      ? new URLSearchParams({ login })
      : pathname.startsWith('/interaction/')
        ? choiceOf(scopes)
        : hiddenFields(page)
    response = await request(href, form)
  }
  throw new Error(`The provider did not lead back to the application within ${MAX_STEPS} steps.`)
}

/** Of the form that goes on. One in which something is to be typed is the end: the code was in the URL. */
function actionIn(page: string): string | undefined {
  const onward = /<form method="post" action="([^"]+\/(?:login|consent))"/.exec(page)
  const ofDevice = page.includes('type="text"') ? null : /<form[^>]* method="post" action="([^"]+\/device)"/.exec(page)
  return (onward ?? ofDevice)?.[1]
}

function choiceOf(scopes: readonly string[] | undefined): URLSearchParams {
  return new URLSearchParams(scopes && [['chosen', 'yes'], ...scopes.map((scope) => ['scope', scope])])
}

function hiddenFields(page: string): URLSearchParams {
  const fields = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  return new URLSearchParams(fields.map(([, name = '', value = '']) => [name, value]))
}
