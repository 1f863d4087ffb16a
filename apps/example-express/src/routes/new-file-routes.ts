import type { DemoProvider } from '@holdfast/demo-provider'
import { isVaultError, type Vault } from '@holdfast/vault-core'
import { Router } from 'express'
import { newFilePage, scopeNeededPage } from '../pages/new-file-page.ts'
import { ADDING_FILES } from '../purposes.ts'
import { formField, selectorOf } from '../request-fields.ts'
import { requireSignIn, signedInUser } from '../session.ts'

export interface NewFileRoutesParts {
  readonly vault: Vault
  readonly provider: DemoProvider
}

/** A feature that needs more than what was granted when the account was connected: it asks for it when somebody first wants it. */
export function newFileRoutes({ vault, provider }: NewFileRoutesParts): Router {
  const router = Router()

  router.get('/new-file', requireSignIn, async (req, res) => {
    const selector = selectorOf(req)
    const user = signedInUser(req)
    try {
      const { accountId } = await vault.getCredentials(selector, {
        requiredScopes: [ADDING_FILES],
        actor: { kind: 'user', id: selector.userId },
      })
      res.send(newFilePage({ user, accountId }))
    } catch (error) {
      if (isVaultError(error, 'insufficient_scope'))
        res.status(403).send(scopeNeededPage({ user, accountId: selector.accountId, facts: error.facts }))
      else if (isVaultError(error, 'credential_not_found', 'reauthorization_required')) res.redirect(303, '/connections')
      else throw error
    }
  })

  router.post('/new-file', requireSignIn, async (req, res) => {
    const selector = selectorOf(req)
    const url = new URL('files', provider.apiUrl)
    url.searchParams.set('name', formField(req.body, 'name') || 'Untitled.txt')
    const target = { ...selector, requiredScopes: [ADDING_FILES], actor: { kind: 'user', id: selector.userId } } as const
    const answer = await vault.fetch(target, url, { method: 'POST' })
    if (!answer.ok) throw new Error(`Driftbox answered ${answer.status}.`)
    const query = selector.accountId === undefined ? '' : `?account=${encodeURIComponent(selector.accountId)}`
    res.redirect(303, `/connections/files${query}`)
  })
  return router
}
