import { startDemoProvider } from './index.ts'

// Runs the provider on its own. PORT (default 4000), HOLDFAST_DEMO_TTL (seconds, default 60).
const provider = await startDemoProvider({
  port: Number(process.env.PORT ?? 4000),
  accessTokenTtlS: Number(process.env.HOLDFAST_DEMO_TTL ?? 60),
})
console.log(`The demo provider listens at ${provider.issuer}`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void provider.close())
