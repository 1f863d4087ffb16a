import type { AuditLog } from '@holdfast/vault-core/audit'
import { Router } from 'express'
import { newestEntries } from '../audit-trail.ts'
import { auditPage } from '../pages/audit-page.ts'
import { requireSignIn, signedInUser } from '../session.ts'
import { CONNECTION_ID } from '../vault.ts'

/** The page about what was done with one's own credential. */
export function auditRoutes(audit: AuditLog): Router {
  const router = Router()
  router.get('/audit', requireSignIn, async (req, res) => {
    const user = signedInUser(req)
    const entries = await newestEntries(audit, { connectionId: CONNECTION_ID, userId: user?.userId ?? '' })
    res.send(auditPage({ user, entries, verification: await audit.verify() }))
  })
  return router
}
