import type { RequestHandler } from 'express'
import { problemPage } from './pages/problem-page.ts'

/**
 * Takes requests by the application's own name only, and those that change something from its own pages only: another site's form
 * is refused, also where a browser would send the session cookie along.
 */
export function ownOriginOnly(origin: string): RequestHandler {
  const { host } = new URL(origin)
  return (request, response, next) => {
    const reads = request.method === 'GET' || request.method === 'HEAD'
    if (request.get('host') !== host) {
      // 127.0.0.1 for localhost: another name would be another cookie jar.
      if (reads) response.redirect(307, new URL(request.url.replace(/^\/+/, '/'), origin).href)
      else response.status(421).send(problemPage('Wrong address', `This application is at ${origin}.`))
      return
    }
    if (reads || cameFromOwnPage(request.get('sec-fetch-site'), request.get('origin'), origin)) return next()
    response
      .status(403)
      .send(
        problemPage(
          'That came from elsewhere',
          'Forms count only when they are sent from this application’s own pages. Open it and try again there.',
        ),
      )
  }
}

/** By the browser's own word; browsers that do not tell it send `Origin` with every POST. */
function cameFromOwnPage(site: string | undefined, from: string | undefined, origin: string): boolean {
  return site === undefined ? from === origin : site === 'same-origin' && (from === undefined || from === origin)
}
