import { existsSync } from 'node:fs'

/**
 * Where Chromium is, for a suite that needs it. Without one it says which tests are left out, and throws where nothing may be left
 * out: with `CI` or `HOLDFAST_REQUIRE_ALL` set.
 *
 * @param tests - What cannot run without it, as a noun: "the browser run of vault-core".
 */
export function chromiumFor(tests: string): string | undefined {
  const path = findChromium(process.env)
  if (path) return path
  if (mustRunAll(process.env)) throw new Error(`No Chromium for ${tests}. ${advice}`)
  console.warn(`SKIPPED: ${tests}, because there is no Chromium. ${advice}`)
  return undefined
}

/** `CHROMIUM_PATH`, or the first of the usual places that exists. No test run downloads a browser. */
export function findChromium(env: NodeJS.ProcessEnv, exists: (path: string) => boolean = existsSync): string | undefined {
  return env.CHROMIUM_PATH || usualPlaces.find((place) => exists(place))
}

/** Whether nothing may be skipped: in CI, or when asked. */
export function mustRunAll(env: NodeJS.ProcessEnv): boolean {
  return [env.CI, env.HOLDFAST_REQUIRE_ALL].some((value) => value !== undefined && value !== '' && value !== '0' && value !== 'false')
}

/** Launch arguments: no sandbox of its own (it cannot run as root with one), and quiet towards the network. */
export const chromiumArgs: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
]

/** What to do about a missing Chromium. */
export const advice: string = 'Install the package chromium, or set CHROMIUM_PATH.'

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
