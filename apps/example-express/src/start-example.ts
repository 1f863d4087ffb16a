import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type DemoProvider, startDemoProvider } from '@holdfast/demo-provider'
import type { Vault } from '@holdfast/vault-core'
import { auditLog } from '@holdfast/vault-core/audit'
import { createActivity } from './activity.ts'
import { createApp } from './app.ts'
import { backgroundJobAccessKey, createBackgroundJob } from './background-job.ts'
import { checkStoredGrants } from './check-stored-grants.ts'
import { openDataFolder, wrappingKeys } from './data-folder.ts'
import { openLogin } from './login.ts'
import { StartFailure } from './start-failure.ts'
import { CONNECTION_ID, openVault } from './vault.ts'

export interface ExampleOptions {
  /** Of the application; the provider takes the next one. 0: any free ports. Default 3000. */
  readonly port?: number
  /** Made if it is missing. */
  readonly dataDir: string
  /** Seconds that the provider's access tokens last. Default 60. */
  readonly accessTokenTtlS?: number
  /** Wrapping keys, `id:base64`, comma-separated. Default: one in the data folder, made on the first run. */
  readonly keys?: string | undefined
  /** Milliseconds between two runs of the background job. Default 20,000. */
  readonly jobEveryMs?: number
}

export interface Example {
  /** The address to open. */
  readonly origin: string
  readonly provider: DemoProvider
  readonly vault: Vault
  /** Access key of the first administrator, on the first run alone. Secret. */
  readonly administratorKey: string | undefined
  close(): Promise<void>
}

// Loopback only: nobody has a password here.
const HOST = '127.0.0.1'

/** Starts the demo provider and the application. @throws {StartFailure} when a port is taken or the data folder cannot be used. */
export async function startExample(options: ExampleOptions): Promise<Example> {
  const { port = 3000, dataDir, accessTokenTtlS = 60, jobEveryMs = 20_000 } = options
  const closers: (() => unknown)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const folder = openDataFolder(dataDir)
    const keys = wrappingKeys(folder, options.keys)
    const server = createServer()
    const origin = `http://localhost:${await listen(server, port)}`
    closers.push(() => server.close())

    const provider = await startProvider(port === 0 ? 0 : port + 1, `${origin}/connect/${CONNECTION_ID}/callback`, accessTokenTtlS)
    closers.push(() => provider.close())
    const activity = createActivity()
    const audit = auditLog({ retentionDays: 30 })
    const vault = openVault(folder.pathOf('vault.db'), keys, provider, audit, activity.record)
    closers.push(() => vault.close())
    await checkStoredGrants(vault)
    const administrator = await vault.bootstrapAdministrator()
    const accessKey = await backgroundJobAccessKey(vault, folder)
    const job = createBackgroundJob({ vault, provider, origin, accessKey, everyMs: jobEveryMs })
    server.on('request', createApp({ vault, audit, login: openLogin(vault, origin), provider, origin, activity, job, jobEveryMs }))
    closers.push(async () => {
      activity.feed.close()
      await job.stop()
      server.closeIdleConnections()
      server.closeAllConnections()
    })
    return { origin, provider, vault, administratorKey: administrator?.accessKey, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, HOST)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw listenFailure(error, port, 'the application')
  }
  const address = server.address()
  return address === null || typeof address === 'string' ? port : address.port
}

async function startProvider(port: number, redirectUri: string, accessTokenTtlS: number): Promise<DemoProvider> {
  try {
    return await startDemoProvider({ port, accessTokenTtlS, redirectUris: [redirectUri] })
  } catch (error) {
    throw listenFailure(error, port, 'the demo provider')
  }
}

function listenFailure(error: unknown, port: number, who: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return new StartFailure(`Port ${port}, which ${who} needs, is taken. Stop what uses it, or choose another: PORT=4000 npm start`)
  if (code === 'EACCES')
    return new StartFailure(`Port ${port}, which ${who} needs, may not be used by you. Choose another: PORT=4000 npm start`)
  return error
}
