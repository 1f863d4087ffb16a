import { fileURLToPath } from 'node:url'
import { isVaultError } from '@holdfast/vault-core'
import { type Example, startExample } from './start-example.ts'
import { StartFailure } from './start-failure.ts'

// PORT (default 3000; the provider takes the next), HOLDFAST_DEMO_TTL (seconds, default 60), HOLDFAST_KEYS, HOLDFAST_DATA_DIR.
const { PORT, HOLDFAST_DEMO_TTL, HOLDFAST_KEYS, HOLDFAST_DATA_DIR } = process.env

/** Ctrl+C reaches the process from the terminal and from the scripts above it, nearly at once: that counts as one. */
const SAME_SIGNAL_MS = 1_000

try {
  const example = await startExample({
    port: wholeNumber('PORT', PORT, { smallest: 0, largest: 65_534 }) ?? 3000,
    accessTokenTtlS: wholeNumber('HOLDFAST_DEMO_TTL', HOLDFAST_DEMO_TTL, { smallest: 1, largest: 86_400 }) ?? 60,
    dataDir: HOLDFAST_DATA_DIR || fileURLToPath(new URL('../data', import.meta.url)),
    keys: HOLDFAST_KEYS,
  })
  // First: whoever reads that it runs may end it at once.
  closeOnSignal(example)
  console.log(
    `The example is running. Open ${example.origin}\nThe demo provider beside it: ${example.provider.issuer}. Stop both with Ctrl+C.`,
  )
  if (example.administratorKey !== undefined)
    console.log(`Access key of the first administrator, shown this once: ${example.administratorKey}`)
} catch (error) {
  if (!(error instanceof StartFailure) && !isVaultError(error)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}

function closeOnSignal(example: Example): void {
  let askedAtMs: number | undefined
  const close = async (): Promise<void> => {
    const nowMs = performance.now()
    if (askedAtMs === undefined) {
      askedAtMs = nowMs
      await example.close()
    } else if (nowMs - askedAtMs > SAME_SIGNAL_MS) process.exit(1)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void close())
}

function wholeNumber(
  name: string,
  text: string | undefined,
  { smallest, largest }: { smallest: number; largest: number },
): number | undefined {
  if (text === undefined || text === '') return undefined
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= smallest && value <= largest) return value
  throw new StartFailure(`${name} must be a whole number from ${smallest} to ${largest}.`)
}
