import type { DemoProvider } from '@holdfast/demo-provider'
import { type Actor, type Credentials, isVaultError, type Vault } from '@holdfast/vault-core'
import { requireCredentials } from '@holdfast/vault-express'
import { type Request, Router } from 'express'
import { DriftboxRefusal, readFiles } from '../driftbox.ts'
import { type ConnectionsPage, connectionsPage, type ShownAnswer } from '../pages/connections-page.ts'
import { selectorOf } from '../request-fields.ts'
import { requireSignIn, signedInUser } from '../session.ts'
import { CONNECTION_ID } from '../vault.ts'

export interface ConnectionRoutesParts {
  readonly vault: Vault
  readonly provider: DemoProvider
}

/** The pages about one's own connected accounts. */
export function connectionRoutes({ vault, provider }: ConnectionRoutesParts): Router {
  const router = Router()
  /** For the audit log: the vault takes the application's word for it. */
  const actorOf = (request: Request): Actor => ({ kind: 'user', id: selectorOf(request).userId })

  async function page(request: Request, more: Pick<ConnectionsPage, 'answer' | 'problem'>): Promise<string> {
    const user = signedInUser(request)
    if (!user) throw new Error('This page needs somebody signed in.')
    const { items } = await vault.listCredentials({ connectionId: CONNECTION_ID, userId: user.userId })
    const accounts = items.toSorted(
      (one, other) => Number(other.isDefault) - Number(one.isDefault) || Number(one.connectedAt) - Number(other.connectedAt),
    )
    return connectionsPage({ user, accounts, ...more })
  }

  router.get('/connections', requireSignIn, async (req, res) => {
    const code = req.query.connect_error
    res.send(await page(req, { problem: typeof code === 'string' ? connectProblem(code) : undefined }))
  })

  /** Of the default account: sends who has none, or has to consent again, to Driftbox and back. */
  const requireDefault = requireCredentials({ vault, connectionId: CONNECTION_ID })

  router.get('/connections/files', requireSignIn, async (req, res, next) => {
    if (selectorOf(req).accountId === undefined) await requireDefault(req, res, next)
    else next()
  })
  router.get('/connections/files', async (req, res) => {
    try {
      res.send(await page(req, { answer: await askDriftbox(req) }))
    } catch (error) {
      // The card of the account says so.
      if (isVaultError(error, 'reauthorization_required')) return void res.status(502).send(await page(req, {}))
      const problem = apiProblem(error)
      if (!problem) throw error
      res.status(502).send(await page(req, { problem }))
    }
  })

  /** An API may refuse a token before its time: the user took the access back there. The vault is told, and finds out for good. */
  async function askDriftbox(request: Request): Promise<ShownAnswer> {
    const [selector, actor] = [selectorOf(request), actorOf(request)]
    const ask = async ({ accountId, accessToken, fingerprint }: Credentials): Promise<ShownAnswer> => ({
      ...(await readFiles(provider, accessToken)),
      accountId,
      fingerprint,
    })
    try {
      return await ask(request.credentials ?? (await vault.getCredentials(selector, { actor })))
    } catch (error) {
      if (!(error instanceof DriftboxRefusal) || error.status !== 401) throw error
      return ask(await vault.getCredentials(selector, { forceRefresh: true, actor }))
    }
  }

  router.post('/connections/disconnect', requireSignIn, async (req, res) => {
    await vault.disconnect(selectorOf(req), { actor: actorOf(req) })
    res.redirect(303, '/connections')
  })
  return router
}

type Problem = NonNullable<ConnectionsPage['problem']>

/** By the code with which the vault's callback leads back here. */
function connectProblem(code: string): Problem {
  if (code === 'authorization_denied') return { title: 'Not connected', text: 'Access was not granted at Driftbox, so nothing was stored.' }
  if (code === 'authorization_response_invalid')
    return {
      title: 'Not connected',
      text: 'What Driftbox sent did not fit. If you have several accounts there, sign in with the one that has ended.',
    }
  if (code === 'provider_unavailable')
    return { title: 'Not connected', text: 'Driftbox does not answer just now. Nothing was stored; try again in a while.' }
  return { title: 'Not connected', text: 'Connecting did not work, and nothing was stored. Try again.' }
}

function apiProblem(error: unknown): Problem | undefined {
  if (isVaultError(error, 'credential_not_found'))
    return { title: 'The files could not be read', text: 'This account is not connected any more.' }
  if (isVaultError(error, 'provider_unavailable') || error instanceof DriftboxRefusal || error instanceof TypeError) {
    return { title: 'The files could not be read', text: 'Driftbox does not answer as it should. Nothing is lost; try again in a while.' }
  }
  return undefined
}
