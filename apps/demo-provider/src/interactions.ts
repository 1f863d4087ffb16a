import type Provider from 'oidc-provider'
import type { GrantFollower } from './follow-grants.ts'
import { chosenScopes, INCLUDE_GRANTED_SCOPES } from './granted-scopes.ts'
import { renderConsentPage, renderErrorPage, renderLoginPage } from './pages.ts'
import { personByLogin } from './people.ts'
import { readForm } from './read-form.ts'

type Middleware = Parameters<Provider['use']>[0]
type Context = Parameters<Middleware>[0]

/** The pages between the authorization request and its answer: who are you, and do you agree. */
export function interactions(provider: Provider, grants: GrantFollower): Middleware {
  return async (ctx, next) => {
    const [, area, , step] = ctx.path.split('/')
    if (area !== 'interaction') return next()
    ctx.set({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      // The form's answer leads back to the application: on another port of loopback, or over https.
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self' https: http://127.0.0.1:* http://localhost:*; base-uri 'none'",
    })
    try {
      if (ctx.method === 'GET') await show(provider, ctx)
      else if (ctx.method === 'POST') await submit(provider, grants, ctx, step)
      else ctx.status = 405
    } catch (error) {
      ctx.status = 400
      ctx.type = 'html'
      ctx.body = renderErrorPage(error instanceof Error ? error.message : 'invalid_request')
    }
  }
}

async function show(provider: Provider, ctx: Context): Promise<void> {
  const { uid, prompt, params, session } = await provider.interactionDetails(ctx.req, ctx.res)
  ctx.type = 'html'
  if (prompt.name === 'login') {
    ctx.body = renderLoginPage(uid)
    return
  }
  const person = personByLogin(session?.accountId ?? '')
  ctx.body = renderConsentPage({ uid, name: person?.name ?? 'you', scopes: String(params.scope ?? '').split(' ') })
}

async function submit(provider: Provider, grants: GrantFollower, ctx: Context, step: string | undefined): Promise<void> {
  const form = await readForm(ctx.req)
  const finish = (result: Parameters<Provider['interactionFinished']>[2]): Promise<void> => {
    ctx.respond = false
    return provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true })
  }
  if (step === 'deny') return finish({ error: 'access_denied', error_description: 'The user said no.' })
  if (step === 'login') {
    const person = personByLogin(form.get('login')?.trim().toLowerCase() ?? '')
    if (person) return finish({ login: { accountId: person.login } })
    const { uid } = await provider.interactionDetails(ctx.req, ctx.res)
    ctx.status = 422
    ctx.type = 'html'
    ctx.body = renderLoginPage(uid, 'Nobody of that name. Choose one of the people below.')
    return
  }
  if (step === 'switch') return beginAgainSignedOut(provider, ctx)
  if (step === 'consent') return finish({ consent: { grantId: await grantWhatWasChosen(provider, grants, ctx, form) } })
  ctx.status = 404
}

/** Another account was asked for: the browser is signed out, and its authorization request begins again. */
async function beginAgainSignedOut(provider: Provider, ctx: Context): Promise<void> {
  const interaction = await provider.interactionDetails(ctx.req, ctx.res)
  const session = interaction.session && (await provider.Session.findByUid(interaction.session.uid))
  await session?.destroy()
  await interaction.destroy()
  const given = Object.entries(interaction.params).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  ctx.redirect(`/auth?${new URLSearchParams(given)}`)
  ctx.status = 303
}

/** All that was asked for, unless the form says what of it is allowed. What was allowed before stays, if that is asked for. */
async function grantWhatWasChosen(provider: Provider, grants: GrantFollower, ctx: Context, form: URLSearchParams): Promise<string> {
  const interaction = await provider.interactionDetails(ctx.req, ctx.res)
  const { prompt, params, session, grantId } = interaction
  const accountId = session?.accountId ?? ''
  const existing = grantId === undefined ? undefined : await provider.Grant.find(grantId)
  const grant = existing ?? new provider.Grant({ accountId, clientId: String(params.client_id) })
  const { allowed, refused } = chosenScopes(String(params.scope ?? 'openid').split(' '), form)
  const before = params[INCLUDE_GRANTED_SCOPES] === 'true' ? await grants.scopesOf(accountId) : []
  delete grant.rejected
  grant.addOIDCScope([...new Set([...allowed, ...before])].join(' '))
  if (refused.length > 0) grant.rejectOIDCScope(refused.filter((scope) => !before.includes(scope)).join(' '))
  const { missingOIDCClaims, missingResourceScopes } = prompt.details
  if (Array.isArray(missingOIDCClaims)) grant.addOIDCClaims(missingOIDCClaims.map(String))
  const forResources: Readonly<Record<string, readonly string[]>> = Object(missingResourceScopes)
  for (const [resource, scopes] of Object.entries(forResources)) grant.addResourceScope(resource, scopes.join(' '))
  if (before.length > 0) {
    // The token is for what was asked: so it was asked, too.
    interaction.params.scope = [...new Set([...String(params.scope ?? '').split(' '), ...before])].join(' ')
    await interaction.save(interaction.exp - Math.floor(Date.now() / 1000))
  }
  return grant.save()
}
