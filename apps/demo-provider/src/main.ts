import { startDemoProvider } from './index.ts'

// Runs the provider on its own. PORT (default 4000), HOLDFAST_DEMO_TTL (seconds, default 60).
try {
  const provider = await startDemoProvider({
    port: wholeNumber('PORT', 4000, { from: 0, to: 65_535 }),
    accessTokenTtlS: wholeNumber('HOLDFAST_DEMO_TTL', 60, { from: 1, to: 86_400 }),
  })
  console.log(`The demo provider listens at ${provider.issuer}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void provider.close())
} catch (error) {
  console.error(`The demo provider did not start: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

function wholeNumber(name: string, otherwise: number, { from, to }: { readonly from: number; readonly to: number }): number {
  const given = process.env[name] || String(otherwise)
  const value = /^\d+$/.test(given) ? Number(given) : Number.NaN
  if (value >= from && value <= to) return value
  throw new RangeError(`${name} is '${given}'. Set it to a whole number from ${from} to ${to}.`)
}
