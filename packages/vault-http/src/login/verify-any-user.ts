import { decodeJwt } from 'jose'
import type { LoginSettings } from './login-settings.js'

type VerifyUserToken = (token: string) => string | undefined | Promise<string | undefined>

/** Tells whose a token is: of a sign-in through the vault, or by the host's own verification, to which no token that says it is ours is shown. */
export function verifyAnyUser({ login }: LoginSettings, host: VerifyUserToken | undefined): VerifyUserToken {
  return async (token) => (issuerOf(token) === login.issuer ? (await login.tokens.verify(token))?.userId : host?.(token))
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss
  } catch {
    return undefined
  }
}
