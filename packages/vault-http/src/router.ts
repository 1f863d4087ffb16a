import type { Reply } from './reply.js'
import type { VaultRequest } from './vault-request.js'

/** What a route works with: the request, its decoded path parameters, and what the host passed along. */
export interface RouteCall<Context> {
  readonly request: VaultRequest
  readonly url: URL
  readonly params: Readonly<Record<string, string>>
  readonly context: Context
}

export interface Route<Context> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path below the base path; `{name}` stands for one segment, `{+name}` at the end for all that is left, as it came: not decoded, and perhaps empty. */
  readonly path: string
  /** Part of the JSON API, which other origins may be allowed to call, and whose paths may end in a slash. Not so the pages. */
  readonly isApi?: boolean
  readonly handle: (call: RouteCall<Context>) => Promise<Reply>
}

export type Match<Context> =
  | { readonly kind: 'route'; readonly route: Route<Context>; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'method_not_allowed'; readonly allow: readonly string[]; readonly isApi: boolean }
  | { readonly kind: 'none' }

/** Finds the route for a raw path. */
export type Router<Context> = (method: string, pathname: string) => Match<Context>

/** A route with its pattern taken apart: each part a text, or the name of a parameter. */
interface CompiledRoute<Context> {
  readonly route: Route<Context>
  readonly parts: readonly { readonly text: string; readonly name: string | undefined }[]
}

interface RouteWithRest<Context> extends CompiledRoute<Context> {
  /** The parameter that is all behind the parts. */
  readonly rest: string
}

/** A path is split at slashes first, and each segment decoded once, as ids may hold slashes. */
export function createRouter<Context>(routes: readonly Route<Context>[], basePath: string): Router<Context> {
  const byLength = new Map<number, CompiledRoute<Context>[]>()
  const withRest: RouteWithRest<Context>[] = []
  for (const route of routes) {
    const [, beginning = route.path, rest] = /^(.*)\/\{\+(\w+)\}$/.exec(route.path) ?? []
    const parts = beginning
      .split('/')
      .slice(1)
      .map((text) => ({ text, name: /^\{(\w+)\}$/.exec(text)?.[1] }))
    const sameLength = byLength.get(parts.length)
    if (rest !== undefined) withRest.push({ route, parts, rest })
    else if (sameLength) sameLength.push({ route, parts })
    else byLength.set(parts.length, [{ route, parts }])
  }

  return (method, pathname) => {
    if (basePath !== '' && pathname !== basePath && !pathname.startsWith(`${basePath}/`)) return { kind: 'none' }
    const segments = pathname.slice(basePath.length + 1).split('/')
    const found = withRest.length === 0 ? undefined : matchWithRest(withRest, method, segments)
    if (found) return found
    const slashBehind = segments.length > 1 && segments.at(-1) === ''
    if (slashBehind) segments.pop()
    let allow: string[] | undefined
    let isApi = false
    for (const { route, parts } of byLength.get(segments.length) ?? []) {
      if (slashBehind && !route.isApi) continue
      const params = matchSegments(parts, segments)
      if (!params) continue
      if (takes(route, method)) return { kind: 'route', route, params }
      allow = [...(allow ?? []), route.method]
      isApi ||= route.isApi === true
    }
    return allow ? { kind: 'method_not_allowed', allow, isApi } : { kind: 'none' }
  }
}

function matchWithRest<Context>(
  routes: readonly RouteWithRest<Context>[],
  method: string,
  segments: readonly string[],
): Match<Context> | undefined {
  const allow: string[] = []
  for (const { route, parts, rest } of routes) {
    const params = segments.length > parts.length ? matchSegments(parts, segments) : undefined
    if (!params) continue
    if (takes(route, method)) return { kind: 'route', route, params: { ...params, [rest]: segments.slice(parts.length).join('/') } }
    allow.push(route.method)
  }
  return allow.length > 0 ? { kind: 'method_not_allowed', allow, isApi: true } : undefined
}

function takes<Context>(route: Route<Context>, method: string): boolean {
  return route.method === method || (route.method === 'GET' && method === 'HEAD')
}

function matchSegments(parts: CompiledRoute<never>['parts'], segments: readonly string[]): Record<string, string> | undefined {
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index]
    if (part?.name === undefined && part?.text !== segments[index]) return undefined
  }
  const params: Record<string, string> = {}
  for (let index = 0; index < parts.length; index += 1) {
    const name = parts[index]?.name
    if (name === undefined) continue
    const value = decodeOnce(segments[index] ?? '')
    if (value === undefined || value === '') return undefined
    params[name] = value
  }
  return params
}

function decodeOnce(segment: string): string | undefined {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
