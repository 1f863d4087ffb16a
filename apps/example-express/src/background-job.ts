import { AuthressClient } from '@authress/sdk'
import type { DemoProvider } from '@holdfast/demo-provider'
import { isVaultError, type Vault } from '@holdfast/vault-core'
import type { DataFolder } from './data-folder.ts'
import { DriftboxRefusal, readFiles } from './driftbox.ts'
import { createFeed, type Feed } from './feed.ts'
import { CONNECTION_ID } from './vault.ts'
import { clockTime, fileSize } from './wording.ts'

/** Does something for users who are not there. */
export interface BackgroundJob {
  readonly feed: Feed
  /** Runs once; while it runs already, waits for that run. */
  run(): Promise<void>
  /** Ends the timer, and waits for the run under way. */
  stop(): Promise<void>
}

export interface BackgroundJobOptions {
  readonly vault: Vault
  readonly provider: Pick<DemoProvider, 'apiUrl'>
  /** Where the vault's HTTP API is. */
  readonly origin: string
  readonly accessKey: string
  /** Milliseconds between two runs. */
  readonly everyMs: number
}

export function createBackgroundJob({ vault, provider, origin, accessKey, everyMs }: BackgroundJobOptions): BackgroundJob {
  const feed = createFeed()
  const client = new AuthressClient({ authressApiUrl: origin }, accessKey)
  let running: Promise<void> | undefined

  async function countFilesOf(userId: string): Promise<void> {
    const begun = performance.now()
    const row = { time: clockTime(Date.now()), user: userId }
    const took = (): string => `${Math.round(performance.now() - begun)} ms`
    try {
      const { data } = await client.connections.getConnectionCredentials(CONNECTION_ID, userId)
      const { owner, files } = await readFiles(provider, data.accessToken)
      const bytes = files.reduce((sum, { size }) => sum + size, 0)
      feed.add({ ...row, what: `${owner} has ${files.length} files, ${fileSize(bytes)}`, took: took(), tone: 'good' })
    } catch (error) {
      feed.add({ ...row, what: explain(error), took: took(), tone: 'bad' })
    }
  }

  async function runOnce(): Promise<void> {
    try {
      const { items } = await vault.listCredentials({ connectionId: CONNECTION_ID })
      // Of somebody with several accounts it reads the default one: it names none.
      for (const userId of new Set(items.map((item) => item.userId))) await countFilesOf(userId)
    } catch (error) {
      feed.add({ time: clockTime(Date.now()), user: '', what: explain(error), took: '', tone: 'bad' })
    }
  }

  const run = (): Promise<void> => {
    running ??= runOnce().finally(() => {
      running = undefined
    })
    return running
  }
  const timer = setInterval(() => void run(), everyMs)
  return {
    feed,
    run,
    async stop() {
      clearInterval(timer)
      feed.close()
      await running
    },
  }
}

const KEY_FILE = 'background-job-access-key'

/** The job's access key: from the data folder, or made now, with a grant that lets it read every user's credentials. */
export async function backgroundJobAccessKey(vault: Vault, folder: DataFolder): Promise<string> {
  const stored = folder.read(KEY_FILE)?.trim()
  if (stored !== undefined && (await isKnown(vault, stored))) return stored
  const { clientId } = await vault.serviceClients.create({ name: 'Background job of the example' })
  const { accessKey } = await vault.serviceClients.createAccessKey(clientId)
  await vault.accessRecords.create({
    name: 'The background job reads all credentials',
    users: [{ userId: clientId }],
    statements: [{ roles: ['Authress:UserCredentialsViewer'], resources: [{ resourceUri: 'Authress:Connections/*/Users/*/Credentials' }] }],
  })
  folder.writeSecret(KEY_FILE, `${accessKey}\n`)
  return accessKey
}

/** False when the database was deleted and the key file was not. */
async function isKnown(vault: Vault, accessKey: string): Promise<boolean> {
  const [clientId = '', keyId = ''] = accessKey.split('.')
  try {
    const { verificationKeys } = await vault.serviceClients.get(clientId)
    return verificationKeys.some((key) => key.keyId === keyId)
  } catch (error) {
    if (isVaultError(error, 'not_found')) return false
    throw error
  }
}

/** By the code that the vault's HTTP API answered with. */
function explain(error: unknown): string {
  if (error instanceof DriftboxRefusal) return error.status === 401 ? 'Driftbox does not accept the token any more (401).' : error.message
  const code = errorCodeOf(error)
  if (code === 'reauthorization_required') return 'The connection has ended at Driftbox. The user has to connect again.'
  if (code === 'credential_not_found') return 'Disconnected meanwhile.'
  if (code === 'provider_unavailable') return 'Driftbox does not answer. The next run tries again.'
  return `Failed (${code}).`
}

function errorCodeOf(error: unknown): string {
  if (isVaultError(error)) return error.code
  const data = typeof error === 'object' && error !== null && 'data' in error ? error.data : undefined
  return typeof data === 'object' && data !== null && 'errorCode' in data ? String(data.errorCode) : 'no_answer'
}
