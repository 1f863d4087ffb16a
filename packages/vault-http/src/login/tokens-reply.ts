import type { Application, IssuedTokens } from '@holdfast/vault-login'
import { z } from 'zod'
import { jsonReply, type Reply } from '../reply.js'
import type { LoginSettings } from './login-settings.js'
import { cookiesReach, hiddenTokenCookie } from './token-cookies.js'

const tokens = z.object({
  access_token: z
    .string()
    .optional()
    .meta({ description: 'Secret. Absent for pages of an application whose scripts may not see it: it is in the cookie `authorization`.' }),
  id_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int().nonnegative().meta({ description: 'Seconds.' }),
})

export const issuedTokens: z.ZodType = tokens

/** The same where they may be in cookies instead. */
export const issuedTokensOrNone: z.ZodType = tokens.partial()

/**
 * Tokens as JSON.
 *
 * @param origin - Of the page whose script reads them; undefined for what is no browser, which always gets the access token.
 */
export function tokensReply(
  settings: LoginSettings,
  { tokenVisibleToScripts }: Application,
  issued: IssuedTokens,
  origin: string | undefined,
): Reply {
  const { accessToken, idToken, expiresInS } = issued
  const body = { id_token: idToken, token_type: 'Bearer', expires_in: expiresInS }
  if (tokenVisibleToScripts || origin === undefined) return jsonReply(200, { access_token: accessToken, ...body })
  const cookies = URL.canParse(origin) && cookiesReach(settings, new URL(origin)) ? [hiddenTokenCookie(settings, issued)] : []
  return { ...jsonReply(200, body), cookies }
}
