import { existsSync } from 'node:fs'

/**
 * The environment with NODE_EXTRA_CA_CERTS set to npm's `cafile` where nothing is set: pnpm and Node do not read npm's setting,
 * and behind a proxy with a certificate of its own they would refuse the registry that npm accepts.
 *
 * npm hands its settings to the scripts it runs as `npm_config_*`.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {(path: string) => boolean} [exists]
 * @returns {NodeJS.ProcessEnv}
 */
export function withCertificates(env, exists = existsSync) {
  const cafile = env.npm_config_cafile
  if (env.NODE_EXTRA_CA_CERTS || !cafile || !exists(cafile)) return env
  return { ...env, NODE_EXTRA_CA_CERTS: cafile }
}
