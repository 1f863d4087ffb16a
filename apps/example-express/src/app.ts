import { fileURLToPath } from 'node:url'
import type { DemoProvider } from '@holdfast/demo-provider'
import { isVaultError, type Vault } from '@holdfast/vault-core'
import type { AuditLog } from '@holdfast/vault-core/audit'
import type { Login } from '@holdfast/vault-login'
import express, { type ErrorRequestHandler, type Express } from 'express'
import type { Activity } from './activity.ts'
import type { BackgroundJob } from './background-job.ts'
import { BROWSER_APP_PATH } from './login.ts'
import { backgroundJobPage } from './pages/background-job-page.ts'
import { browserAppPage } from './pages/browser-app-page.ts'
import { operatorPage } from './pages/operator-page.ts'
import { problemPage } from './pages/problem-page.ts'
import { signInPage } from './pages/sign-in-page.ts'
import { formField } from './request-fields.ts'
import { auditRoutes } from './routes/audit-routes.ts'
import { connectionRoutes } from './routes/connection-routes.ts'
import { newFileRoutes } from './routes/new-file-routes.ts'
import { ownOriginOnly } from './same-origin.ts'
import { sessionCookie, signedInUser, signIn, signOut } from './session.ts'
import { userById } from './users.ts'
import { mountVault } from './vault.ts'

export interface AppParts {
  readonly vault: Vault
  readonly audit: AuditLog
  readonly login: Login
  readonly provider: DemoProvider
  /** As browsers see it. */
  readonly origin: string
  readonly activity: Activity
  readonly job: BackgroundJob
  readonly jobEveryMs: number
}

/** The application: an ordinary Express one. */
export function createApp({ vault, audit, login, provider, origin, activity, job, jobEveryMs }: AppParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(securityHeaders(provider.issuer))
  app.use('/assets/vault-client', express.static(VAULT_CLIENT, { index: false, maxAge: 0 }))
  app.use('/assets', express.static(fileURLToPath(new URL('./public', import.meta.url)), { index: false, maxAge: 0 }))
  app.use(ownOriginOnly(origin))
  app.use(sessionCookie())
  mountVault(app, vault, login, origin)
  app.use(express.urlencoded({ extended: false, limit: '10kb' }))

  app.get('/', (req, res) => {
    if (signedInUser(req)) res.redirect(303, '/connections')
    else res.send(signInPage())
  })
  app.post('/sign-in', async (req, res) => {
    const given = formField(req.body, 'user')
    const user = userById(given)
    if (!user) {
      res
        .status(422)
        .send(
          signInPage(
            given === '' ? 'Choose one of the people below.' : `There is no user “${given}” here. Choose one of the people below.`,
          ),
        )
      return
    }
    await signIn(req, user)
    res.redirect(303, '/connections')
  })
  app.post('/sign-out', async (req, res) => {
    await signOut(req)
    res.redirect(303, '/')
  })
  app.use(connectionRoutes({ vault, provider }))
  app.use(newFileRoutes({ vault, provider }))
  app.use(auditRoutes(audit))
  app.get(BROWSER_APP_PATH, (req, res) => void res.send(browserAppPage(signedInUser(req), provider.apiUrl)))

  // Open to all, since the application listens on this machine only. In a real one they belong behind the operator's sign-in.
  app.get('/operator', (req, res) => void res.send(operatorPage(signedInUser(req), activity.feed)))
  app.get('/operator/events', (req, res) => activity.feed.stream(req, res))
  app.get('/background-job', (req, res) => void res.send(backgroundJobPage(signedInUser(req), job.feed, jobEveryMs / 1_000)))
  app.get('/background-job/events', (req, res) => job.feed.stream(req, res))
  app.post('/background-job', async (_req, res) => {
    await job.run()
    res.redirect(303, '/background-job')
  })

  app.use((_req, res) => void res.status(404).send(problemPage('No such page', 'There is nothing at this address.')))
  app.use(onError)
  return app
}

/** The client for browsers, as it is published: pages load it without being built. */
const VAULT_CLIENT = fileURLToPath(new URL('../node_modules/@holdfast/vault-client/dist', import.meta.url))

function securityHeaders(providerOrigin: string): express.RequestHandler {
  const policy = `default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' ${providerOrigin}; connect-src 'self' ${providerOrigin}`
  return (_req, res, next) => {
    res.set({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    next()
  }
}

const onError: ErrorRequestHandler = (error, _req, res, next) => {
  if (res.headersSent) return next(error)
  const status = statusOf(error)
  if (status >= 500) console.error(error)
  res
    .status(status)
    .send(
      problemPage(
        'That did not work',
        status < 500 ? 'The request was not understood. Go back and try again.' : 'Something went wrong here. Try again.',
      ),
    )
}

/** Express's own errors, of a body too large for one, carry the status to answer with. */
function statusOf(error: unknown): number {
  if (isVaultError(error, 'invalid_request')) return 400
  const status: unknown = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500
}
