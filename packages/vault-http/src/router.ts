/** What a route works with: the request, its decoded path parameters, and what the host passed along. */
export interface RouteCall<Context> {
  readonly request: Request
  readonly url: URL
  readonly params: Readonly<Record<string, string>>
  readonly context: Context
}

export interface Route<Context> {
  readonly method: 'GET' | 'POST'
  /** Path below the base path; `{name}` stands for one segment. */
  readonly path: string
  readonly handle: (call: RouteCall<Context>) => Promise<Response>
}

export type Match<Context> =
  | { readonly kind: 'route'; readonly route: Route<Context>; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'method_not_allowed'; readonly allow: readonly string[] }
  | { readonly kind: 'none' }

/** Finds the route for a raw path: it is split at slashes first, and each segment decoded once, as ids may hold slashes. */
export function matchRoute<Context>(routes: readonly Route<Context>[], basePath: string, method: string, pathname: string): Match<Context> {
  if (basePath !== '' && pathname !== basePath && !pathname.startsWith(`${basePath}/`)) return { kind: 'none' }
  const segments = pathname.slice(basePath.length).split('/').slice(1)
  const allow: string[] = []
  for (const route of routes) {
    const params = matchSegments(route.path.split('/').slice(1), segments)
    if (!params) continue
    if (route.method === method || (route.method === 'GET' && method === 'HEAD')) return { kind: 'route', route, params }
    allow.push(route.method)
  }
  return allow.length > 0 ? { kind: 'method_not_allowed', allow } : { kind: 'none' }
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? ''
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name === undefined) {
      if (part !== segment) return undefined
      continue
    }
    const value = decodeOnce(segment)
    if (value === undefined || value === '') return undefined
    params[name] = value
  }
  return params
}

function decodeOnce(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
