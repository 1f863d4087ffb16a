import { createInterface } from 'node:readline'
import { isVaultError } from '@holdfast/vault-core'
import { vaultOver } from './vault-over.ts'
import type { WorkerLine, WorkerOutcome, WorkerSetup, WorkerTask } from './worker-messages.ts'

// One of several processes over one store: gets the credentials it is told to, and says what came of each.
const setup: WorkerSetup = JSON.parse(process.argv[2] ?? '')
let aheadMs = 0
const clock = (): number => aheadMs
const vault = vaultOver(setup, clock, clock, (event) => {
  if (event.type === 'refreshed' || event.type === 'reauthorization_required') say({ written: event.type, userId: event.userId })
})

async function outcomeOf(userId: string, forceRefresh: boolean): Promise<WorkerOutcome> {
  try {
    const { accessToken } = await vault.getCredentials({ connectionId: 'demo', userId }, { forceRefresh })
    return { token: accessToken.slice(-12) }
  } catch (error) {
    if (isVaultError(error)) return { code: error.code, reason: error.facts.reason ?? error.message }
    return { code: 'unexpected', reason: String(error) }
  }
}

async function work(task: WorkerTask): Promise<void> {
  aheadMs = task.aheadMs
  const outcomes = await Promise.all(task.userIds.map(async (userId) => [userId, await outcomeOf(userId, task.forceRefresh)] as const))
  say({ id: task.id, outcomes: Object.fromEntries(outcomes) })
}

function say(line: WorkerLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => void work(JSON.parse(line)))
lines.on('close', () => void vault.close())
