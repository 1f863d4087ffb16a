import { VaultError } from '@holdfast/vault-core'
import type { Request } from 'express'

/**
 * The error for a request that the router would answer if `publicUrl` named the path that it is mounted under: without it nothing is found there, and nobody
 * is told why. Undefined for any other request.
 *
 * @param basePath - Of `publicUrl`, without a slash at the end.
 * @param handles - Whether a raw path, as `publicUrl` has it, is one of the vault's.
 */
export function wrongMount(
  { baseUrl, originalUrl }: Pick<Request, 'baseUrl' | 'originalUrl'>,
  basePath: string,
  handles: (pathname: string) => boolean,
): VaultError | undefined {
  // Express compares paths without regard to case, and the vault does not: a request in capitals is no mistake of the application's.
  if (baseUrl === '' || baseUrl.toLowerCase() === basePath.toLowerCase()) return undefined
  const path = originalUrl.slice(baseUrl.length).replace(/[?#].*$/s, '')
  if (!handles(basePath + path)) return undefined
  const problem = `must end in "${baseUrl}", the path that the router is mounted under`
  return new VaultError('invalid_configuration', `\`publicUrl\` ${problem}. Correct it, or mount the router elsewhere.`, {
    fields: { publicUrl: problem },
  })
}
