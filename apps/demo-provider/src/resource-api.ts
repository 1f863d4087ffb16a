import type Provider from 'oidc-provider'
import { type PersonFile, personByLogin } from './people.ts'

type Middleware = Parameters<Provider['use']>[0]

/**
 * The API behind the provider, for bearer tokens alone: `GET /api/files` and `GET /api/me`, for the bearer of a live access token with scope `files.read`, and with
 * `files.write` `POST /api/files?name=…`, which adds an empty file. Scripts of any page may call it: what counts is the token, and no cookie.
 */
export function resourceApi(provider: Provider): Middleware {
  const added = new Map<string, PersonFile[]>()
  return async (ctx, next) => {
    if (!ctx.path.startsWith('/api/')) return next()
    ctx.set({ 'cache-control': 'no-store', 'access-control-allow-origin': '*' })
    if (ctx.method === 'OPTIONS') {
      ctx.status = 204
      ctx.set({ 'access-control-allow-headers': 'authorization', 'access-control-allow-methods': 'GET, POST' })
      return
    }
    const token = await liveToken(provider, ctx.get('authorization'))
    if (!token) {
      ctx.status = 401
      ctx.set('www-authenticate', 'Bearer error="invalid_token"')
      ctx.body = { error: 'invalid_token' }
      return
    }
    const person = personByLogin(token.accountId)
    const needed = ctx.method === 'POST' ? 'files.write' : 'files.read'
    if (!token.scopes.has(needed)) {
      ctx.status = 403
      ctx.set('www-authenticate', `Bearer error="insufficient_scope", scope="${needed}"`)
      ctx.body = { error: 'insufficient_scope' }
    } else if (ctx.path === '/api/files' && person) {
      const files = added.get(person.login) ?? []
      if (ctx.method === 'POST') {
        files.push({ id: `new${files.length + 1}`, name: ctx.URL.searchParams.get('name') ?? 'Untitled', kind: 'Text', size: 0 })
        added.set(person.login, files.slice(-MOST_ADDED))
        ctx.status = 201
      }
      ctx.body = { owner: person.name, files: [...person.files, ...files] }
    } else if (ctx.path === '/api/me' && person) {
      ctx.body = { sub: person.login, name: person.name, email: person.email }
    } else {
      ctx.status = 404
      ctx.body = { error: 'not_found' }
    }
  }
}

/** Nobody fills the demo up. */
const MOST_ADDED = 100

/** Asks the provider itself: expired and revoked tokens, and those of a revoked grant, are no longer there. */
async function liveToken(provider: Provider, authorization: string) {
  const [, value] = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization) ?? []
  if (value === undefined) return undefined
  const token = await provider.AccessToken.find(value)
  if (!token || token.isExpired || token.grantId === undefined || token.isSenderConstrained()) return undefined
  return (await provider.Grant.find(token.grantId)) ? token : undefined
}
