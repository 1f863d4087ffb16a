import type Provider from 'oidc-provider'
import { personByLogin } from './people.ts'

type Middleware = Parameters<Provider['use']>[0]

/**
 * The API behind the provider: `GET /api/files` and `GET /api/me`, for the bearer of a live access token with scope `files.read`. Scripts of any
 * page may call it: what counts is the token, and no cookie.
 */
export function resourceApi(provider: Provider): Middleware {
  return async (ctx, next) => {
    if (!ctx.path.startsWith('/api/')) return next()
    ctx.set({ 'cache-control': 'no-store', 'access-control-allow-origin': '*' })
    if (ctx.method === 'OPTIONS') {
      ctx.status = 204
      ctx.set({ 'access-control-allow-headers': 'authorization', 'access-control-allow-methods': 'GET' })
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
    if (!token.scopes.has('files.read')) {
      ctx.status = 403
      ctx.set('www-authenticate', 'Bearer error="insufficient_scope", scope="files.read"')
      ctx.body = { error: 'insufficient_scope' }
    } else if (ctx.path === '/api/files' && person) {
      ctx.body = { owner: person.name, files: person.files }
    } else if (ctx.path === '/api/me' && person) {
      ctx.body = { sub: person.login, name: person.name, email: person.email }
    } else {
      ctx.status = 404
      ctx.body = { error: 'not_found' }
    }
  }
}

/** Asks the provider itself: expired and revoked tokens, and those of a revoked grant, are no longer there. */
async function liveToken(provider: Provider, authorization: string) {
  const [, value] = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization) ?? []
  if (value === undefined) return undefined
  const token = await provider.AccessToken.find(value)
  if (!token || token.isExpired || token.grantId === undefined) return undefined
  return (await provider.Grant.find(token.grantId)) ? token : undefined
}
