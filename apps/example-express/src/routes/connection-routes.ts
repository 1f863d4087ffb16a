import type { DemoProvider } from '@holdfast/demo-provider'
import { type Actor, type CredentialInfo, isVaultError, type Vault } from '@holdfast/vault-core'
import { requireCredentials } from '@holdfast/vault-express'
import { type Request, Router } from 'express'
import { DriftboxRefusal, readFiles } from '../driftbox.ts'
import { type ConnectionsPage, connectionsPage, type ShownAnswer } from '../pages/connections-page.ts'
import { requireSignIn, signedInUser } from '../session.ts'
import { CONNECTION_ID } from '../vault.ts'

export interface ConnectionRoutesParts {
  readonly vault: Vault
  readonly provider: DemoProvider
}

/** The pages about one's own connected account. */
export function connectionRoutes({ vault, provider }: ConnectionRoutesParts): Router {
  const router = Router()
  const userIdOf = (request: Request): string => signedInUser(request)?.userId ?? ''
  const selectorOf = (request: Request) => ({ connectionId: CONNECTION_ID, userId: userIdOf(request) })
  /** For the audit log: the vault takes the application's word for it. */
  const actorOf = (request: Request): Actor => ({ kind: 'user', id: userIdOf(request) })

  async function credentialOf(request: Request): Promise<CredentialInfo | undefined> {
    return (await vault.listCredentials(selectorOf(request))).items[0]
  }

  async function page(request: Request, more: Pick<ConnectionsPage, 'answer' | 'problem'>): Promise<string> {
    const user = signedInUser(request)
    if (!user) throw new Error('This page needs somebody signed in.')
    return connectionsPage({ user, credential: await credentialOf(request), ...more })
  }

  router.get('/connections', requireSignIn, async (req, res) => {
    const code = req.query.connect_error
    res.send(await page(req, { problem: typeof code === 'string' ? connectProblem(code) : undefined }))
  })

  router.get('/connections/files', requireSignIn, requireCredentials({ vault, connectionId: CONNECTION_ID }), async (req, res) => {
    try {
      res.send(await page(req, { answer: await askDriftbox(req) }))
    } catch (error) {
      const problem = apiProblem(error)
      if (!problem) throw error
      res.status(502).send(await page(req, { problem }))
    }
  })

  /** An API may refuse a token before its time: the user took the access back there. The vault is told, and finds out for good. */
  async function askDriftbox(request: Request): Promise<ShownAnswer> {
    const { accessToken = '', fingerprint = '' } = request.credentials ?? {}
    try {
      return { ...(await readFiles(provider, accessToken)), fingerprint }
    } catch (error) {
      if (!(error instanceof DriftboxRefusal) || error.status !== 401) throw error
      const renewed = await vault.getCredentials(selectorOf(request), { forceRefresh: true, actor: actorOf(request) })
      return { ...(await readFiles(provider, renewed.accessToken)), fingerprint: renewed.fingerprint }
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
  if (code === 'provider_unavailable')
    return { title: 'Not connected', text: 'Driftbox does not answer just now. Nothing was stored; try again in a while.' }
  return { title: 'Not connected', text: 'Connecting did not work, and nothing was stored. Try again.' }
}

function apiProblem(error: unknown): Problem | undefined {
  if (isVaultError(error, 'reauthorization_required', 'credential_not_found')) {
    return {
      title: 'The files could not be read',
      text: 'Driftbox does not accept the connection any more. What is below shows how it stands.',
    }
  }
  if (isVaultError(error, 'provider_unavailable') || error instanceof DriftboxRefusal || error instanceof TypeError) {
    return { title: 'The files could not be read', text: 'Driftbox does not answer as it should. Nothing is lost; try again in a while.' }
  }
  return undefined
}
