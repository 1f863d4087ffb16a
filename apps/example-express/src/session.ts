import { randomBytes } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import session from 'express-session'
import { type User, userById } from './users.ts'

declare module 'express-session' {
  interface SessionData {
    userId: string
  }
}

const COOKIE = 'example_session'
const TWELVE_HOURS_MS = 12 * 3600 * 1000

/** The application's own session. In memory, under a secret of this run: everybody signs in again after a restart. */
export function sessionCookie(): RequestHandler {
  return session({
    name: COOKIE,
    secret: randomBytes(32).toString('base64url'),
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', maxAge: TWELVE_HOURS_MS },
  })
}

export function signedInUser(request: Request): User | undefined {
  return userById(request.session.userId)
}

/** Begins a new session: an id that somebody planted before the sign-in is worth nothing after it. */
export async function signIn(request: Request, user: User): Promise<void> {
  await new Promise<void>((resolve, reject) => request.session.regenerate((error) => (error ? reject(error) : resolve())))
  request.session.userId = user.userId
  await new Promise<void>((resolve, reject) => request.session.save((error) => (error ? reject(error) : resolve())))
}

export async function signOut(request: Request): Promise<void> {
  await new Promise<void>((resolve, reject) => request.session.destroy((error) => (error ? reject(error) : resolve())))
  request.res?.clearCookie(COOKIE)
}

/** For pages that belong to somebody: sends everybody else to the sign-in. */
export const requireSignIn: RequestHandler = (request, response, next) => {
  if (signedInUser(request)) next()
  else response.redirect(303, '/')
}
