import type { AuditLog } from '@holdfast/vault-core/audit'
import { Router } from 'express'
import { newestEntries } from '../audit-trail.ts'
import { auditPage } from '../pages/audit-page.ts'
import { selectorOf } from '../request-fields.ts'
import { requireSignIn, signedInUser } from '../session.ts'

/** The page about what was done with one's own credentials, all or that of one account. */
export function auditRoutes(audit: AuditLog): Router {
  const router = Router()
  router.get('/audit', requireSignIn, async (req, res) => {
    const selector = selectorOf(req)
    const entries = await newestEntries(audit, selector)
    res.send(auditPage({ user: signedInUser(req), account: selector.accountId, entries, verification: await audit.verify() }))
  })
  return router
}
